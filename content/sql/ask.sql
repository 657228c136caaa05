select outcome, answer::text from ask($1::jsonb, $2, decode($3, 'hex'), $4, $5::jsonb)
