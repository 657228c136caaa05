select wait, account, password from sign_in_begin($1, $2)
