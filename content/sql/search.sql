-- Texts that hold all the words $3 as written or all of $4 without marks, one for each article, in the
-- nearest language of $1 (there because of $2) that matches. Filters: $5 topic, $6 province, $7 kind.
-- $8 at most, after the one of relevance $9 and id $10.
with query as (
    select plainto_tsquery('simple', $3) as written,
           plainto_tsquery('simple', $3) || plainto_tsquery('simple', $4) as either
), hits as (
    select distinct on (e.article) e.id, e.article,
        (ts_rank('{0.05, 0.4, 0.2, 1.0}', e.search, q.either) * 1e6
         + case when e.search @@ q.written then 1e6 else 0 end)::bigint
        / (1 + array_position($1::text[], e.locale)) as relevance
    from query q
    join edition e on e.search @@ q.either and e.state = 'live' and e.locale = any ($1::text[])
    join article a on a.id = e.article
    where ($5::text is null or a.topic = $5) and ($7::text is null or a.kind = $7)
      and ($6::text is null or exists (select 1 from article_province x where x.article = a.id and x.province = $6))
    order by e.article, array_position($1::text[], e.locale)
), page as (
    select h.* from hits h
    where $10::text is null or (h.relevance, h.article) < ($9::bigint, $10)
    order by h.relevance desc, h.article desc limit $8::int + 1
), shown as (
    select p.relevance, p.article, e, a.kind, a.topic,
           row_number() over (order by p.relevance desc, p.article desc) as n
    from page p
    cross join lateral (select e from edition e where e.id = p.id) e
    join article a on a.id = p.article
)
select ($1::text[])[1] as locale, 'articles' as tags,
    (select s.relevance from shown s
     where s.n = $8::int and exists (select 1 from shown t where t.n > $8::int)) as next_key,
    (select s.article from shown s
     where s.n = $8::int and exists (select 1 from shown t where t.n > $8::int)) as next_id,
    coalesce(json_agg(json_build_object(
        'id', article, 'kind', kind, 'locale', (e).locale,
        'match', case when (e).locale = ($1::text[])[1] then $2::text else 'fallback' end,
        'slug', (e).slug,
        'path', case when kind = 'profile' then '/' || ($1::text[])[1] || '/provinces/' || (e).slug || '/'
                     else text_path(($1::text[])[1], (e).slug) end,
        'title', (e).title, 'summary', (e).summary,
        'topic', topic_brief(topic, $1::text[])) order by n) filter (where n <= $8::int), '[]')::text as items
from shown
