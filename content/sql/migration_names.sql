select name from account where skeletons = '{}'
