-- The glossary: what is called how in which language. It is everybody's; the right to change it is
-- given by language.

create or replace function glossary_json(g glossary) returns jsonb language sql stable as $$
    select jsonb_build_object('id', g.id, 'kind', g.kind, 'source_locale', g.source_locale, 'source', g.source,
        'locale', g.locale, 'preferred', g.preferred, 'allowed', g.allowed, 'forbidden', g.forbidden, 'note', g.note)
$$;

-- May somebody do this for any agency at all?
create or replace function may_anywhere(who jsonb, wanted_action text, in_locale text) returns boolean language sql stable as $$
    select exists (select from role_grant g where g.account = (who ->> 'account')::bigint and may(who, wanted_action, g.agency, in_locale))
$$;

-- a: locale, source_locale, kind, q (part of any form, in any case), after (an id), limit.
create or replace function glossary_list(who jsonb, a jsonb) returns jsonb language plpgsql as $$
begin
    perform must(may_anywhere(who, 'read', null), 'forbidden');
    return (select jsonb_build_object('items', coalesce(jsonb_agg(glossary_json(g.*) order by g.id), '[]'),
            'next', case when count(*) = (a ->> 'limit')::int then max(g.id) end)
        from (select * from glossary x
              where (not a ? 'locale' or x.locale = a ->> 'locale')
                and (not a ? 'source_locale' or x.source_locale = a ->> 'source_locale')
                and (not a ? 'kind' or x.kind = a ->> 'kind')
                and (not a ? 'q' or position(lower(a ->> 'q') in lower(concat_ws(E'\n', x.source, x.preferred,
                         array_to_string(x.allowed, E'\n'), array_to_string(x.forbidden, E'\n')))) > 0)
                and (not a ? 'after' or x.id > a ->> 'after')
              order by x.id limit (a ->> 'limit')::int) g);
end $$;

-- A form is right or wrong, not both. Refuses 'invalid'.
create or replace function glossary_check(a jsonb) returns void language plpgsql stable as $$
begin
    perform must(a ->> 'id' ~ '^[A-Za-z0-9][A-Za-z0-9._:-]*$' and length(a ->> 'id') <= 200, 'invalid', '{"field": "id"}');
    perform must(a ->> 'source_locale' <> a ->> 'locale', 'invalid', '{"field": "locale"}');
    perform must(not coalesce(a -> 'forbidden', '[]') ? (a ->> 'preferred')
        and not exists (select from jsonb_array_elements_text(a -> 'allowed') x where a -> 'forbidden' ? x), 'invalid', '{"field": "forbidden"}');
end $$;

-- Write an entry; true when it says something new.
create or replace function glossary_put(a jsonb) returns boolean language plpgsql as $$
begin
    insert into glossary as g (id, kind, source_locale, source, locale, preferred, allowed, forbidden, note)
    values (a ->> 'id', a ->> 'kind', a ->> 'source_locale', a ->> 'source', a ->> 'locale', a ->> 'preferred',
            array(select jsonb_array_elements_text(coalesce(a -> 'allowed', '[]'))),
            array(select jsonb_array_elements_text(coalesce(a -> 'forbidden', '[]'))), a ->> 'note')
    on conflict (id) do update set kind = excluded.kind, source_locale = excluded.source_locale, source = excluded.source,
        locale = excluded.locale, preferred = excluded.preferred, allowed = excluded.allowed,
        forbidden = excluded.forbidden, note = excluded.note
    where (g.kind, g.source_locale, g.source, g.locale, g.preferred, g.allowed, g.forbidden, g.note)
        is distinct from (excluded.kind, excluded.source_locale, excluded.source, excluded.locale, excluded.preferred,
                          excluded.allowed, excluded.forbidden, excluded.note);
    return found;
exception when unique_violation then
    perform must(false, 'conflict', '{"field": "source"}');
end $$;

-- a: id, kind, source_locale, source, locale, preferred, allowed, forbidden, note.
create or replace function glossary_set(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    before glossary%rowtype;
begin
    perform must(may_anywhere(who, 'glossary', a ->> 'locale'), 'forbidden');
    perform glossary_check(a);
    select * into before from glossary g where g.id = a ->> 'id' for update;
    perform must(before.id is null or may_anywhere(who, 'glossary', before.locale), 'forbidden');
    if glossary_put(a) then
        perform audit_append(who, 'glossary_set', 'glossary:' || (a ->> 'id'), a ->> 'locale',
            case when before.id is not null then glossary_json(before) end,
            (select glossary_json(g) from glossary g where g.id = a ->> 'id'));
    end if;
    return (select glossary_json(g) from glossary g where g.id = a ->> 'id');
end $$;

create or replace function glossary_remove(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    before glossary%rowtype;
begin
    select * into before from glossary g where g.id = a ->> 'id' for update;
    perform must(may_anywhere(who, 'glossary', before.locale), 'forbidden');
    perform must(before.id is not null, 'not_found');
    delete from glossary g where g.id = before.id;
    perform audit_append(who, 'glossary_remove', 'glossary:' || before.id, before.locale, glossary_json(before), null);
    return glossary_json(before);
end $$;

-- ---- import and export ---------------------------------------------------------------------------

create or replace function glossary_record(wanted text) returns json language sql stable as $$
    select json_strip_nulls(json_build_object('type', 'glossary', 'id', g.id, 'kind', g.kind, 'source_locale', g.source_locale,
        'source', g.source, 'locale', g.locale, 'preferred', g.preferred,
        'allowed', case when g.allowed <> '{}' then to_json(g.allowed) end,
        'forbidden', case when g.forbidden <> '{}' then to_json(g.forbidden) end, 'note', g.note))
    from glossary g where g.id = wanted
$$;

-- Says 'added', 'updated' or 'same'; only the first two write.
create or replace function import_glossary(r jsonb) returns text language plpgsql as $$
declare
    before glossary%rowtype;
    why text;
begin
    select * into before from glossary g where g.id = r ->> 'id' for update;
    perform glossary_check(r);
    if not glossary_put(r) then
        return 'same';
    end if;
    perform audit_append('{"origin": "command"}', 'glossary_set', 'glossary:' || (r ->> 'id'), r ->> 'locale',
        case when before.id is not null then glossary_json(before) end,
        (select glossary_json(g) from glossary g where g.id = r ->> 'id'));
    return case when before.id is null then 'added' else 'updated' end;
exception when sqlstate 'SEN01' then
    get stacked diagnostics why = pg_exception_detail;
    raise check_violation using message = 'the glossary has another entry like it, or a form is right and wrong: ' || why;
end $$;
