-- The pictures of ids $1, for rendering a text.
select m.id, m.file, m.width, m.height, m.credit, m.licence from media m
where m.id = any ($1::text[]) and m.type like 'image/%'
