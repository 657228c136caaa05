-- The front pages that editors compose, one a language: who asks may publish in it for every agency,
-- since the page is the whole portal's.

-- Everything that a composition names: where, what it should be, and its id.
create or replace function front_names(c jsonb) returns table (field text, what text, id text) language plpgsql immutable as $$
begin
    return query
    select 'lead', 'article', c ->> 'lead' where c ? 'lead'
    union all
    select 'seconds[' || n - 1 || ']', 'article', v
    from jsonb_array_elements_text(coalesce(c -> 'seconds', '[]')) with ordinality u (v, n)
    union all
    select 'today[' || n - 1 || '].article', 'article', v ->> 'article'
    from jsonb_array_elements(coalesce(c -> 'today', '[]')) with ordinality u (v, n) where v ? 'article'
    union all
    select 'picture.media', 'media', c #>> '{picture,media}' where c ? 'picture'
    union all
    select 'sections[' || n - 1 || '].topic', 'topic', v ->> 'topic'
    from jsonb_array_elements(coalesce(c -> 'sections', '[]')) with ordinality u (v, n) where v ? 'topic'
    union all
    select 'sections[' || s.n - 1 || '].articles[' || u.n - 1 || ']', 'article', u.v
    from jsonb_array_elements(coalesce(c -> 'sections', '[]')) with ordinality s (v, n),
         jsonb_array_elements_text(coalesce(s.v -> 'articles', '[]')) with ordinality u (v, n);
end $$;

-- The first of them that is not there: {"field", "detail", "key"}, key being an import's message;
-- null: all are.
create or replace function front_unknown(c jsonb) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('field', x.field, 'detail', x.id, 'key',
                case x.what when 'article' then 'fault.unknown_article' when 'topic' then 'fault.unknown_topic' else 'fault.unknown_media' end)
            from front_names(c) x
            where not case x.what
                when 'article' then exists (select from article a where a.id = x.id)
                when 'topic' then exists (select from topic t where t.id = x.id)
                else exists (select from media m where m.id = x.id and m.type like 'image/%') end
            limit 1);
end $$;

-- The members of a composition out of a larger object; an empty list says no more than none.
create or replace function front_composition(a jsonb) returns jsonb language plpgsql immutable as $$
begin
    return (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(jsonb_strip_nulls(a))
            where key in ('lead', 'seconds', 'today', 'picture', 'sections') and value <> '[]');
end $$;

create or replace function front_json(f front) returns jsonb language plpgsql stable as $$
begin
    return (select case when f.composition is not null then
        jsonb_build_object('locale', f.locale, 'revision', f.revision, 'composition', f.composition) end);
end $$;

-- ---- as editors see and set them -----------------------------------------------------------------

-- a: locale.
create or replace function front_get(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    f front%rowtype;
begin
    perform must(may_anywhere(who, 'read', null), 'forbidden');
    select * into f from front x where x.locale = a ->> 'locale' and x.composition is not null;
    perform must(found, 'not_found');
    return front_json(f);
end $$;

-- Lock the row of a locale, and see that it is what the writer saw: revision 0 is none. Refuses 'stale'.
create or replace function front_begin(lang text, expected int) returns front language plpgsql as $$
declare
    f front%rowtype;
begin
    insert into front (locale, revision) values (lang, 0) on conflict do nothing;
    select * into f from front x where x.locale = lang for update;
    perform must(expected = case when f.composition is null then 0 else f.revision end, 'stale',
                 jsonb_build_object('current', front_json(f)));
    return f;
end $$;

create or replace function front_store(f front, c jsonb) returns front language plpgsql as $$
begin
    update front x set composition = c, revision = x.revision + 1 where x.locale = f.locale returning * into f;
    perform change_append('front', f.locale, f.locale, f.revision, array['fronts', 'front:' || f.locale]);
    return f;
end $$;

-- a: locale, expected, and the members of a composition.
create or replace function front_set(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    c jsonb := front_composition(a);
    had front%rowtype;
    f front%rowtype;
    wrong jsonb := front_unknown(c);
begin
    perform must(may(who, 'publish', null, a ->> 'locale'), 'forbidden');
    perform must(wrong is null, 'unknown', wrong - 'key');
    had := front_begin(a ->> 'locale', (a ->> 'expected')::int);
    f := front_store(had, c);
    perform audit_append(who, 'front_set', 'front:' || f.locale, f.locale, front_json(had), front_json(f));
    return front_json(f);
end $$;

-- Take a front page away: its readers see that of the next language again. a: locale, expected.
create or replace function front_remove(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    had front%rowtype;
begin
    perform must(may(who, 'publish', null, a ->> 'locale'), 'forbidden');
    perform must(exists (select from front x where x.locale = a ->> 'locale' and x.composition is not null), 'not_found');
    had := front_begin(a ->> 'locale', (a ->> 'expected')::int);
    perform front_store(had, null);
    perform audit_append(who, 'front_remove', 'front:' || had.locale, had.locale, front_json(had), null);
    return jsonb_build_object('locale', had.locale);
end $$;

-- ---- import and export ---------------------------------------------------------------------------

-- What readers can find: an article that never had a page, or has none any more, is in no export.
create or replace function front_has_page(wanted text) returns boolean language plpgsql stable as $$
begin
    return exists (select from edition e where e.article = wanted and e.state in ('live', 'withdrawn'));
end $$;

create or replace function front_record(wanted text) returns json language plpgsql stable as $$
begin
    return (select json_strip_nulls(json_build_object('type', 'front', 'locale', f.locale,
        'lead', case when front_has_page(c ->> 'lead') then c -> 'lead' end,
        'seconds', (select json_agg(v order by n) from jsonb_array_elements(c -> 'seconds') with ordinality u (v, n)
                    where front_has_page(v #>> '{}')),
        'today', (select json_agg(v order by n) from jsonb_array_elements(c -> 'today') with ordinality u (v, n)
                  where not v ? 'article' or front_has_page(v ->> 'article')),
        'picture', c -> 'picture',
        'sections', (select json_agg(json_build_object('topic', s.v -> 'topic', 'kind', s.v -> 'kind',
                         'articles', (select json_agg(u.v order by u.n)
                                      from jsonb_array_elements(s.v -> 'articles') with ordinality u (v, n)
                                      where front_has_page(u.v #>> '{}'))) order by s.n)
                     from jsonb_array_elements(c -> 'sections') with ordinality s (v, n))))
    from front f, lateral (select f.composition) x (c) where f.locale = wanted and c is not null);
end $$;

-- Bring one in. What an editor has changed since the last import, or taken away, is 'kept', unless
-- it is to be overwritten; 'same' says nothing new of what an export would say. Outcomes besides: 'added', 'updated',
-- 'fault.unknown_article' and its like with the field and the id.
create or replace function import_front(r jsonb, overwrite boolean)
returns table (outcome text, field text, detail text) language plpgsql as $$
declare
    lang text := r ->> 'locale';
    c jsonb := front_composition(r);
    wrong jsonb := front_unknown(c);
    had front%rowtype;
    f front%rowtype;
begin
    select * into had from front x where x.locale = lang for update;
    if wrong is not null then
        return query select wrong ->> 'key', wrong ->> 'field', wrong ->> 'detail';
    elsif front_composition(front_record(lang)::jsonb) = c or had.imported = c and not overwrite then
        update front x set imported = c where x.locale = lang and x.imported is distinct from c;
        return query select 'same', null::text, null::text;
    elsif had.locale is not null and had.composition is distinct from had.imported and not overwrite then
        return query select 'kept', null::text, null::text;
    else
        insert into front (locale, revision) values (lang, 0) on conflict do nothing;
        update front x set imported = c where x.locale = lang returning * into f;
        f := front_store(f, c);
        perform audit_append('{"origin": "command"}', 'front_import', 'front:' || lang, lang, front_json(had), front_json(f));
        return query select case when had.composition is null then 'added' else 'updated' end, null::text, null::text;
    end if;
end $$;
