select json_strip_nulls(json_build_object(
    'id', a.id, 'kind', a.kind, 'locale', e.locale, 'source_locale', a.source_locale,
    'slug', e.slug, 'title', e.title, 'summary', nullif(e.summary, ''), 'topic', a.topic,
    'provinces', (select json_agg(p.province order by p.position, p.province)
                  from article_province p where p.article = a.id),
    'agency', a.agency, 'recording', a.recording, 'author', e.author,
    'published_at', utc_text(e.published_at), 'updated_at', utc_text(e.updated_at),
    'licence', e.licence,
    'sources', (select json_agg(json_build_object('title', s -> 'title', 'url', s -> 'url') order by n)
                from jsonb_array_elements(e.sources) with ordinality x (s, n)),
    'image', case when e.image is not null
                  then json_build_object('media', e.image -> 'media', 'alt', e.image -> 'alt') end,
    'translation', json_build_object('method', e.method, 'proofread', e.proofread,
                                     'source_version', e.source_version),
    'version', e.version, 'state', e.state, 'notice', e.notice,
    'withdrawal', case when e.state = 'withdrawn' then nullif(e.withdrawal, 'notice') end,
    'withdrawn_to', case when e.state = 'withdrawn' then e.withdrawn_to end,
    'former_slugs', (select json_agg(r.slug order by r.slug collate "C") from redirect r
                     where r.article = a.id and r.locale = e.locale),
    'body', e.body)) as line
from edition e join article a on a.id = e.article
where e.state in ('live', 'withdrawn')
order by a.id collate "C", e.locale collate "C"
