select outcome, answer::text from text_save($1::bigint, $2, $3, $4::int, $5::jsonb, search_vector($6, $7, $8, $9))
