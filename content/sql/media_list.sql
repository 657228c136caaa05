-- Media, newest first: $1 at most, after the one of key $2 and id $3.
with page as (
    select m.* from media m
    where $3::text is null or (m.created_at, m.id) < (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3)
    order by m.created_at desc, m.id desc limit $1::int + 1
), shown as (
    select p.*, row_number() over (order by p.created_at desc, p.id desc) as n from page p
)
select 'media' as tags,
    (select (extract(epoch from s.created_at) * 1000000)::bigint from shown s
     where s.n = $1::int and exists (select 1 from shown t where t.n > $1::int)) as next_key,
    (select s.id from shown s
     where s.n = $1::int and exists (select 1 from shown t where t.n > $1::int)) as next_id,
    coalesce(json_agg(medium_json(m) order by n) filter (where n <= $1::int), '[]')::text as items
from shown join media m using (id)
