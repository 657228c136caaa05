select outcome, answer::text from article_create($1::bigint, $2, decode($3, 'hex'), $4::jsonb)
