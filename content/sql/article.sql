-- An article by id, slug or former slug ($1), in the nearest language of $2; $3: why its first.
-- What vanished is not found by anything, but refused ('legal') where the law is the reason.
with wanted as (
    select f.id, f.moved from (
        select a.id, 0 as rank, false as moved from article a where a.id = $1
        union all
        select e.article, 1 + coalesce(array_position($2::text[], e.locale), 100), false
        from edition e where e.slug = $1 and e.state in ('live', 'withdrawn')
        union all
        select r.article, 1000 + coalesce(array_position($2::text[], r.locale), 100), true
        from redirect r where r.slug = $1
          and not exists (select from edition x where x.article = r.article and x.locale = r.locale and x.state = 'removed')
    ) f order by f.rank, f.id limit 1
), chosen as (
    select e.id, w.moved from wanted w
    join edition e on e.article = w.id and e.locale = any ($2::text[]) and e.state in ('live', 'withdrawn')
    order by (e.state = 'withdrawn'), array_position($2::text[], e.locale)
    limit 1
)
select case when c.moved then '/v1/articles/' || a.id
                when e.state = 'withdrawn' and e.withdrawal = 'redirect' then
                    regexp_replace(e.withdrawn_to, '^/([^/]+)/articles/([^/]+)/?$', '/v1/articles/\2?locale=\1') end as location,
    case when e.state = 'withdrawn' and e.withdrawal = 'gone' then 'gone' end as refused,
    e.locale, extract(epoch from e.updated_at)::bigint as modified,
    'article:' || a.id || ' media agencies topics provinces' as tags,
    json_build_object(
        'id', a.id, 'kind', a.kind, 'status', e.state, 'locale', e.locale,
        'requested', ($2::text[])[1],
        'match', case when e.locale = ($2::text[])[1] then $3::text else 'fallback' end,
        'slug', e.slug, 'path', text_path(e.locale, e.slug),
        'title', e.title,
        'summary', case when e.state = 'live' then e.summary end,
        'html', case when e.state = 'live' then e.html end,
        'toc', case when e.state = 'live' then e.toc end,
        'words', e.words, 'notice', e.notice,
        'image', case when e.state = 'live' then image_json(e.image) end,
        'recording', case when e.state = 'live' then recording_json(a.recording) end,
        'author', e.author, 'agency', agency_brief(a.agency, $2::text[]),
        'topic', topic_brief(a.topic, $2::text[]), 'provinces', province_briefs(a.id, $2::text[]),
        'sources', e.sources, 'licence', e.licence,
        'translation', translation_json(e, a.source_locale),
        'version', e.version, 'published_at', utc_text(e.published_at),
        'updated_at', utc_text(e.updated_at),
        'corrections', (select coalesce(json_agg(json_build_object('version', p.version, 'at', utc_text(p.at),
                            'reason', p.reason, 'note', p.note) order by p.version desc), '[]')
                        from publication p where p.article = a.id and p.locale = e.locale and p.kind = 'correction'),
        'texts', (select coalesce(json_agg(x.locale order by x.locale), '[]') from edition x
                  where x.article = a.id and x.state = 'live')
    )::text as body
from chosen c
join edition e on e.id = c.id
join article a on a.id = e.article
union all
select null, 'legal', null, null, null, null
where not exists (select from chosen)
  and exists (select from edition e
              where e.state = 'removed' and e.withdrawn_as = 451
                and (e.article = $1 or e.slug = $1
                     or exists (select from redirect r where r.slug = $1 and r.article = e.article and r.locale = e.locale)))
