select import_province($1::jsonb) as outcome
