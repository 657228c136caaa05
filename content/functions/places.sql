-- The gazetteer: what places are called in each language.

create or replace function place_record(wanted text) returns json language sql stable as $$
    select json_strip_nulls(json_build_object('type', 'place', 'id', p.id, 'kind', p.kind,
        'provinces', case when p.provinces <> '{}' then to_json(p.provinces) end,
        'names', (select json_object_agg(key, value order by key) from jsonb_each(p.names)),
        'former', (select json_object_agg(key, value order by key) from jsonb_each(p.former)),
        'source', p.source))
    from place p where p.id = wanted
$$;

-- What texts have that names a place, and lexemes of which they have at least one: of words in a row the
-- longest. Russian gives a name endings ("в Ханое"), Arabic joins small words to it.
create or replace function place_forms(in_locale text, folded text, given tsquery, out query tsquery, out lexemes text[])
language plpgsql immutable as $$
begin
    query := given;
    lexemes := case when given::text like '%<%>%' then (select array[l] from unnest(search_lexemes(given::text)) l order by length(l) desc, l limit 1)
                    else search_lexemes(given::text) end;
    if in_locale = 'ru' and folded ~ '^[а-я]{4,}$' then
        lexemes := array(select regexp_replace(folded, '[аеийоуыьэюя]$', '') || e from unnest('{"",а,у,ом,ем,е,ы,и,й,я,ю,ь,ью,ой,о,э}'::text[]) e);
    elsif in_locale = 'ar' and folded !~ ' ' then
        lexemes := array(select e || folded from unnest('{"",ب,ل,و,ال}'::text[]) e);
    else
        return;
    end if;
    query := (select string_agg(search_lexeme(l), ' | ') from unnest(lexemes) l)::tsquery;
end $$;

-- Bring one place in. r: place_record() with keys, a row of place_name for each of its names. Says
-- 'added', 'updated' or 'same'; only the first two write.
create or replace function import_place(r jsonb) returns text language plpgsql as $$
declare
    wanted text := r ->> 'id';
    before jsonb := place_record(wanted);
    given jsonb := r - 'keys';
begin
    if given -> 'provinces' = '[]' then
        given := given - 'provinces';
    end if;
    if before = given and not exists (
            select k.locale, k.name, k.folded, (place_forms(k.locale, k.folded, k.query)).query
            from jsonb_to_recordset(r -> 'keys') k (locale text, name text, folded text, query tsquery)
            except select n.locale, n.name, n.folded, n.query from place_name n where n.place = wanted) then
        return 'same';
    end if;
    insert into place (id, kind, provinces, names, former, source)
    values (wanted, given ->> 'kind', array(select jsonb_array_elements_text(coalesce(given -> 'provinces', '[]'))),
            given -> 'names', coalesce(given -> 'former', '{}'), given ->> 'source')
    on conflict (id) do update set kind = excluded.kind, provinces = excluded.provinces,
        names = excluded.names, former = excluded.former, source = excluded.source;
    delete from place_name where place = wanted;
    with given as (
        select * from jsonb_to_recordset(r -> 'keys') k (locale text, name text, folded text, query tsquery, former boolean, position int)
    ), named as (
        insert into place_name (place, locale, name, folded, query, former, position)
        select wanted, k.locale, k.name, k.folded, f.query, k.former, k.position
        from given k cross join lateral place_forms(k.locale, k.folded, k.query) f
    )
    insert into place_lexeme (lexeme, place, locale, name)
    select distinct l, wanted, k.locale, k.name
    from given k cross join lateral place_forms(k.locale, k.folded, k.query) f cross join lateral unnest(f.lexemes) l;
    perform search_place_keep(wanted);
    -- A unit is called so wherever it is named.
    perform change_append('place', wanted, null, null, array['places', 'place:' || wanted]
        || case when 'unit' in (given ->> 'kind', before ->> 'kind')
                then array['provinces', 'province:' || wanted] else '{}' end);
    return case when before is null then 'added' else 'updated' end;
end $$;

-- What the gazetteer calls a unit, {"ja": ["ハノイ"]}: for languages in which it has no name by law. None
-- on a day before the unit took the name that it has today.
create or replace function unit_names(wanted text, day date) returns table (names jsonb) language sql stable as $$
    select p.names from place p
    where p.id = wanted and p.kind = 'unit'
      and not exists (select from province_fact f where f.province = wanted
                      and f.attribute = 'name' and f.valid_from > day)
$$;

-- A place in one line of a list: its first name in the nearest language of the chain, else in any; of
-- a unit the name by law, where it has one. matched: why the first of the chain is wanted.
create or replace function place_brief(p place, locales text[], matched text) returns jsonb language plpgsql stable as $$
declare
    shown text := coalesce((select l from unnest(locales) with ordinality u (l, n) where p.names ? l order by n limit 1),
                           (select min(l) from jsonb_object_keys(p.names) l));
begin
    return jsonb_build_object('id', p.id, 'kind', p.kind, 'locale', shown,
        'match', case when shown = locales[1] then matched else 'fallback' end,
        'name', case when p.kind = 'unit' then province_value(p.id, 'name', array[shown], today_in_viet_nam())
                     else p.names -> shown ->> 0 end,
        'path', case when p.kind = 'unit' then '/' || locales[1] || '/provinces/' || p.id || '/' end,
        'provinces', (select coalesce(jsonb_agg(jsonb_build_object('id', x.id,
                'name', coalesce(province_value(x.id, 'name', locales, today_in_viet_nam()), x.id),
                'path', '/' || locales[1] || '/provinces/' || x.id || '/') order by x.n), '[]')
            from unnest(p.provinces) with ordinality x (id, n)));
end $$;
