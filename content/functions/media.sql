-- Pictures, and recordings with their captions.

-- Is it of a kind that plays?
create or replace function media_plays(type text) returns boolean language sql immutable as $$
    select type like 'video/%' or type like 'audio/%'
$$;

-- A medium as the API shows it.
create or replace function medium_json(m media) returns json language plpgsql stable as $$
begin
    return json_build_object('id', m.id, 'type', m.type, 'src', '/media/' || m.file, 'bytes', m.bytes,
        'width', nullif(m.width, 0), 'height', nullif(m.height, 0), 'duration', m.duration,
        'credit', m.credit, 'licence', m.licence, 'alt', m.alt, 'captions', captions_json(m.captions),
        'created_at', utc_text(m.created_at));
end $$;

create or replace function captions_json(captions jsonb) returns json language sql immutable as $$
    select coalesce((select json_object_agg(key, '/media/' || value order by key) from jsonb_each_text(captions)), '{}')
$$;

-- The recording of an article.
create or replace function recording_json(wanted text) returns json language plpgsql stable as $$
begin
    return (select json_build_object('id', m.id, 'src', '/media/' || m.file, 'type', m.type, 'bytes', m.bytes,
                   'width', nullif(m.width, 0), 'height', nullif(m.height, 0), 'duration', m.duration,
                   'credit', m.credit, 'licence', m.licence, 'captions', captions_json(m.captions))
        from media m where m.id = wanted);
end $$;

create or replace function media_may(who jsonb) returns void language plpgsql stable as $$
begin
    perform must(exists (select from role_grant g where g.account = (who ->> 'account')::bigint
                         and may(who, 'media', g.agency, null)), 'forbidden');
end $$;

-- Keep a medium; the same bytes twice are one. a: id, type, file, bytes, width, height, duration (of
-- what plays), credit, licence, alt. Whoever may upload for any agency may.
create or replace function media_add(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    is_new boolean;
begin
    perform media_may(who);
    insert into media (id, type, file, bytes, width, height, duration, credit, licence, alt)
    values (a ->> 'id', a ->> 'type', a ->> 'file', (a ->> 'bytes')::bigint, (a ->> 'width')::int, (a ->> 'height')::int,
            (a ->> 'duration')::int, a ->> 'credit', a ->> 'licence', coalesce(a -> 'alt', '{}'))
    on conflict (id) do nothing;
    is_new := found;
    if is_new then
        perform change_append('media', a ->> 'id', null, null, array['media', 'media:' || (a ->> 'id')]);
        perform audit_append(who, 'media_add', 'media:' || (a ->> 'id'), null, null, a);
    end if;
    return jsonb_build_object('is_new', is_new);
end $$;

-- Captions of a recording in one language, in the place of those it had. a: of, locale, file.
create or replace function media_caption(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    m media%rowtype;
begin
    perform media_may(who);
    select * into m from media x where x.id = a ->> 'of' for update;
    perform must(found and media_plays(m.type), 'unknown', '{"field": "of"}');
    if m.captions ->> (a ->> 'locale') is distinct from a ->> 'file' then
        update media x set captions = x.captions || jsonb_build_object(a ->> 'locale', a ->> 'file') where x.id = m.id;
        perform change_append('media', m.id, null, null, array['media', 'media:' || m.id]);
        perform audit_append(who, 'media_caption', 'media:' || m.id, a ->> 'locale', m.captions, a);
    end if;
    return jsonb_build_object('is_new', not m.captions ? (a ->> 'locale'));
end $$;
