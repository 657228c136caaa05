-- Places by id, each with its first name in the nearest language of $1, whose first is there because of
-- $2. Filters: $3 kind, $4 province. $5 at most, after the one of key $6 (always 0) and id $7.
with page as (
    select p.* from place p
    where ($3::text is null or p.kind = $3)
      and ($4::text is null or p.provinces @> array[$4::text] or (p.kind = 'unit' and p.id = $4))
      and ($7::text is null or (0, p.id) > ($6::bigint, $7))
    order by p.id limit $5::int + 1
), shown as (
    select p.*, row_number() over (order by p.id) as n from page p
)
select ($1::text[])[1] as locale, 'places provinces' as tags,
    0 as next_key,
    (select s.id from shown s
     where s.n = $5::int and exists (select 1 from shown t where t.n > $5::int)) as next_id,
    coalesce(json_agg(place_brief(p, $1::text[], $2) order by n) filter (where n <= $5::int), '[]')::text as items
from shown s
join place p on p.id = s.id
