select expires_at from sign_in_end($1, $2, $3, $4, $5, $6, $7::int)
