-- Topics, with names in the nearest language of $1.
select ($1::text[])[1] as locale, 'topics articles' as tags,
    coalesce(json_agg(json_build_object('id', t.id, 'name', name_in(t.names, $1::text[]),
        'articles', (select count(*) from article a where a.topic = t.id
            and exists (select 1 from edition e where e.article = a.id and e.state = 'live')))
        order by t.position, t.id), '[]')::text as items
from topic t
