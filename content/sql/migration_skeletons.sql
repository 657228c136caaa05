update account set skeletons = array[$2, $3] where name = $1
