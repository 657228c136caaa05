-- $2: also over what an editor has changed
select outcome, field, detail from import_front($1::jsonb, $2::boolean)
