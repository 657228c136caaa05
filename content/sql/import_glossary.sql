select import_glossary($1::jsonb) as outcome
