-- The unit $1 (id or the slug of a former name) as of day $4 or today, in the nearest language of $2
-- (there because of $3): its facts with sources, what it was made of and what it became.
with unit as (
    select p.*, coalesce($4::date, today_in_viet_nam()) as day
    from province p where p.id = $1 or $1 = any (p.aliases)
    order by (p.id = $1) desc limit 1
), seen as (
    select u.*, case when u.valid_to <= u.day then u.valid_to - 1 else u.day end as as_of from unit u
), profile as (
    select a.id, e.slug, e.locale, e.title, e.summary, e.html, e.version
    from seen u
    join article_province x on x.province = u.id
    join article a on a.id = x.article and a.kind = 'profile'
    join edition e on e.article = a.id and e.state = 'live' and e.locale = any ($2::text[])
    order by array_position($2::text[], e.locale) limit 1
)
select case when u.id <> $1 then '/v1/provinces/' || u.id end as location,
    ($2::text[])[1] as locale,
    'provinces province:' || u.id || coalesce(' article:' || p.id, '') as tags,
    json_build_object(
        'id', u.id, 'requested', ($2::text[])[1],
        'locale', coalesce(p.locale, ($2::text[])[1]),
        'match', case when coalesce(p.locale, ($2::text[])[1]) = ($2::text[])[1] then $3::text else 'fallback' end,
        'name', province_value(u.id, 'name', $2::text[], u.as_of),
        'type', province_value(u.id, 'type', $2::text[], u.as_of),
        'current', (u.valid_from is null or u.valid_from <= u.day) and (u.valid_to is null or u.day < u.valid_to),
        'as_of', u.as_of, 'valid_from', u.valid_from, 'valid_to', u.valid_to,
        'path', '/' || ($2::text[])[1] || '/provinces/' || u.id || '/',
        'facts', (select coalesce(json_agg(json_build_object('attribute', f.attribute, 'value', f.value,
                      'locale', f.locale, 'label', f.label, 'valid_from', f.valid_from,
                      'valid_to', f.valid_to, 'source', f.source)
                      order by f.attribute, f.locale, f.valid_from nulls first), '[]')
                  from province_fact f where f.province = u.id),
        'predecessors', (select coalesce(json_agg(json_build_object('id', s.predecessor,
                      'name', province_value(s.predecessor, 'name', $2::text[], s.since - 1),
                      'since', s.since, 'source', s.source) order by s.predecessor), '[]')
                  from province_succession s where s.successor = u.id),
        'successors', (select coalesce(json_agg(json_build_object('id', s.successor,
                      'name', province_value(s.successor, 'name', $2::text[], s.since),
                      'since', s.since, 'source', s.source) order by s.successor), '[]')
                  from province_succession s where s.predecessor = u.id),
        'region', province_value(u.id, 'region', $2::text[], u.as_of),
        'neighbours', (select coalesce(json_agg(json_build_object('id', n, 'name',
                      province_value(n, 'name', $2::text[], u.as_of)) order by n), '[]')
                  from unnest(u.neighbours) n),
        'borders', to_json(u.borders), 'tile', u.tile,
        'profile', (select json_build_object('id', q.id, 'slug', q.slug, 'locale', q.locale,
                      'title', q.title, 'summary', q.summary, 'html', q.html, 'version', q.version)
                    from profile q),
        'articles', (select count(*) from article_province x
                     where x.province = u.id and exists (select 1 from edition e
                         where e.article = x.article and e.state = 'live'))
    )::text as body
from seen u left join profile p on true
