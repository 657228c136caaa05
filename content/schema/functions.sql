-- Functions of the schema, replaced at every `sen migrate` after the numbered migrations.

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
create or replace function article_tags(wanted text) returns text[] language sql stable as $$
    select array['article:' || a.id, 'articles']
        || coalesce(array['topic:' || a.topic], '{}')
        || array(select 'province:' || p.province from article_province p
                 where p.article = a.id order by p.position, p.province)
    from article a where a.id = wanted
$$;

-- The fact of a unit that holds on a day; of a name, in the nearest language of the chain.
create or replace function province_value(wanted text, attr text, locales text[], day date)
returns text language sql stable as $$
    select f.value from province_fact f
    where f.province = wanted and f.attribute = attr
      and (f.locale is null or f.locale = any (locales))
      and (f.valid_from is null or f.valid_from <= day)
      and (f.valid_to is null or day < f.valid_to)
    order by array_position(locales, f.locale), f.valid_from desc nulls last
    limit 1
$$;

-- A name out of {"vi": ..., "en": ...}: the nearest of the chain, else any.
create or replace function name_in(names jsonb, locales text[]) returns text
language sql immutable as $$
    select coalesce(
        (select names ->> l from unnest(locales) with ordinality u (l, n)
         where names ? l order by n limit 1),
        (select value from jsonb_each_text(names) order by key limit 1))
$$;

-- Save a text as the draft of (article, locale). expected is the revision the writer started from
-- (0: there was none). Outcomes: 'ok' with the new revision, 'stale' with the present one.
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
                         proofread, source_edition, search)
    values (wanted, in_locale, present + 1, 'draft', e ->> 'slug', e ->> 'skeleton', e ->> 'title',
            coalesce(e ->> 'summary', ''), e ->> 'body', e ->> 'html',
            coalesce(e -> 'toc', '[]'), (e ->> 'renderer')::int, (e ->> 'words')::int,
            e ->> 'author', e ->> 'licence', coalesce(e -> 'sources', '[]'), nullif(e -> 'image', 'null'),
            coalesce(e ->> 'method', 'person'), coalesce((e ->> 'proofread')::boolean, false),
            (select x.id from edition x join article a on a.id = x.article
             where x.article = wanted and x.locale = a.source_locale and a.source_locale <> in_locale
               and x.state = 'live'),
            search);
    return query select 'ok', present + 1;
end $$;

-- Make the draft of (article, locale) what readers see. at: the time of publication.
-- Outcomes: 'ok', 'not_found' (no draft), 'conflict' (another text has the slug).
create or replace function draft_publish(wanted text, in_locale text, expected int, at timestamptz)
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
    select coalesce(max(x.version), 0) + 1 into next
    from edition x where x.article = wanted and x.locale = in_locale;
    begin
        update edition x set state = 'superseded' where x.id = before.id;
        update edition x set state = 'live', version = next, updated_at = at,
                             published_at = coalesce(before.published_at, at)
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
    update article a set published_at = least(coalesce(a.published_at, at), at) where a.id = wanted;
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
