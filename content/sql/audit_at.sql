select encode(hash, 'hex') as hash from audit where seq = $1::bigint
