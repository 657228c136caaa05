-- What is found: a row a hit, and the one more that says that there is a next page; one without an
-- item when there is none. about is the same in each. $1 search_query_json(), $2 the reader's language
-- and those that stand in for it, $3 why the first of them, $4 filters, $5 relevance or newest, $6 how
-- many, after the one of key $7 and id $8.
with hits as materialized (
    select * from search_run($1::jsonb, $2::text[], $4::jsonb, $5, $6::int + 1, $7::bigint, $8)
)
select (select search_about_json(h.about, $2::text[], $4::jsonb)::text from hits h limit 1) as about,
    r.article as id, r.key, e.locale, e.title, left(e.html, 60000) as html,
    case when r.article is not null then json_build_object(
        'id', r.article, 'kind', a.kind, 'locale', e.locale,
        'match', case when e.locale = ($2::text[])[1] then $3::text else 'fallback' end,
        'languages', (select json_agg(t.locale order by array_position($2::text[], t.locale), t.locale)
                      from search_text t where t.article = r.article),
        'slug', e.slug,
        'path', case when a.kind = 'profile' and e.locale = any ($2::text[]) then '/' || ($2::text[])[1] || '/provinces/' || e.slug || '/'
                     when a.kind = 'profile' then '/' || e.locale || '/provinces/' || e.slug || '/'
                     when e.locale = any ($2::text[]) then text_path(($2::text[])[1], e.slug)
                     else text_path(e.locale, e.slug) end,
        'title', e.title, 'summary', e.summary, 'topic', topic_brief(a.topic, $2::text[]),
        'agency', agency_brief(a.agency, $2::text[]), 'published_at', utc_text(e.published_at))::text end as item
from hits r
left join article a on a.id = r.article
left join edition e on e.article = r.article and e.locale = r.locale and e.state = 'live'
order by r.key desc, r.article desc
