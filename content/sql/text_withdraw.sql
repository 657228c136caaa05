select outcome, answer::text from text_take_back($1::bigint, $2, decode($3, 'hex'), $4, $5, $6)
