select x.id, x.article, x.locale, x.body, x.slug, x.title, x.summary
from edition x
where x.id > $1::bigint and x.state in ('draft', 'live', 'withdrawn')
  and ($2::boolean or x.renderer <> $3::int)
order by x.id limit 50
