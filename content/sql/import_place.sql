select import_place($1::jsonb) as outcome
