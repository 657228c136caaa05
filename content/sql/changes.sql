-- The change log after number $1, oldest first, $2 at most.
with page as (
    select c.seq, c.at, c.kind, c.subject, c.locale, c.version from change c
    where c.seq > coalesce($1::bigint, 0) order by c.seq limit $2::int + 1
), shown as (
    select p.*, row_number() over (order by p.seq) as n from page p
)
select 'changes' as tags,
    json_build_object(
        'items', coalesce(json_agg(json_build_object('seq', seq, 'at', utc_text(at), 'kind', kind,
            'subject', subject, 'locale', locale, 'version', version) order by seq)
            filter (where n <= $2::int), '[]'),
        'next', max(seq) filter (where n = $2::int and exists (select 1 from shown t where t.n > $2::int)),
        'head', (select h.seq from change_head h))::text as body
from shown
