-- Translation memory: what was translated before, for whoever translates it again.

-- Remember the segments of a translation that is published beside those of its source, where both
-- have the same number. What the same article said before of the same segment is forgotten: it was
-- put right.
create or replace function memory_learn(wanted bigint) returns void language plpgsql as $$
begin
    with pair as (
        select distinct s.locale as source_locale, t.locale, su.value ->> 'text' as source, tu.value ->> 'text' as target, t.article
        from edition t join edition s on s.id = t.source_edition
        cross join lateral jsonb_array_elements(s.segments -> 'units') with ordinality su (value, n)
        join lateral jsonb_array_elements(t.segments -> 'units') with ordinality tu (value, n) on tu.n = su.n
        where t.id = wanted and jsonb_array_length(s.segments -> 'units') = jsonb_array_length(t.segments -> 'units')
          and su.value ->> 'text' <> '' and tu.value ->> 'text' <> '' and length(su.value ->> 'text') <= 4000
    ), wrong as (
        delete from memory m using (select distinct source_locale, locale, source, article from pair) p
        where m.source_locale = p.source_locale and m.locale = p.locale and md5(m.source) = md5(p.source) and m.source = p.source
          and m.article = p.article
          and not exists (select from pair x where x.source = m.source and x.target = m.target)
    )
    insert into memory (source_locale, locale, source, target, article)
    select source_locale, locale, source, target, article from pair
    on conflict (source_locale, locale, md5(source), md5(target)) do update set at = excluded.at;
end $$;

-- Pieces of a text, at most 16, as patterns of LIKE: what is half like it has one of them unchanged.
create or replace function memory_pieces(t text, from_locale text) returns setof text language sql immutable as $$
    select '%' || regexp_replace(substr(t, n, w.size), '([\\%_])', '\\\1', 'g') || '%'
    from (select case when from_locale in ('zh-Hans', 'zh-Hant', 'ja', 'th', 'lo', 'km') then 5 else 12 end as size) w,
         generate_series(1, greatest(1, length(t) - w.size + 1), greatest(w.size / 2, length(t) / 16 + 1)) n
$$;

-- At most 5 pairs for a source text: the same first, then those that are alike (pg_trgm, 0.5 or more).
-- Of short texts all of those are found (by % and an index of what is short); for longer ones that
-- would take too long in a large memory: of these the ones that share a piece, and of each piece the
-- first 300. Past 1,000 characters only the same is looked for.
create or replace function memory_find(wanted text, from_locale text, into_locale text)
returns table (score numeric, source text, target text, article text, at timestamptz)
language plpgsql stable set pg_trgm.similarity_threshold = 0.5 set enable_seqscan = off as $$
begin
    return query
    select 1::numeric, m.source, m.target, m.article, m.at from memory m
    where m.source_locale = from_locale and m.locale = into_locale and md5(m.source) = md5(wanted) and m.source = wanted
    order by m.at desc, m.id desc limit 5;
    if length(wanted) <= 24 then
        return query
        select round(similarity(c.source, wanted)::numeric, 2), c.source, c.target, c.article, c.at
        from (select * from memory m where m.source % wanted and length(m.source) <= 60 offset 0) c
        where c.source_locale = from_locale and c.locale = into_locale and c.source <> wanted
        order by similarity(c.source, wanted) desc, c.at desc, c.id desc limit 5;
    elsif length(wanted) <= 1000 then
        return query
        select round(f.alike::numeric, 2), f.source, f.target, f.article, f.at
        from (select distinct on (c.id) c.*, similarity(c.source, wanted) as alike
              from memory_pieces(wanted, from_locale) p
              cross join lateral (select * from memory m where m.source like p limit 300) c
              where c.source_locale = from_locale and c.locale = into_locale and c.source <> wanted
                and length(c.source) between length(wanted) / 3 and length(wanted) * 3) f
        where f.alike >= 0.5
        order by f.alike desc, f.at desc, f.id desc limit 5;
    end if;
end $$;

-- a: id, locale, and text or unit (the number of a segment of the live source, from 0).
create or replace function text_suggestions(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'write', a ->> 'locale');
    wanted text := a ->> 'text';
begin
    perform must(a ? 'text' <> (a ? 'unit'), 'invalid', '{"field": "text"}');
    if a ? 'unit' then
        select e.segments -> 'units' -> (a ->> 'unit')::int ->> 'text' into wanted from edition e
        where e.article = about.id and e.locale = about.source_locale and e.state = 'live';
        perform must(wanted is not null, 'unknown', '{"field": "unit"}');
    end if;
    return jsonb_build_object('source_locale', about.source_locale, 'text', wanted, 'items', (
        select coalesce(jsonb_agg(jsonb_build_object('score', f.score, 'source', f.source, 'target', f.target,
                   'article', f.article, 'at', utc_text(f.at)) order by f.n), '[]')
        from memory_find(wanted, about.source_locale, a ->> 'locale') with ordinality f (score, source, target, article, at, n)
        where f.n <= 5));
end $$;
