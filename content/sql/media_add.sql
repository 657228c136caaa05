-- Keep an uploaded picture; the same bytes twice are one medium. $1 id, $2 type, $3 file, $4 bytes,
-- $5 width, $6 height, $7 credit, $8 licence, $9 {"locale": alternative text}.
with added as (
    insert into media (id, type, file, bytes, width, height, credit, licence, alt)
    values ($1, $2, $3, $4::bigint, $5::int, $6::int, $7, $8, $9::jsonb)
    on conflict (id) do nothing
    returning id
), logged as (
    select change_append('media', a.id, null, null, array['media', 'media:' || a.id]) as seq from added a
)
select 'ok' as outcome, (select count(*) from logged) as is_new
