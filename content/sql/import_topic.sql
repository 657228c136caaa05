select import_topic($1::jsonb) as outcome
