-- What was put right in the texts of one language that readers can see, the newest first: the rows
-- of feed.sql as far as a correction has them, one for each. $1 locale, $2 and $3 modified_us and
-- article of the last row of the page before or null, $4 number of rows, $5 the locale and its
-- fallbacks (for names).
with page as (
    select p.article, p.version, p.at, p.reason, p.note
    from publication p
    join edition e on e.article = p.article and e.locale = p.locale and e.state = 'live'
    where p.locale = $1 and p.kind = 'correction'
      and ($2::bigint is null
           or (p.at, p.article) < (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::text))
    order by p.at desc, p.article desc
    limit $4::int
)
select '' as part,
       e.article, e.state, e.slug, e.title, e.author, name_in(g.names, $5::text[]) as agency,
       e.licence, e.method, e.proofread, a.source_locale,
       page.version, page.version as correction, page.reason, page.note,
       (extract(epoch from page.at) * 1000000)::bigint as published_us,
       (extract(epoch from page.at) * 1000000)::bigint as updated_us,
       (extract(epoch from page.at) * 1000000)::bigint as modified_us,
       a.topic, name_in(t.names, $5::text[]) as topic_name
from (values (1)) one
left join page on true
left join edition e on e.article = page.article and e.locale = $1 and e.state = 'live'
left join article a on a.id = e.article
left join agency g on g.id = a.agency
left join topic t on t.id = a.topic
order by page.at desc, page.article desc
