-- What a feed shows: the texts of one language, the latest change first, and those taken back in the
-- last 30 days, which the feeds announce. Of one that vanished there is nothing but its article.
-- $1 locale, $2 topic or null, $3 province or null, $4 and $5 modified_us and article of the last
-- row of the page before or null, $6 number of rows, $7 the locale and its fallbacks (for names),
-- $8 search_query_json() or null, with $9 its filters and $10 its words.
-- Where the topic or province exists there is always a row: without texts it is one with no article.
with page as (
    select e.id
    from edition e
    join article a on a.id = e.article
    where e.locale = $1
      and e.state in ('live', 'withdrawn', 'removed')
      and (e.state = 'live' or e.updated_at > now() - interval '30 days')
      and ($2::text is null or a.topic = $2)
      and ($3::text is null
           or exists (select from article_province p
                      where p.article = e.article and p.province = $3))
      and ($8::jsonb is null or exists (
          select from search_text s
          where s.article = e.article and s.locale = e.locale
            and s.vector @@ (select p.whole from search_plan($8::jsonb, $7::text[]) p)
            and (not $9::jsonb ? 'topic' or s.topic = $9::jsonb ->> 'topic')
            and (not $9::jsonb ? 'province' or $9::jsonb ->> 'province' = any (s.provinces))
            and (not $9::jsonb ? 'agency' or s.agency = $9::jsonb ->> 'agency')
            and (not $9::jsonb ? 'kind' or s.kind = $9::jsonb ->> 'kind')
            and (not $9::jsonb ? 'year' or s.year = ($9::jsonb ->> 'year')::int)))
      and ($4::bigint is null
           or (e.updated_at, e.article)
              < (timestamptz 'epoch' + $4::bigint * interval '1 microsecond', $5::text))
    order by e.updated_at desc, e.article desc
    limit $6::int
)
select part.name as part,
       e.article,
       e.state,
       shown.slug,
       shown.title,
       shown.summary,
       case when e.state = 'live' then e.html end as html,
       shown.author,
       name_in(g.names, $7::text[]) as agency,
       e.licence,
       e.method,
       e.proofread,
       a.source_locale,
       case when e.state = 'live' then translation_state(e, a.source_locale) end as translation_state,
       e.version,
       shown.notice,
       shown.withdrawn_to,
       case when e.state = 'live' and e.version > 1 then
           (select jsonb_agg(jsonb_build_object('at', extract(epoch from p.at)::bigint, 'reason', p.reason,
                                                'note', p.note) order by p.version desc)
            from publication p
            where p.article = e.article and p.locale = e.locale and p.kind = 'correction')
       end as corrections,
       (extract(epoch from e.published_at) * 1000000)::bigint as published_us,
       (extract(epoch from case when e.state = 'live' then coalesce(e.major_at, e.updated_at)
                                else e.updated_at end) * 1000000)::bigint as updated_us,
       (extract(epoch from e.updated_at) * 1000000)::bigint as modified_us,
       a.topic,
       name_in(t.names, $7::text[]) as topic_name,
       (select jsonb_agg(jsonb_build_object('id', p.province, 'name',
                   coalesce(province_value(p.province, 'name', $7::text[], current_date),
                            p.province))
               order by p.position, p.province)
        from article_province p where p.article = e.article) as provinces,
       (select jsonb_agg(jsonb_build_object('locale', o.locale, 'slug', o.slug) order by o.locale)
        from edition o
        where o.article = e.article and o.state = 'live' and o.locale <> e.locale) as translations,
       m.file as image_file,
       m.type as image_type,
       m.bytes as image_bytes,
       m.credit as image_credit,
       m.licence as image_licence,
       shown.image ->> 'alt' as image_alt
from (select coalesce(
                 (select name_in(x.names, $7::text[]) from topic x where x.id = $2),
                 (select coalesce(province_value(x.id, 'name', $7::text[], current_date), x.id)
                  from province x where x.id = $3), $10) as name) part
left join page on true
left join edition e on e.id = page.id
left join edition shown on shown.id = page.id and e.state <> 'removed'
left join article a on a.id = e.article
left join agency g on g.id = a.agency
left join topic t on t.id = a.topic
left join media m on m.id = shown.image ->> 'media'
where ($2::text is null and $3::text is null) or part.name is not null
order by e.updated_at desc, e.article desc
