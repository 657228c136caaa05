-- Texts that leave for translators' tools and come back (api/xliff.c), and translation memories
-- (api/memory.c).

create or replace function text_exchange_json(e edition) returns jsonb language plpgsql stable as $$
begin
    return text_json(e) - 'html' - 'toc' || jsonb_build_object('segments', e.segments);
end $$;

-- A source text, the translation that there is (null: none), and the source that was made from (null:
-- the same, or not known), each with its segments (null: not kept). a: id, locale, write (whether the
-- translation is to be changed).
create or replace function text_exchange(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', case when a ? 'write' then 'write' else 'read' end,
                                 case when a ? 'write' then a ->> 'locale' end);
    e edition := edition_present(a ->> 'id', a ->> 'locale');
    base edition%rowtype;
    present edition%rowtype;
begin
    perform must(a ->> 'locale' <> about.source_locale, 'invalid', '{"field": "locale"}');
    select * into base from edition x where x.id = e.source_edition;
    select * into present from edition x
    where x.article = about.id and x.locale = about.source_locale and x.state in ('live', 'draft')
    order by (x.state = 'draft') <> (base.id is not null and e.source_version is null) limit 1;
    perform must(present.id is not null, 'not_found');
    return jsonb_build_object('agency', about.agency, 'source', text_exchange_json(present),
        'translation', case when e.id is not null then text_exchange_json(e) end,
        'base', case when base.id <> present.id then text_exchange_json(base) end);
end $$;

-- ---- memories ------------------------------------------------------------------------------------

-- Pairs in the order they came. a: source_locale, locale, after (a number).
create or replace function memory_list(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    page constant int := 2000;
begin
    perform must(may_anywhere(who, 'read', null), 'forbidden');
    return (select jsonb_build_object('items', coalesce(jsonb_agg(jsonb_build_object('source_locale', m.source_locale,
            'locale', m.locale, 'source', m.source, 'target', m.target, 'article', m.article,
            'at', extract(epoch from m.at)::bigint) order by m.id), '[]'),
        'next', case when count(*) = page then max(m.id) end)
        from (select * from memory x
              where (not a ? 'source_locale' or x.source_locale = a ->> 'source_locale')
                and (not a ? 'locale' or x.locale = a ->> 'locale') and (not a ? 'after' or x.id > (a ->> 'after')::bigint)
              order by x.id limit page) m);
end $$;

-- Take pairs that somebody brings. a: pairs: [{source_locale, locale, source, target, at}]. What is
-- known already stays as it is, and so does where it comes from. The right is that of the glossary,
-- in every language that is translated into.
create or replace function memory_add(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    given int := jsonb_array_length(a -> 'pairs');
    added int;
begin
    perform must(not exists (select from (select distinct p ->> 'locale' as locale from jsonb_array_elements(a -> 'pairs') p) x
                             where not may_anywhere(who, 'glossary', x.locale)) and may_anywhere(who, 'glossary', null), 'forbidden');
    insert into memory (source_locale, locale, source, target, at)
    select distinct on (p.source_locale, p.locale, p.source, p.target) p.source_locale, p.locale, p.source, p.target,
        coalesce(least(to_timestamp(p.at), now()), now())
    from jsonb_to_recordset(a -> 'pairs') p (source_locale text, locale text, source text, target text, at bigint)
    where length(p.source) <= 4000
    on conflict (source_locale, locale, md5(source), md5(target)) do nothing;
    get diagnostics added = row_count;
    perform audit_append(who, 'memory_add', 'memory', null, null, jsonb_build_object('given', given, 'added', added));
    return jsonb_build_object('added', added, 'known', given - added);
end $$;
