select outcome, detail from import_text($1::jsonb, $2::jsonb, $3::int, $4::jsonb)
