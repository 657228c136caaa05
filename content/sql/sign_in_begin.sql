select wait, known, password from sign_in_begin($1, $2)
