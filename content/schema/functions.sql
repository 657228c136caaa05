-- Functions of the schema, replaced by `sen migrate` after the numbered migrations whenever this file
-- has changed.

-- Append to the change log. Locks the head row until the transaction ends, so sequence numbers
-- follow commit order: a follower that has seen N has seen everything up to N. Call it last.
create or replace function change_append(kind text, subject text, locale text, version int, tags text[])
returns bigint language plpgsql as $$
declare
    n bigint;
begin
    update change_head set seq = seq + 1 returning seq into n;
    insert into change (seq, kind, subject, locale, version, tags)
    values (n, kind, subject, locale, version, tags);
    perform pg_notify('sen_change', n || ' ' || kind || ' ' || array_to_string(tags, ' '));
    return n;
end $$;

-- The tags of an article: itself, every list, its topic, its provinces.
create or replace function article_tags(wanted text) returns text[] language plpgsql stable as $$
begin
    return (select array['article:' || a.id, 'articles']
                || case when a.topic is null then '{}' else array['topic:' || a.topic] end
                || array(select 'province:' || p.province from article_province p
                         where p.article = a.id order by p.position, p.province)
            from article a where a.id = wanted);
end $$;

-- The fact of a unit that holds on a day; of a name, in the nearest language of the chain.
create or replace function province_value(wanted text, attr text, locales text[], day date)
returns text language plpgsql stable as $$
begin
    return (select f.value from province_fact f
        where f.province = wanted and f.attribute = attr
          and (f.locale is null or f.locale = any (locales))
          and (f.valid_from is null or f.valid_from <= day)
          and (f.valid_to is null or day < f.valid_to)
        order by array_position(locales, f.locale), f.valid_from desc nulls last
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

-- Save a text as the draft of (article, locale). expected is the revision the writer started from
-- (0: there was none). A translation was made from the live source, unless e says source_version
-- (null: it is not known). Outcomes: 'ok' with the new revision, 'stale' with the present one.
create or replace function draft_save(wanted text, in_locale text, expected int, e jsonb, search tsvector)
returns table (outcome text, revision int) language plpgsql as $$
declare
    present int;
begin
    perform 1 from article a where a.id = wanted for update;
    if not found then
        return query select 'not_found', null::int;
        return;
    end if;
    select coalesce(max(x.revision), 0) into present
    from edition x where x.article = wanted and x.locale = in_locale;
    if expected is not null and expected <> present then
        return query select 'stale', present;
        return;
    end if;
    update edition x set state = 'superseded'
    where x.article = wanted and x.locale = in_locale and x.state = 'draft';
    insert into edition (article, locale, revision, state, slug, skeleton, title, summary, body,
                         html, toc, renderer, words, author, licence, sources, image, method,
                         proofread, digest, source_edition, source_version, search)
    select wanted, in_locale, present + 1, 'draft', e ->> 'slug', e ->> 'skeleton', e ->> 'title',
            coalesce(e ->> 'summary', ''), e ->> 'body', e ->> 'html',
            coalesce(e -> 'toc', '[]'), (e ->> 'renderer')::int, (e ->> 'words')::int,
            e ->> 'author', e ->> 'licence', coalesce(e -> 'sources', '[]'), nullif(e -> 'image', 'null'),
            coalesce(e ->> 'method', 'person'), coalesce((e ->> 'proofread')::boolean, false),
            decode(e ->> 'digest', 'hex'), source.id,
            case when e ? 'source_version' then (e ->> 'source_version')::int else source.version end,
            search
    from (select 1) one left join
         (select x.id, x.version from edition x join article a on a.id = x.article
          where x.article = wanted and x.locale = a.source_locale and a.source_locale <> in_locale
            and case when e ? 'source_version' then x.version = (e ->> 'source_version')::int
                     else x.state = 'live' end) source on true;
    return query select 'ok', present + 1;
end $$;

-- Make the draft of (article, locale) what readers see. at: the time of publication. An import also
-- gives the time of the first publication and the version that the text had where it comes from.
-- Outcomes: 'ok', 'not_found' (no draft), 'stale', 'conflict' (another text has the slug).
create or replace function draft_publish(wanted text, in_locale text, expected int, at timestamptz,
                                         first timestamptz default null, as_version int default null)
returns table (outcome text, revision int, version int, seq bigint) language plpgsql as $$
declare
    draft edition%rowtype;
    before edition%rowtype;
    next int;
    n bigint;
begin
    perform 1 from article a where a.id = wanted for update;
    select * into draft from edition x
    where x.article = wanted and x.locale = in_locale and x.state = 'draft';
    if not found then
        return query select 'not_found', null::int, null::int, null::bigint;
        return;
    end if;
    if expected is not null and expected <> draft.revision then
        return query select 'stale', draft.revision, null::int, null::bigint;
        return;
    end if;
    select * into before from edition x
    where x.article = wanted and x.locale = in_locale and x.state in ('live', 'withdrawn');
    select greatest(coalesce(max(x.version), 0) + 1, as_version) into next
    from edition x where x.article = wanted and x.locale = in_locale;
    first := coalesce(before.published_at, first, at);
    begin
        update edition x set state = 'superseded' where x.id = before.id;
        update edition x set state = 'live', version = next, updated_at = at,
                             published_at = first
        where x.id = draft.id;
    exception when unique_violation then
        return query select 'conflict', draft.revision, null::int, null::bigint;
        return;
    end;
    if before.slug <> draft.slug then
        insert into redirect (locale, slug, article) values (in_locale, before.slug, wanted)
        on conflict (locale, slug) do update set article = excluded.article;
    end if;
    delete from redirect r where r.locale = in_locale and r.slug = draft.slug;
    update article a set published_at = least(a.published_at, first)
    where a.id = wanted and a.published_at is distinct from least(a.published_at, first);
    n := change_append(case when before.id is null then 'publish' else 'update' end,
                       wanted, in_locale, next, article_tags(wanted));
    return query select 'ok', draft.revision, next, n;
end $$;

-- Take a live text back; a page that says so stays.
create or replace function text_withdraw(wanted text, in_locale text, reason text)
returns table (outcome text, revision int, version int, seq bigint) language plpgsql as $$
declare
    live edition%rowtype;
    next int;
    n bigint;
begin
    perform 1 from article a where a.id = wanted for update;
    select * into live from edition x
    where x.article = wanted and x.locale = in_locale and x.state in ('live', 'withdrawn');
    if not found then
        return query select 'not_found', null::int, null::int, null::bigint;
        return;
    end if;
    if live.state = 'withdrawn' then
        return query select 'ok', live.revision, live.version, null::bigint;
        return;
    end if;
    select max(x.version) + 1 into next
    from edition x where x.article = wanted and x.locale = in_locale;
    update edition x set state = 'withdrawn', notice = reason, version = next, updated_at = now()
    where x.id = live.id;
    n := change_append('withdraw', wanted, in_locale, next, article_tags(wanted));
    return query select 'ok', live.revision, next, n;
end $$;

-- What a text is found by: words as written above words without marks, titles above bodies. The
-- strings are words joined by spaces (locales/segment.h); edition_json() in content/edition.h makes
-- them.
create or replace function search_vector(title text, body text, title_folded text, body_folded text)
returns tsvector language plpgsql immutable as $$
begin
    return setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', body), 'B')
        || setweight(to_tsvector('simple', title_folded), 'C')
        || setweight(to_tsvector('simple', body_folded), 'D');
exception when program_limit_exceeded then
    -- A tsvector holds 1 MiB: of the longest texts only the beginning is found, as folded words.
    return setweight(to_tsvector('simple', title), 'A')
        || setweight(to_tsvector('simple', title_folded), 'C')
        || setweight(to_tsvector('simple', left(body_folded, 150000)), 'D');
end $$;

-- A moment as RFC 3339 writes it, in UTC, without an empty fraction.
create or replace function utc_text(at timestamptz) returns text language sql stable as $$
    select rtrim(rtrim(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z'
$$;

-- ---- import and export: the same records in both directions --------------------------------------

create or replace function topic_record(wanted text) returns json language sql stable as $$
    select json_strip_nulls(json_build_object('type', 'topic', 'id', t.id,
        'names', (select json_object_agg(key, value order by key) from jsonb_each(t.names)),
        'position', t.position))
    from topic t where t.id = wanted
$$;

create or replace function agency_record(wanted text) returns json language sql stable as $$
    select json_strip_nulls(json_build_object('type', 'agency', 'id', a.id,
        'names', (select json_object_agg(key, value order by key) from jsonb_each(a.names)),
        'url', a.url))
    from agency a where a.id = wanted
$$;

create or replace function media_record(wanted text) returns json language sql stable as $$
    select json_strip_nulls(json_build_object('type', 'media', 'id', m.id, 'media_type', m.type,
        'file', m.file, 'bytes', m.bytes, 'width', m.width, 'height', m.height,
        'credit', m.credit, 'licence', m.licence,
        'alt', (select json_object_agg(key, value order by key) from jsonb_each(m.alt))))
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
                                                    'population', 'code', 'iso_3166_2'], f.attribute),
                               f.locale, f.valid_from nulls first)
                  from province_fact f where f.province = p.id),
        'successors', (select json_agg(json_build_object('province', s.successor, 'since', s.since,
                                                         'source', s.source) order by s.successor)
                       from province_succession s where s.predecessor = p.id)))
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
    if record_sorted(before) = record_sorted(r) then
        return 'same';
    end if;
    insert into agency (id, names, url) values (r ->> 'id', r -> 'names', r ->> 'url')
    on conflict (id) do update set names = excluded.names, url = excluded.url;
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
    insert into media (id, type, file, bytes, width, height, credit, licence, alt)
    values (r ->> 'id', r ->> 'media_type', r ->> 'file', (r ->> 'bytes')::bigint,
            (r ->> 'width')::int, (r ->> 'height')::int, r ->> 'credit', r ->> 'licence',
            coalesce(r -> 'alt', '{}'))
    on conflict (id) do update set type = excluded.type, file = excluded.file,
        bytes = excluded.bytes, width = excluded.width, height = excluded.height,
        credit = excluded.credit, licence = excluded.licence, alt = excluded.alt;
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
    insert into province (id, aliases, valid_from, valid_to)
    values (r ->> 'id',
            array(select jsonb_array_elements_text(coalesce(r -> 'aliases', '[]'))),
            (r ->> 'valid_from')::date, (r ->> 'valid_to')::date)
    on conflict (id) do update set aliases = excluded.aliases, valid_from = excluded.valid_from,
        valid_to = excluded.valid_to;
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
        'agency', a.agency, 'topic', a.topic,
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
-- locale and, where given, state, notice, version, published_at, updated_at, former_slugs;
-- expected: the revision it was compared with; e and search as for draft_save. Outcomes: 'ok',
-- 'stale', 'conflict' with the owner of the slug, 'error' with PostgreSQL's sentence.
create or replace function import_text(t jsonb, about jsonb, expected int, e jsonb, search tsvector)
returns table (outcome text, detail text) language plpgsql as $$
declare
    wanted text := t ->> 'id';
    lang text := t ->> 'locale';
    ends_withdrawn boolean := coalesce(t ->> 'state', 'live') = 'withdrawn';
    first timestamptz := (t ->> 'published_at')::timestamptz;
    changed timestamptz := (t ->> 'updated_at')::timestamptz;
    number int := (t ->> 'version')::int;
    tags_before text[];
    result record;
begin
    -- A block of its own: what is refused takes nothing else of the transaction with it.
    insert into article (id, kind, source_locale, agency, topic, imported)
    values (wanted, coalesce(about ->> 'kind', 'feature'), coalesce(about ->> 'source_locale', lang),
            about ->> 'agency', about ->> 'topic', about)
    on conflict (id) do nothing;
    if not found then
        tags_before := article_tags(wanted);
        update article a set kind = coalesce(about ->> 'kind', a.kind),
            source_locale = coalesce(about ->> 'source_locale', a.source_locale),
            agency = coalesce(about ->> 'agency', a.agency),
            topic = coalesce(about ->> 'topic', a.topic), imported = a.imported || about
        where a.id = wanted;
    end if;
    if about ? 'provinces' then
        delete from article_province p where p.article = wanted;
        insert into article_province (article, province, position)
        select wanted, x.id, x.n from jsonb_array_elements_text(about -> 'provinces')
                                      with ordinality x (id, n);
    end if;
    select s.outcome, s.revision into result from draft_save(wanted, lang, expected, e, search) s;
    if result.outcome <> 'ok' then
        raise exception using errcode = 'SEN01', message = result.outcome;
    end if;
    perform 1 from edition x where x.article = wanted and x.locale = lang
                               and x.state in ('live', 'withdrawn');
    changed := coalesce(changed, case when not found then first end, now());
    select s.outcome into result from draft_publish(wanted, lang, null, changed, first,
        number - case when ends_withdrawn then 1 else 0 end) s;
    if result.outcome <> 'ok' then
        raise exception using errcode = 'SEN01', message = result.outcome;
    end if;
    if ends_withdrawn then
        perform text_withdraw(wanted, lang, t ->> 'notice');
        update edition x set updated_at = changed
        where x.article = wanted and x.locale = lang and x.state = 'withdrawn';
    end if;
    insert into redirect (locale, slug, article)
    select lang, s, wanted from jsonb_array_elements_text(coalesce(t -> 'former_slugs', '[]')) s
    on conflict (locale, slug) do nothing;
    if tags_before is not null and not article_tags(wanted) @> tags_before then
        perform change_append('update', wanted, lang, null, tags_before);
    end if;
    return query select 'ok', null::text;
exception
    when sqlstate 'SEN01' then
        return query select sqlerrm, (select x.article from edition x
            where x.locale = lang and x.skeleton = e ->> 'skeleton' and x.article <> wanted
              and x.state in ('live', 'withdrawn'));
    when others then
        return query select 'error', sqlerrm;
end $$;

-- Store a text's HTML as another renderer made it. Readers hear of it when it is different.
create or replace function html_store(wanted bigint, e jsonb, search tsvector) returns boolean
language plpgsql as $$
declare
    had edition%rowtype;
begin
    select * into had from edition x where x.id = wanted for update;
    update edition x set html = e ->> 'html', toc = coalesce(e -> 'toc', '[]'),
        renderer = (e ->> 'renderer')::int, words = (e ->> 'words')::int, search = html_store.search
    where x.id = wanted;
    if had.state <> 'live' or had.html = e ->> 'html' then
        return false;
    end if;
    perform change_append('update', had.article, had.locale, had.version, article_tags(had.article));
    return true;
end $$;

-- ---- what the API shows ------------------------------------------------------------------------------
-- In PL/pgSQL, as is name_in(): it keeps the plans for the session, while a function in SQL that is
-- not inlined is parsed and planned again by every statement that calls it.

create or replace function topic_brief(wanted text, locales text[]) returns json language plpgsql stable as $$
begin
    return (select json_build_object('id', t.id, 'name', name_in(t.names, locales)) from topic t where t.id = wanted);
end $$;

create or replace function agency_brief(wanted text, locales text[]) returns json language plpgsql stable as $$
begin
    return (select json_build_object('id', g.id, 'name', name_in(g.names, locales), 'url', g.url)
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

-- Is a translation up to date with its source? 'original' for the source itself.
create or replace function translation_state(e edition, source_locale text) returns text
language plpgsql stable as $$
begin
    return (select case
            when e.locale = source_locale then 'original'
            when s.version is null or e.source_version is null then 'unknown'
            when s.version > e.source_version then 'outdated'
            else 'current' end
        from (select 1) one
        left join edition s on s.article = e.article and s.locale = source_locale and s.state = 'live');
end $$;

create or replace function translation_json(e edition, source_locale text) returns json
language sql stable as $$
    select json_build_object('source_locale', source_locale, 'method', e.method,
        'proofread', e.proofread, 'source_version', e.source_version,
        'state', translation_state(e, source_locale))
$$;

create or replace function text_path(locale text, slug text) returns text language sql immutable as $$
    select '/' || locale || '/articles/' || slug || '/'
$$;

-- ---- what the API writes ---------------------------------------------------------------------------
-- Each function is one transaction. outcome names what happened (api/writes.c maps it); answer is the
-- document that the client gets, or what it needs to know of a refusal.

-- May this account write for the article's agency? An account without an agency may for all.
create or replace function account_may(acct bigint, wanted_agency text) returns boolean language sql stable as $$
    select exists (select from account a where a.id = acct and (a.agency is null or a.agency = wanted_agency))
$$;

-- Claim an Idempotency-Key. null: it is new, go on (and call idempotency_keep, or idempotency_drop
-- when nothing was done); else the answer of the first use, or {"reused": true} when that was another
-- request. Two requests with one key at once: the second waits for the first.
create or replace function idempotency_claim(acct bigint, k text, r bytea) returns jsonb language plpgsql as $$
declare
    found_row idempotency%rowtype;
begin
    if k is null then
        return null;
    end if;
    insert into idempotency (account, key, request, answer) values (acct, k, r, 'null')
    on conflict do nothing;
    if found then
        return null;
    end if;
    select * into found_row from idempotency i where i.account = acct and i.key = k;
    if found_row.request <> r then
        return '{"reused": true}';
    end if;
    return found_row.answer;
end $$;

create or replace function idempotency_keep(acct bigint, k text, given jsonb) returns void language sql as $$
    update idempotency set answer = given where account = acct and key = k
$$;

create or replace function idempotency_drop(acct bigint, k text) returns void language sql as $$
    delete from idempotency where account = acct and key = k
$$;

-- a: {"id", "kind", "source_locale", "topic", "agency", "provinces"}.
create or replace function article_create(acct bigint, k text, r bytea, a jsonb)
returns table (outcome text, answer jsonb) language plpgsql as $$
declare
    kept jsonb := idempotency_claim(acct, k, r);
    wanted_agency text := coalesce(a ->> 'agency', (select x.agency from account x where x.id = acct));
    wrong text;
begin
    if kept is not null then
        return query select case when kept ? 'reused' then 'key_reused' else 'ok' end, kept;
        return;
    end if;
    select case
        when a ? 'topic' and not exists (select from topic t where t.id = a ->> 'topic') then 'topic'
        when wanted_agency is not null and not exists (select from agency g where g.id = wanted_agency) then 'agency'
        when exists (select from jsonb_array_elements_text(coalesce(a -> 'provinces', '[]')) v
                     where not exists (select from province p where p.id = v)) then 'provinces'
        end into wrong;
    if wrong is not null then
        perform idempotency_drop(acct, k);
        return query select 'unknown', jsonb_build_object('field', wrong);
        return;
    end if;
    if not account_may(acct, wanted_agency) then
        perform idempotency_drop(acct, k);
        return query select 'forbidden', null::jsonb;
        return;
    end if;
    insert into article (id, kind, source_locale, agency, topic)
    values (a ->> 'id', coalesce(a ->> 'kind', 'feature'), a ->> 'source_locale', wanted_agency, a ->> 'topic')
    on conflict do nothing;
    if not found then
        perform idempotency_drop(acct, k);
        return query select 'conflict', jsonb_build_object('field', 'id');
        return;
    end if;
    insert into article_province (article, province, position)
    select a ->> 'id', v, min(n)::int
    from jsonb_array_elements_text(coalesce(a -> 'provinces', '[]')) with ordinality u (v, n) group by v;
    kept := jsonb_build_object('id', a ->> 'id', 'kind', coalesce(a ->> 'kind', 'feature'),
        'source_locale', a ->> 'source_locale', 'agency', wanted_agency, 'topic', a ->> 'topic',
        'provinces', coalesce(a -> 'provinces', '[]'));
    perform idempotency_keep(acct, k, kept);
    return query select 'ok', kept;
end $$;

-- The text of (article, locale) as its writers see it: its newest revision.
create or replace function text_source(wanted text, in_locale text) returns jsonb language sql stable as $$
    select jsonb_build_object('id', e.article, 'locale', e.locale, 'revision', e.revision, 'state', e.state,
        'slug', e.slug, 'title', e.title, 'summary', e.summary, 'body', e.body, 'author', e.author,
        'licence', e.licence, 'sources', e.sources, 'image', e.image,
        'translation', jsonb_build_object('method', e.method, 'proofread', e.proofread,
                                          'source_version', e.source_version),
        'version', e.version, 'html', e.html, 'toc', e.toc)
    from edition e where e.article = wanted and e.locale = in_locale
    order by e.revision desc limit 1
$$;

create or replace function text_save(acct bigint, wanted text, in_locale text, expected int, e jsonb, search tsvector)
returns table (outcome text, answer jsonb) language plpgsql as $$
declare
    saved record;
begin
    if not exists (select from article a where a.id = wanted) then
        return query select 'not_found', null::jsonb;
        return;
    end if;
    if not account_may(acct, (select a.agency from article a where a.id = wanted)) then
        return query select 'forbidden', null::jsonb;
        return;
    end if;
    -- Said early to the writer; publishing checks it again.
    if exists (select from edition x where x.locale = in_locale and x.skeleton = e ->> 'skeleton'
               and x.state in ('live', 'withdrawn') and x.article <> wanted) then
        return query select 'conflict', jsonb_build_object('field', 'slug');
        return;
    end if;
    select * into saved from draft_save(wanted, in_locale, expected, e, search);
    return query select saved.outcome, text_source(wanted, in_locale);
end $$;

-- How a write to an article begins. outcome null: go on (the key is claimed). Else that is the answer:
-- a repeat gets what the first got, and another agency's article is refused.
create or replace function write_begin(acct bigint, k text, r bytea, wanted text, out outcome text, out answer jsonb)
language plpgsql as $$
begin
    answer := idempotency_claim(acct, k, r);
    if answer is not null then
        outcome := case when answer ? 'reused' then 'key_reused' else 'ok' end;
    elsif exists (select from article a where a.id = wanted and not account_may(acct, a.agency)) then
        perform idempotency_drop(acct, k);
        outcome := 'forbidden';
    end if;
end $$;

create or replace function text_publish(acct bigint, k text, r bytea, wanted text, in_locale text, expected int)
returns table (outcome text, answer jsonb) language plpgsql as $$
declare
    begun record;
    done record;
    kept jsonb;
begin
    select * into begun from write_begin(acct, k, r, wanted);
    if begun.outcome is not null then
        return query select begun.outcome, begun.answer;
        return;
    end if;
    select * into done from draft_publish(wanted, in_locale, expected, now());
    if done.outcome <> 'ok' then
        perform idempotency_drop(acct, k);
        return query select case when done.outcome = 'not_found' then 'no_draft' else done.outcome end,
            case done.outcome when 'conflict' then jsonb_build_object('field', 'slug')
                              when 'stale' then text_source(wanted, in_locale) end;
        return;
    end if;
    kept := jsonb_build_object('id', wanted, 'locale', in_locale, 'state', 'live', 'revision', done.revision,
        'version', done.version, 'change', done.seq,
        'path', (select text_path(e.locale, e.slug) from edition e
                 where e.article = wanted and e.locale = in_locale and e.state = 'live'));
    perform idempotency_keep(acct, k, kept);
    return query select 'ok', kept;
end $$;

create or replace function text_take_back(acct bigint, k text, r bytea, wanted text, in_locale text, reason text)
returns table (outcome text, answer jsonb) language plpgsql as $$
declare
    begun record;
    done record;
    kept jsonb;
begin
    select * into begun from write_begin(acct, k, r, wanted);
    if begun.outcome is not null then
        return query select begun.outcome, begun.answer;
        return;
    end if;
    select * into done from text_withdraw(wanted, in_locale, reason);
    if done.outcome <> 'ok' then
        perform idempotency_drop(acct, k);
        return query select done.outcome, null::jsonb;
        return;
    end if;
    kept := jsonb_build_object('id', wanted, 'locale', in_locale, 'state', 'withdrawn',
        'revision', done.revision, 'version', done.version, 'change', done.seq);
    perform idempotency_keep(acct, k, kept);
    return query select 'ok', kept;
end $$;
