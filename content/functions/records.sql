-- Import and export: the same records in both directions.

create or replace function topic_record(wanted text) returns json language sql stable as $$
    select json_strip_nulls(json_build_object('type', 'topic', 'id', t.id,
        'names', (select json_object_agg(key, value order by key) from jsonb_each(t.names)),
        'position', t.position))
    from topic t where t.id = wanted
$$;

create or replace function agency_record(wanted text) returns json language sql stable as $$
    select json_strip_nulls(json_build_object('type', 'agency', 'id', a.id,
        'names', (select json_object_agg(key, value order by key) from jsonb_each(a.names)),
        'url', a.url, 'about', nullif(a.about, '{}'), 'contacts', nullif(a.contacts, '{}')))
    from agency a where a.id = wanted
$$;

create or replace function media_record(wanted text) returns json language sql stable as $$
    select json_strip_nulls(json_build_object('type', 'media', 'id', m.id, 'media_type', m.type,
        'file', m.file, 'bytes', m.bytes, 'width', nullif(m.width, 0), 'height', nullif(m.height, 0),
        'duration', m.duration, 'credit', m.credit, 'licence', m.licence,
        'alt', (select json_object_agg(key, value order by key) from jsonb_each(m.alt)),
        'captions', (select json_object_agg(key, value order by key) from jsonb_each(m.captions))))
    from media m where m.id = wanted
$$;

create or replace function province_record(wanted text) returns json language sql stable as $$
    select json_strip_nulls(json_build_object('type', 'province', 'id', p.id,
        'aliases', case when p.aliases <> '{}' then to_json(p.aliases) end,
        'valid_from', p.valid_from, 'valid_to', p.valid_to,
        'facts', (select json_agg(json_build_object('attribute', f.attribute, 'locale', f.locale,
                      'value', f.value, 'valid_from', f.valid_from, 'valid_to', f.valid_to,
                      'label', f.label, 'source', f.source)
                      order by array_position(array['name', 'type', 'admin_centre', 'area_km2',
                                                    'population', 'code', 'iso_3166_2', 'region'], f.attribute),
                               f.locale, f.valid_from nulls first)
                  from province_fact f where f.province = p.id),
        'successors', (select json_agg(json_build_object('province', s.successor, 'since', s.since,
                                                         'source', s.source) order by s.successor)
                       from province_succession s where s.predecessor = p.id),
        'neighbours', case when p.neighbours <> '{}' then to_json(p.neighbours) end,
        'borders', case when p.borders <> '{}' then to_json(p.borders) end,
        'tile', p.tile))
    from province p where p.id = wanted
$$;

-- A record without regard to the order of its lists.
create or replace function record_sorted(record jsonb) returns jsonb language sql immutable as $$
    select jsonb_strip_nulls(coalesce(record, '{}')) || jsonb_build_object(
        'facts', (select jsonb_agg(x order by x)
                  from jsonb_array_elements(jsonb_strip_nulls(record -> 'facts')) x),
        'successors', (select jsonb_agg(x order by x)
                       from jsonb_array_elements(jsonb_strip_nulls(record -> 'successors')) x))
$$;

-- Bring one topic, agency, medium or province in. Says 'added', 'updated' or 'same'; only the first
-- two write. A province's successors are linked by province_link(), when every unit is there.
create or replace function import_topic(r jsonb) returns text language plpgsql as $$
declare
    before jsonb := topic_record(r ->> 'id');
begin
    r := '{"position": 0}' || r;
    if record_sorted(before) = record_sorted(r) then
        return 'same';
    end if;
    insert into topic (id, names, position)
    values (r ->> 'id', r -> 'names', (r ->> 'position')::int)
    on conflict (id) do update set names = excluded.names, position = excluded.position;
    perform change_append('topic', r ->> 'id', null, null, array['topics', 'topic:' || (r ->> 'id')]);
    return case when before is null then 'added' else 'updated' end;
end $$;

create or replace function import_agency(r jsonb) returns text language plpgsql as $$
declare
    before jsonb := agency_record(r ->> 'id');
begin
    r := r || jsonb_build_object('contacts', nullif(r -> 'contacts', '{}'));
    if record_sorted(before) = record_sorted(r) then
        return 'same';
    end if;
    insert into agency (id, names, url, about, contacts)
    values (r ->> 'id', r -> 'names', r ->> 'url', coalesce(r -> 'about', '{}'),
            coalesce(nullif(r -> 'contacts', 'null'), '{}'))
    on conflict (id) do update set names = excluded.names, url = excluded.url,
        about = excluded.about, contacts = excluded.contacts;
    perform change_append('agency', r ->> 'id', null, null,
                          array['agencies', 'agency:' || (r ->> 'id')]);
    return case when before is null then 'added' else 'updated' end;
end $$;

create or replace function import_media(r jsonb) returns text language plpgsql as $$
declare
    before jsonb := media_record(r ->> 'id');
begin
    if record_sorted(before) = record_sorted(r) then
        return 'same';
    end if;
    insert into media (id, type, file, bytes, width, height, duration, credit, licence, alt, captions)
    values (r ->> 'id', r ->> 'media_type', r ->> 'file', (r ->> 'bytes')::bigint,
            coalesce((r ->> 'width')::int, 0), coalesce((r ->> 'height')::int, 0), (r ->> 'duration')::int,
            r ->> 'credit', r ->> 'licence', coalesce(r -> 'alt', '{}'), coalesce(r -> 'captions', '{}'))
    on conflict (id) do update set type = excluded.type, file = excluded.file,
        bytes = excluded.bytes, width = excluded.width, height = excluded.height,
        duration = excluded.duration, captions = excluded.captions, credit = excluded.credit, licence = excluded.licence, alt = excluded.alt;
    -- The HTML of texts that show it holds its file, size and credit: they are rendered again.
    if before is not null then
        update edition set renderer = 0
        where state in ('draft', 'live', 'withdrawn') and renderer <> 0
          and position('media:' || (r ->> 'id') in body) > 0;
    end if;
    perform change_append('media', r ->> 'id', null, null, array['media', 'media:' || (r ->> 'id')]);
    return case when before is null then 'added' else 'updated' end;
end $$;

create or replace function import_province(r jsonb) returns text language plpgsql as $$
declare
    before jsonb := province_record(r ->> 'id');
begin
    if record_sorted(before) = record_sorted(r) then
        return 'same';
    end if;
    insert into province (id, aliases, valid_from, valid_to, neighbours, borders, tile)
    values (r ->> 'id',
            array(select jsonb_array_elements_text(coalesce(r -> 'aliases', '[]'))),
            (r ->> 'valid_from')::date, (r ->> 'valid_to')::date,
            array(select jsonb_array_elements_text(coalesce(r -> 'neighbours', '[]'))),
            array(select jsonb_array_elements_text(coalesce(r -> 'borders', '[]'))), r -> 'tile')
    on conflict (id) do update set aliases = excluded.aliases, valid_from = excluded.valid_from,
        valid_to = excluded.valid_to, neighbours = excluded.neighbours, borders = excluded.borders,
        tile = excluded.tile;
    delete from province_fact where province = r ->> 'id';
    insert into province_fact (province, attribute, locale, value, valid_from, valid_to, label, source)
    select r ->> 'id', f.attribute, f.locale, f.value, f.valid_from, f.valid_to, f.label, f.source
    from jsonb_to_recordset(r -> 'facts') f (attribute text, locale text, value text,
        valid_from date, valid_to date, label text, source text);
    return case when before is null then 'added' else 'updated' end;
end $$;

create or replace function province_link(r jsonb) returns void language plpgsql as $$
begin
    delete from province_succession where predecessor = r ->> 'id';
    insert into province_succession (predecessor, successor, since, source)
    select r ->> 'id', s.province, s.since, s.source
    from jsonb_to_recordset(coalesce(r -> 'successors', '[]')) s (province text, since date, source text);
    -- Its neighbours in time show it too.
    perform change_append('province', r ->> 'id', null, null,
        array['provinces', 'province:' || (r ->> 'id')]
        || array(select 'province:' || successor from province_succession
                 where predecessor = r ->> 'id' order by 1));
end $$;

-- What a text says of its article, in every language the same.
create or replace function article_record(wanted text) returns jsonb language sql stable as $$
    select jsonb_strip_nulls(jsonb_build_object('kind', a.kind, 'source_locale', a.source_locale,
        'agency', a.agency, 'topic', a.topic, 'recording', a.recording,
        'provinces', (select jsonb_agg(p.province order by p.position, p.province)
                      from article_province p where p.article = a.id)))
    from article a where a.id = wanted
$$;

-- Does an import say nothing new of an article? New is what is neither so here nor was so in the
-- last import: what an editor has changed since is not changed back.
create or replace function article_is_known(given jsonb, imported jsonb, present jsonb)
returns boolean language sql immutable as $$
    select not exists (select from jsonb_each(given) g
                       where g.value is distinct from present -> g.key
                         and g.value is distinct from imported -> g.key)
$$;

-- Bring one text in and publish it. about: what it says of its article (article_record); t: id,
-- locale and, where given, state, notice, withdrawal, withdrawn_to, version, published_at,
-- updated_at, former_slugs;
-- expected: the revision it was compared with; e: edition_json(). Outcomes: 'ok',
-- 'stale', 'conflict' with the owner of the slug, 'error' with PostgreSQL's sentence.
create or replace function import_text(t jsonb, about jsonb, expected int, e jsonb)
returns table (outcome text, detail text) language plpgsql as $$
declare
    wanted text := t ->> 'id';
    lang text := t ->> 'locale';
    ends_withdrawn boolean := coalesce(t ->> 'state', 'live') = 'withdrawn';
    first timestamptz := (t ->> 'published_at')::timestamptz;
    changed timestamptz := (t ->> 'updated_at')::timestamptz;
    number int := (t ->> 'version')::int;
    tags_before text[];
begin
    -- A block of its own: what is refused takes nothing else of the transaction with it.
    insert into article (id, kind, source_locale, agency, topic, recording, imported)
    values (wanted, coalesce(about ->> 'kind', 'feature'), coalesce(about ->> 'source_locale', lang),
            about ->> 'agency', about ->> 'topic', about ->> 'recording', about)
    on conflict (id) do nothing;
    if not found then
        tags_before := article_tags(wanted);
        update article a set kind = coalesce(about ->> 'kind', a.kind),
            source_locale = coalesce(about ->> 'source_locale', a.source_locale),
            agency = coalesce(about ->> 'agency', a.agency),
            topic = coalesce(about ->> 'topic', a.topic),
            recording = coalesce(about ->> 'recording', a.recording), imported = a.imported || about
        where a.id = wanted;
    end if;
    if about ? 'provinces' then
        delete from article_province p where p.article = wanted;
        insert into article_province (article, province, position)
        select wanted, x.id, x.n from jsonb_array_elements_text(about -> 'provinces')
                                      with ordinality x (id, n);
    end if;
    perform search_about(wanted);
    perform draft_save(null, wanted, lang, expected, e);
    perform 1 from edition x where x.article = wanted and x.locale = lang
                               and x.state in ('live', 'withdrawn', 'removed');
    changed := coalesce(changed, case when not found then first end, now());
    perform draft_publish(wanted, lang, null, null, changed, first,
                          number - case when ends_withdrawn then 1 else 0 end);
    if ends_withdrawn then
        perform text_withdraw(wanted, lang, jsonb_strip_nulls(jsonb_build_object(
            'reason', t ->> 'notice', 'kind', t ->> 'withdrawal', 'to', t ->> 'withdrawn_to')));
        update edition x set updated_at = changed
        where x.article = wanted and x.locale = lang and x.state = 'withdrawn';
    end if;
    insert into redirect (locale, slug, article)
    select lang, s, wanted from jsonb_array_elements_text(coalesce(t -> 'former_slugs', '[]')) s
    on conflict (locale, slug) do nothing;
    if tags_before is not null and not article_tags(wanted) @> tags_before then
        perform change_append('update', wanted, lang, null, tags_before);
    end if;
    perform audit_append('{"origin": "command"}', 'text_import', 'article:' || wanted, lang, null,
        (select audit_edition(x) from edition x where x.article = wanted and x.locale = lang
         and x.state in ('live', 'withdrawn')));
    return query select 'ok', null::text;
exception
    when sqlstate 'SEN01' then
        return query select sqlerrm, (select x.article from edition x
            where x.locale = lang and x.skeleton = e ->> 'skeleton' and x.article <> wanted
              and x.state in ('live', 'withdrawn'));
    when others then
        return query select 'error', sqlerrm;
end $$;
