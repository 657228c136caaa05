select import_media($1::jsonb) as outcome
