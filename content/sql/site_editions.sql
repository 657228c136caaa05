-- What lists show of every text that readers can see; the order is made by the reader.
-- $1, $2: the article and locale whose draft stands for what readers see of it, as if it were
-- published now (null: none).
select e.id, e.article, e.locale,
       case when e.state = 'withdrawn' then e.withdrawal end as withdrawal, e.withdrawn_to,
       e.slug, e.title, e.summary, e.image ->> 'media' as image, e.image ->> 'alt' as image_alt,
       e.version, e.major, e.source_version, e.notice, e.author, e.licence, e.method, e.proofread,
       extract(epoch from case when e.state = 'draft' then (select coalesce(min(x.published_at), now())
           from edition x where x.article = e.article and x.locale = e.locale) else e.published_at end)::bigint as published,
       extract(epoch from case when e.state = 'draft' then now() else e.updated_at end)::bigint as updated,
       extract(epoch from case when e.state = 'draft' then now() else coalesce(e.major_at, e.updated_at) end)::bigint as significant
from edition e
where e.state in ('live', 'withdrawn')
      and ($1::text is null or e.article <> $1 or e.locale <> $2::text
            or not exists (select from edition x where x.article = $1 and x.locale = $2 and x.state = 'draft'))
   or e.state = 'draft' and e.article = $1 and e.locale = $2
