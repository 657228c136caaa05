-- The states of a text in one language: draft, live, withdrawn, removed, superseded. What is here
-- keeps them right whoever asks; whether they may is decided before (articles.sql, publishing.sql).

-- Which edition of its source a text was made from, and its version (null: it was never published).
-- e says source_revision or source_version (null: not known); else what the text was made from before
-- (last), else what is live, else the draft. Refuses 'unknown'.
create or replace function source_of(a article, in_locale text, e jsonb, last edition, out id bigint, out version int)
language plpgsql as $$
begin
    if in_locale = a.source_locale then
        return;
    elsif e ? 'source_revision' then
        select x.id, x.version into id, version from edition x
        where x.article = a.id and x.locale = a.source_locale and x.revision = (e ->> 'source_revision')::int;
        perform must(found, 'unknown', '{"field": "translation.source_revision"}');
    elsif e ? 'source_version' then
        version := (e ->> 'source_version')::int;
        select p.edition into id from publication p
        where p.article = a.id and p.locale = a.source_locale and p.kind <> 'withdrawal' and p.version = source_of.version;
    elsif last.id is not null then
        id := last.source_edition;
        version := last.source_version;
    else
        select x.id, x.version into id, version from edition x
        where x.article = a.id and x.locale = a.source_locale and x.state in ('live', 'draft')
        order by x.state = 'draft' limit 1;
    end if;
end $$;

-- Save a text as the draft of (article, locale). expected: the revision the writer started from (0:
-- there was none; null: whatever it is: edition_present()). A translation goes on being of the source
-- that it was made from (source_of()); an import (who is null) is of what is live. Returns the
-- new revision; refuses 'not_found', 'stale'.
create or replace function draft_save(who jsonb, wanted text, in_locale text, expected int, e jsonb)
returns int language plpgsql as $$
declare
    a article%rowtype;
    last edition%rowtype;
    newest int;
    draft_stage text;
    is_proofread boolean;
    source record;
begin
    select * into a from article x where x.id = wanted for update;
    perform must(found, 'not_found');
    last := edition_present(wanted, in_locale);
    select coalesce(max(x.revision), 0) into newest from edition x where x.article = wanted and x.locale = in_locale;
    if expected <> coalesce(last.revision, 0) then
        perform must(false, 'stale', text_stale(wanted, in_locale, expected));
    end if;
    select x.stage into draft_stage from edition x
    where x.article = wanted and x.locale = in_locale and x.state = 'draft';
    select * into source from source_of(a, in_locale, e, case when who is not null then last end);
    draft_stage := stage_after_save(who, a.agency, in_locale, draft_stage);
    -- Readers are told that a text was proofread: only the word of who may is taken for it.
    is_proofread := coalesce((e ->> 'proofread')::boolean, false) and (who is null or may_proofread(who, a.agency, in_locale))
        or draft_stage <> 'draft' and last.proofread;
    -- What was made of a draft is not kept with it: that can be made again.
    update edition x set state = 'superseded', html = '', toc = '[]', segments = null, search = '', search_title = ''
    where x.article = wanted and x.locale = in_locale and x.state = 'draft';
    insert into edition (article, locale, revision, state, slug, skeleton, title, summary, body,
                         html, toc, segments, renderer, words, author, licence, sources, image, method,
                         proofread, digest, source_edition, source_version, search, search_title, writer, stage)
    select wanted, in_locale, newest + 1, 'draft', e ->> 'slug', e ->> 'skeleton', e ->> 'title',
            coalesce(e ->> 'summary', ''), e ->> 'body', e ->> 'html',
            coalesce(e -> 'toc', '[]'), nullif(e -> 'segments', 'null'), (e ->> 'renderer')::int, (e ->> 'words')::int,
            e ->> 'author', e ->> 'licence', coalesce(e -> 'sources', '[]'), nullif(e -> 'image', 'null'),
            coalesce(e ->> 'method', 'person'), is_proofread,
            decode(e ->> 'digest', 'hex'), source.id, source.version,
            (e ->> 'search')::tsvector, (e ->> 'search_title')::tsvector, (who ->> 'account')::bigint, draft_stage;
    return newest + 1;
end $$;

-- The draft of (article, locale), which nobody else can change until the transaction ends. expected: the
-- revision that was seen, or null. Refuses 'no_draft', 'stale'.
create or replace function draft_lock(wanted text, in_locale text, expected int) returns edition language plpgsql as $$
declare
    e edition%rowtype;
begin
    perform 1 from article x where x.id = wanted for update;
    select * into e from edition x where x.article = wanted and x.locale = in_locale and x.state = 'draft';
    perform must(found, 'no_draft');
    if expected <> e.revision then
        perform must(false, 'stale', text_stale(wanted, in_locale, expected));
    end if;
    return e;
end $$;

-- Make the draft of (article, locale) what readers see. p: what the public history tells of it:
-- {"kind": "major", "minor" or "correction", "note", "reason"}; the first publication and one after
-- a withdrawal are told as what they are. at: the time of publication. An import also gives the time
-- of the first publication and the version that the text had where it comes from.
-- Refuses 'no_draft', 'stale', 'conflict' (another text has the slug).
create or replace function draft_publish(wanted text, in_locale text, expected int, p jsonb, at timestamptz,
                                         first timestamptz default null, as_version int default null,
                                         out revision int, out version int, out seq bigint)
language plpgsql as $$
declare
    draft edition%rowtype;
    before edition%rowtype;
    kind text;
    is_major boolean;
begin
    draft := draft_lock(wanted, in_locale, expected);
    select * into before from edition x
    where x.article = wanted and x.locale = in_locale and x.state in ('live', 'withdrawn', 'removed');
    select greatest(coalesce(max(x.version), 0) + 1, as_version) into version
    from edition x where x.article = wanted and x.locale = in_locale;
    kind := case when before.id is null then 'first' when before.state <> 'live' then 'restoration'
                 else coalesce(p ->> 'kind', 'major') end;
    is_major := kind <> 'minor';
    first := coalesce(before.published_at, first, at);
    revision := draft.revision;
    begin
        update edition x set state = 'superseded' where x.id = before.id;
        update edition x set state = 'live', stage = 'published', version = draft_publish.version,
            updated_at = at, published_at = first,
            major = case when is_major then draft_publish.version else before.major end,
            major_at = case when is_major then at else before.major_at end
        where x.id = draft.id;
    exception when unique_violation then
        perform must(false, 'conflict', '{"field": "slug"}');
    end;
    if before.slug <> draft.slug then
        insert into redirect (locale, slug, article) values (in_locale, before.slug, wanted)
        on conflict (locale, slug) do update set article = excluded.article;
    end if;
    delete from redirect r where r.locale = in_locale and r.slug = draft.slug;
    insert into publication (article, locale, version, at, kind, note, reason, edition)
    values (wanted, in_locale, version, at, kind, p ->> 'note', p ->> 'reason', draft.id);
    -- What was translated from a draft learns which version that became; 0 or more versions ago when
    -- another revision was published than the one it was made from.
    update edition x set source_version = case when x.source_edition = draft.id then draft_publish.version
                                               else draft_publish.version - 1 end
    from edition s
    where x.article = wanted and x.state in ('draft', 'live') and x.source_version is null
      and s.id = x.source_edition and s.locale = in_locale and s.revision <= draft.revision;
    perform memory_learn(draft.id);
    update article a set published_at = least(a.published_at, first)
    where a.id = wanted and a.published_at is distinct from least(a.published_at, first);
    if found then
        perform search_about(wanted); -- the year of all its languages
    end if;
    perform search_keep(wanted, in_locale);
    seq := change_append(case when before.id is null then 'publish' else 'update' end,
                         wanted, in_locale, version, article_tags(wanted));
end $$;

-- Take a text back. w: {"kind": "notice" (a page says so), "gone", "redirect" (with "to") or
-- "vanish" (no trace; "status" 404 or 451), "reason"}. The same again changes nothing: seq is null.
-- Refuses 'not_found', 'conflict'.
create or replace function text_withdraw(wanted text, in_locale text, w jsonb, out revision int, out version int, out seq bigint)
language plpgsql as $$
declare
    shown edition%rowtype;
    wanted_kind text := coalesce(w ->> 'kind', 'notice');
    moment timestamptz := clock_timestamp();
begin
    perform 1 from article a where a.id = wanted for update;
    select * into shown from edition x
    where x.article = wanted and x.locale = in_locale and x.state in ('live', 'withdrawn', 'removed');
    perform must(found, 'not_found');
    revision := shown.revision;
    version := shown.version;
    if shown.state <> 'live' and shown.withdrawal = wanted_kind and shown.notice is not distinct from w ->> 'reason'
       and shown.withdrawn_to is not distinct from w ->> 'to' then
        return;
    end if;
    select max(x.version) + 1 into version
    from edition x where x.article = wanted and x.locale = in_locale;
    begin
        update edition x set state = case wanted_kind when 'vanish' then 'removed' else 'withdrawn' end,
            withdrawal = wanted_kind, notice = w ->> 'reason', withdrawn_to = w ->> 'to',
            withdrawn_as = case wanted_kind when 'vanish' then coalesce((w ->> 'status')::int, 404) end,
            version = text_withdraw.version, updated_at = moment
        where x.id = shown.id;
    exception when unique_violation then -- it had vanished, and another text has its slug now
        perform must(false, 'conflict', '{"field": "slug"}');
    end;
    perform search_keep(wanted, in_locale);
    insert into publication (article, locale, version, at, kind, note, edition)
    values (wanted, in_locale, version, moment, 'withdrawal',
            case when wanted_kind <> 'vanish' then w ->> 'reason' end, shown.id); -- readers are not told why
    seq := change_append('withdraw', wanted, in_locale, version, article_tags(wanted));
end $$;

-- Store a text's HTML, and what it is found by, as another renderer made them. Readers hear of it when it is different.
create or replace function html_store(wanted bigint, e jsonb) returns boolean
language plpgsql as $$
declare
    had edition%rowtype;
begin
    select * into had from edition x where x.id = wanted for update;
    update edition x set html = e ->> 'html', toc = coalesce(e -> 'toc', '[]'),
        segments = coalesce(nullif(e -> 'segments', 'null'), x.segments),
        renderer = (e ->> 'renderer')::int, words = (e ->> 'words')::int,
        search = (e ->> 'search')::tsvector, search_title = (e ->> 'search_title')::tsvector
    where x.id = wanted;
    if had.state = 'live' then
        perform search_keep(had.article, had.locale);
    end if;
    if had.state <> 'live' or had.html = e ->> 'html' then
        return false;
    end if;
    perform change_append('update', had.article, had.locale, had.version, article_tags(had.article));
    return true;
end $$;

-- Is a translation up to date with its source? By editions, never by dates: 'original' (it is the
-- source), 'current', 'behind-minor', 'behind-major', or 'unknown'.
create or replace function translation_state(e edition, source_locale text) returns text
language plpgsql stable as $$
begin
    return (select case
            when e.locale = source_locale then 'original'
            -- Only those who edit are told how a draft goes on.
            when e.state <> 'live' and e.source_version is null and d.id is not null then
                case when exists (select from edition x where x.article = e.article and x.locale = source_locale
                                  and x.state = 'draft' and x.revision > d.revision) then 'behind-major' else 'current' end
            when s.version is null or e.source_version is null then 'unknown'
            when s.major > e.source_version then 'behind-major'
            when s.version > e.source_version then 'behind-minor'
            else 'current' end
        from (select 1) one
        left join edition s on s.article = e.article and s.locale = source_locale and s.state = 'live'
        left join edition d on d.id = e.source_edition and d.version is null);
end $$;

create or replace function translation_json(e edition, source_locale text) returns json
language plpgsql stable as $$
begin
    return (select json_build_object('source_locale', source_locale, 'method', e.method,
        'proofread', e.proofread, 'source_version', e.source_version,
        'state', translation_state(e, source_locale)));
end $$;
