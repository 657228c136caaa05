-- What was published of the article $1 (id, slug or former slug) in the language $2 (null: in each),
-- the newest first. $3 at most, after the one of key $4 and id $5. A text that vanished leaves no trace.
with wanted as (
    select f.id from (
        select a.id, 0 as rank from article a where a.id = $1
        union all
        select e.article, 1 from edition e where e.slug = $1 and e.state in ('live', 'withdrawn')
        union all
        select r.article, 2 from redirect r where r.slug = $1
    ) f order by f.rank, f.id limit 1
), shown as (
    select e.article, e.locale from wanted w
    join edition e on e.article = w.id and e.state in ('live', 'withdrawn')
    where $2::text is null or e.locale = $2
), page as (
    select p.*, (extract(epoch from p.at) * 1000000)::bigint as key, p.locale || ' ' || lpad(p.version::text, 10, '0') as place
    from shown s join publication p on p.article = s.article and p.locale = s.locale
    where not exists (select from edition x where x.id = p.edition and x.withdrawal = 'vanish' and p.kind = 'withdrawal')
), part as (
    select p.*, row_number() over (order by p.key desc, p.place desc) as n from page p
    where $5::text is null or (p.key, p.place) < ($4::bigint, $5)
    order by p.key desc, p.place desc limit $3::int + 1
)
select 'article:' || w.id as tags,
    (select max(extract(epoch from p.at))::bigint from page p) as modified,
    (select p.key from part p where p.n = $3::int and exists (select from part x where x.n > $3::int)) as next_key,
    (select p.place from part p where p.n = $3::int and exists (select from part x where x.n > $3::int)) as next_id,
    (select coalesce(json_agg(json_build_object('locale', p.locale, 'version', p.version, 'kind', p.kind,
        'at', utc_text(p.at), 'note', p.note, 'reason', p.reason) order by p.n) filter (where p.n <= $3::int), '[]') from part p)::text as items
from wanted w where exists (select from shown)
