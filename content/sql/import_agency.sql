select import_agency($1::jsonb) as outcome
