-- What the API shows of things that texts name. In PL/pgSQL where a function is not inlined: it
-- keeps the plans for the session, while a function in SQL is parsed and planned again by every
-- statement that calls it.

-- The fact of a unit that holds on a day; of a name, in the nearest language of the chain, in each by
-- law or else by the gazetteer.
create or replace function province_value(wanted text, attr text, locales text[], day date)
returns text language plpgsql stable as $$
begin
    return (select x.value
        from (select f.value, f.locale, f.valid_from, 1 as rank from province_fact f
              where f.province = wanted and f.attribute = attr
                and (f.locale is null or f.locale = any (locales))
                and (f.valid_from is null or f.valid_from <= day)
                and (f.valid_to is null or day < f.valid_to)
              union all
              select g.names -> l ->> 0, l, null, 2 from unit_names(wanted, day) g, unnest(locales) l
              where attr = 'name' and g.names ? l) x
        order by array_position(locales, x.locale), x.rank, x.valid_from desc nulls last
        limit 1);
end $$;

-- A name out of {"vi": ..., "en": ...}: the nearest of the chain, else any.
create or replace function name_in(names jsonb, locales text[]) returns text
language plpgsql immutable as $$
begin
    return (select coalesce(
            (select names ->> l from unnest(locales) with ordinality u (l, n)
             where names ? l order by n limit 1),
            (select value from jsonb_each_text(names) order by key limit 1)));
end $$;

create or replace function topic_brief(wanted text, locales text[]) returns json language plpgsql stable as $$
begin
    return (select json_build_object('id', t.id, 'name', name_in(t.names, locales)) from topic t where t.id = wanted);
end $$;

create or replace function agency_brief(wanted text, locales text[]) returns json language plpgsql stable as $$
begin
    return (select json_build_object('id', g.id, 'name', name_in(g.names, locales), 'url', g.url)
        from agency g where g.id = wanted);
end $$;

-- An agency with what it says of itself and how it is reached; its post comes to one address.
create or replace function agency_json(wanted text, locales text[]) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('id', g.id, 'name', name_in(g.names, locales), 'url', g.url,
            'about', name_in(g.about, locales),
            'contacts', jsonb_build_object('email', g.contacts -> 'email', 'phone', g.contacts -> 'phone',
                'address', name_in(coalesce(g.contacts -> 'address', '{}'), locales),
                'languages', coalesce(g.contacts -> 'languages', '[]')))
        from agency g where g.id = wanted);
end $$;

create or replace function today_in_viet_nam() returns date language sql stable as $$
    select (now() at time zone 'Asia/Ho_Chi_Minh')::date
$$;

create or replace function province_briefs(wanted text, locales text[]) returns json language plpgsql stable as $$
begin
    return (select coalesce(json_agg(json_build_object('id', p.province,
                   'name', coalesce(province_value(p.province, 'name', locales, today_in_viet_nam()), p.province))
                   order by p.position, p.province), '[]')
        from article_province p where p.article = wanted);
end $$;

-- The lead picture of a text: the medium, with the alternative text in the text's language.
create or replace function image_json(image jsonb) returns json language plpgsql stable as $$
begin
    return (select json_build_object('id', m.id, 'src', '/media/' || m.file, 'type', m.type, 'width', m.width,
                   'height', m.height, 'alt', coalesce(image ->> 'alt', ''), 'credit', m.credit,
                   'licence', m.licence)
        from media m where m.id = image ->> 'media');
end $$;

create or replace function text_path(locale text, slug text) returns text language sql immutable as $$
    select '/' || locale || '/articles/' || slug || '/'
$$;
