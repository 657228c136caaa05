-- Every language that the article $1 (id, slug or former slug) has.
with wanted as (
    select f.id from (
        select a.id, 0 as rank from article a where a.id = $1
        union all
        select e.article, 1 from edition e where e.slug = $1 and e.state in ('live', 'withdrawn')
        union all
        select r.article, 2 from redirect r where r.slug = $1
    ) f order by f.rank, f.id limit 1
)
select 'article:' || a.id as tags, max(extract(epoch from e.updated_at))::bigint as modified,
    json_agg(json_build_object(
        'locale', e.locale, 'status', e.state, 'slug', e.slug, 'path', text_path(e.locale, e.slug),
        'title', e.title, 'version', e.version, 'translation', translation_json(e, a.source_locale),
        'published_at', utc_text(e.published_at), 'updated_at', utc_text(e.updated_at)
    ) order by (e.locale <> a.source_locale), e.locale)::text as items
from wanted w
join article a on a.id = w.id
join edition e on e.article = a.id and e.state in ('live', 'withdrawn')
group by a.id
