-- Articles, each in the nearest language of $1, whose first is there because of $2. Filters: $3 topic,
-- $4 province, $5 agency, $6 kind, $7 first day, $8 last day (of first publication, in Viet Nam).
-- $9: newest or oldest first; $10 how many; after the article of key $11 and id $12.
with page as (
    select p.* from (
        (select a.id, a.published_at from article a
         where $9 = 'newest'
           and ($12::text is null or (a.published_at, a.id) < (timestamptz 'epoch' + $11::bigint * interval '1 microsecond', $12))
           and ($3::text is null or a.topic = $3) and ($5::text is null or a.agency = $5)
           and ($6::text is null or a.kind = $6)
           and ($7::date is null or a.published_at >= $7::date::timestamp at time zone 'Asia/Ho_Chi_Minh')
           and ($8::date is null or a.published_at < ($8::date + 1)::timestamp at time zone 'Asia/Ho_Chi_Minh')
           and ($4::text is null or exists (select 1 from article_province x where x.article = a.id and x.province = $4))
           and exists (select 1 from edition e where e.article = a.id and e.state = 'live' and e.locale = any ($1::text[]))
         order by a.published_at desc, a.id desc limit $10::int + 1)
        union all
        (select a.id, a.published_at from article a
         where $9 = 'oldest'
           and ($12::text is null or (a.published_at, a.id) > (timestamptz 'epoch' + $11::bigint * interval '1 microsecond', $12))
           and ($3::text is null or a.topic = $3) and ($5::text is null or a.agency = $5)
           and ($6::text is null or a.kind = $6)
           and ($7::date is null or a.published_at >= $7::date::timestamp at time zone 'Asia/Ho_Chi_Minh')
           and ($8::date is null or a.published_at < ($8::date + 1)::timestamp at time zone 'Asia/Ho_Chi_Minh')
           and ($4::text is null or exists (select 1 from article_province x where x.article = a.id and x.province = $4))
           and exists (select 1 from edition e where e.article = a.id and e.state = 'live' and e.locale = any ($1::text[]))
         order by a.published_at, a.id limit $10::int + 1)
    ) p
), shown as (
    select a.id, a.published_at as first_published, a.kind, a.agency, a.topic, a.source_locale, e,
           row_number() over (order by
               case when $9 = 'newest' then p.published_at end desc,
               case when $9 = 'newest' then p.id end desc, p.published_at, p.id) as n
    from page p
    join article a on a.id = p.id
    cross join lateral (
        select e from edition e
        where e.article = a.id and e.state = 'live' and e.locale = any ($1::text[])
        order by array_position($1::text[], e.locale) limit 1) e
)
select ($1::text[])[1] as locale, 'articles media agencies topics provinces' as tags,
    max(extract(epoch from (e).updated_at))::bigint as modified,
    (select (extract(epoch from s.first_published) * 1000000)::bigint from shown s where s.n = $10::int
        and exists (select 1 from shown t where t.n > $10::int)) as next_key,
    (select s.id from shown s where s.n = $10::int
        and exists (select 1 from shown t where t.n > $10::int)) as next_id,
    coalesce(json_agg(json_build_object(
        'id', id, 'kind', kind, 'locale', (e).locale,
        'match', case when (e).locale = ($1::text[])[1] then $2::text else 'fallback' end,
        'slug', (e).slug, 'path', text_path((e).locale, (e).slug), 'title', (e).title,
        'summary', (e).summary, 'image', image_json((e).image),
        'topic', topic_brief(topic, $1::text[]), 'provinces', province_briefs(id, $1::text[]),
        'agency', agency_brief(agency, $1::text[]), 'words', (e).words,
        'translation', translation_json(e, source_locale),
        'version', (e).version, 'published_at', utc_text(first_published),
        'updated_at', utc_text((e).updated_at)
    ) order by n) filter (where n <= $10::int), '[]')::text as items
from shown
