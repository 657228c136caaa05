-- Everybody locks an article before the change log: an import that has the log must not wait for one.
select id from article
where id = any (array(select jsonb_array_elements_text($1::jsonb))) order by id for update
