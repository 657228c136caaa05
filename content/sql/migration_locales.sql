insert into locale (tag)
select tag from jsonb_array_elements_text($1::jsonb) as registry (tag)
where not exists (select from locale l where l.tag = registry.tag)
