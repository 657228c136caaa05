-- Translation memory: what was translated before, for whoever translates it again.

-- Remember the segments of a translation that is published beside those of its source, where both
-- have the same number.
create or replace function memory_learn(wanted bigint) returns void language plpgsql as $$
begin
    insert into memory (source_locale, locale, source, target, article)
    select s.locale, t.locale, su.value ->> 'text', tu.value ->> 'text', t.article
    from edition t join edition s on s.id = t.source_edition
    cross join lateral jsonb_array_elements(s.segments -> 'units') with ordinality su (value, n)
    join lateral jsonb_array_elements(t.segments -> 'units') with ordinality tu (value, n) on tu.n = su.n
    where t.id = wanted and jsonb_array_length(s.segments -> 'units') = jsonb_array_length(t.segments -> 'units')
      and su.value ->> 'text' <> '' and tu.value ->> 'text' <> '' and length(su.value ->> 'text') <= 4000
    on conflict (source_locale, locale, md5(source), md5(target)) do update set at = excluded.at;
end $$;

-- At most 5 pairs for a source text: the same first, then those that are alike. What a segment of
-- thousands of characters is like costs more than it helps: of one past 1,000 only the same is looked for.
create or replace function memory_find(wanted text, from_locale text, into_locale text)
returns table (score numeric, source text, target text, article text, at timestamptz)
language plpgsql stable set pg_trgm.similarity_threshold = 0.5 as $$
begin
    return query
    select 1::numeric, m.source, m.target, m.article, m.at from memory m
    where m.source_locale = from_locale and m.locale = into_locale and md5(m.source) = md5(wanted) and m.source = wanted
    order by m.at desc, m.id desc limit 5;
    if length(wanted) > 1000 then
        return;
    end if;
    return query
    select round(similarity(m.source, wanted)::numeric, 2), m.source, m.target, m.article, m.at from memory m
    where m.source % wanted and m.source_locale = from_locale and m.locale = into_locale and m.source <> wanted
    order by similarity(m.source, wanted) desc, m.at desc, m.id desc limit 5;
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
