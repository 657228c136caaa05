-- Articles and their texts as those who write see and save them. Each function that takes (who, a)
-- is one operation of ask(): a holds what the request gave, and the answer is its document.

-- An article that somebody may do something with; refuses 'not_found', 'forbidden'.
create or replace function article_for(who jsonb, wanted text, wanted_action text, in_locale text default null)
returns article language plpgsql as $$
declare
    a article%rowtype;
begin
    select * into a from article x where x.id = wanted;
    perform must(found, 'not_found');
    perform must(may(who, case when wanted_action = 'write' then write_action(a.source_locale, in_locale) else wanted_action end,
                     a.agency, in_locale), 'forbidden');
    return a;
end $$;

create or replace function article_json(wanted text) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('id', a.id, 'kind', a.kind, 'source_locale', a.source_locale, 'agency', a.agency,
        'topic', a.topic, 'recording', a.recording, 'embargo', utc_text(a.embargo),
        'provinces', coalesce((select jsonb_agg(p.province order by p.position, p.province)
                               from article_province p where p.article = a.id), '[]'))
    from article a where a.id = wanted);
end $$;

-- What an article names must be there. Refuses 'unknown' with the field.
create or replace function article_check(a jsonb) returns void language plpgsql stable as $$
declare
    wrong text;
begin
    select case
        when a ->> 'topic' is not null and not exists (select from topic t where t.id = a ->> 'topic') then 'topic'
        when a ->> 'agency' is not null and not exists (select from agency g where g.id = a ->> 'agency') then 'agency'
        when exists (select from jsonb_array_elements_text(coalesce(a -> 'provinces', '[]')) v
                     where not exists (select from province p where p.id = v)) then 'provinces'
        when a ->> 'recording' is not null and not exists (select from media m where m.id = a ->> 'recording' and media_plays(m.type))
            then 'recording'
        end into wrong;
    perform must(wrong is null, 'unknown', jsonb_build_object('field', wrong));
end $$;

create or replace function article_set_provinces(wanted text, list jsonb) returns void language plpgsql as $$
begin
    delete from article_province p where p.article = wanted;
    insert into article_province (article, province, position)
    select wanted, v, min(n)::int from jsonb_array_elements_text(list) with ordinality u (v, n) group by v;
end $$;

-- a: id, kind, source_locale, topic, agency (else the account's own), provinces, recording, embargo.
create or replace function article_create(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    wanted_agency text := coalesce(a ->> 'agency', (select x.agency from account x where x.id = (who ->> 'account')::bigint));
begin
    perform article_check(a);
    perform must(may(who, 'create', wanted_agency, a ->> 'source_locale'), 'forbidden');
    insert into article (id, kind, source_locale, agency, topic, recording, embargo)
    values (a ->> 'id', coalesce(a ->> 'kind', 'feature'), a ->> 'source_locale', wanted_agency, a ->> 'topic',
            a ->> 'recording', (a ->> 'embargo')::timestamptz)
    on conflict do nothing;
    perform must(found, 'conflict', '{"field": "id"}');
    perform article_set_provinces(a ->> 'id', coalesce(a -> 'provinces', '[]'));
    perform audit_append(who, 'article_create', 'article:' || (a ->> 'id'), null, null, article_json(a ->> 'id'));
    return article_json(a ->> 'id');
end $$;

-- a: id, and of kind, topic, provinces, recording, embargo, lift_embargo what changes. An embargo takes the right
-- to publish.
create or replace function article_change(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    wanted text := a ->> 'id';
    had article := article_for(who, wanted, 'create');
    before jsonb := article_json(wanted);
    tags text[] := article_tags(wanted);
begin
    perform article_check(a);
    perform must(not a ?| '{embargo,lift_embargo}' or may(who, 'publish', had.agency, null), 'forbidden');
    update article x set kind = coalesce(a ->> 'kind', x.kind),
        topic = coalesce(a ->> 'topic', x.topic),
        recording = coalesce(a ->> 'recording', x.recording),
        embargo = case when (a ->> 'lift_embargo')::boolean then null else coalesce((a ->> 'embargo')::timestamptz, x.embargo) end
    where x.id = wanted;
    if a ? 'provinces' then
        perform article_set_provinces(wanted, a -> 'provinces');
    end if;
    perform search_about(wanted);
    if article_json(wanted) - 'embargo' <> before - 'embargo' and exists (select from edition e where e.article = wanted and e.state in ('live', 'withdrawn')) then
        perform change_append('update', wanted, null, null,
            array(select distinct unnest(tags || article_tags(wanted))));
    end if;
    if article_json(wanted) <> before then
        perform audit_append(who, 'article_change', 'article:' || wanted, null, before, article_json(wanted));
    end if;
    return article_json(wanted);
end $$;

-- ---- texts ---------------------------------------------------------------------------------------

-- A text as its writers see it.
create or replace function text_json(e edition) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('id', e.article, 'locale', e.locale, 'revision', e.revision, 'state', e.state,
        'stage', e.stage, 'writer', (select x.name from account x where x.id = e.writer),
        'slug', e.slug, 'title', e.title, 'summary', e.summary, 'body', e.body, 'author', e.author,
        'licence', e.licence, 'sources', e.sources, 'image', e.image,
        'translation', jsonb_build_object('method', e.method, 'proofread', e.proofread,
            'source_version', e.source_version,
            'source_revision', (select s.revision from edition s where s.id = e.source_edition),
            'state', translation_state(e, (select a.source_locale from article a where a.id = e.article))),
        'version', e.version, 'html', nullif(e.html, ''), 'toc', e.toc, 'saved_at', utc_text(e.created_at)));
end $$;

-- Where a text stands: its draft, else what readers see or saw, else its last state of all.
create or replace function edition_present(wanted text, in_locale text) returns edition language plpgsql stable as $$
begin
    return (select e from edition e where e.article = wanted and e.locale = in_locale
    order by e.state = 'superseded', e.state <> 'draft', e.revision desc limit 1);
end $$;

-- What the loser of a race needs: the text as it is, and the one that both began from.
create or replace function text_stale(wanted text, in_locale text, expected int) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('current', (select text_json(x) from edition_present(wanted, in_locale) x where x.id is not null),
        'base', (select text_json(e) from edition e
                 where e.article = wanted and e.locale = in_locale and e.revision = expected)));
end $$;

-- A text where it stands, or its revision a.revision.
create or replace function text_get(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'read');
    e edition%rowtype;
begin
    select * into e from edition x
    where x.article = about.id and x.locale = a ->> 'locale'
      and (not a ? 'revision' or x.revision = (a ->> 'revision')::int)
    order by x.state = 'superseded', x.state <> 'draft', x.revision desc limit 1;
    perform must(found, 'not_found');
    return text_json(e) || jsonb_build_object('article', article_json(about.id),
        'moves', case when e.state = 'draft' then text_moves(who, e, about.agency) else '[]' end);
end $$;

-- Every saved state of a text, the newest first, without what it held.
create or replace function text_revisions(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'read');
begin
    return (select jsonb_build_object('items', coalesce(jsonb_agg(jsonb_build_object('revision', x.revision,
            'version', x.version, 'state', x.state, 'stage', x.stage, 'title', x.title, 'slug', x.slug,
            'writer', (select w.name from account w where w.id = x.writer), 'words', x.words,
            'saved_at', utc_text(x.created_at)) order by x.revision desc), '[]'),
            'next', case when count(*) = (a ->> 'limit')::int then min(x.revision) end)
        from (select * from edition e where e.article = about.id and e.locale = a ->> 'locale'
                and (not a ? 'before' or e.revision < (a ->> 'before')::int)
              order by e.revision desc limit (a ->> 'limit')::int) x);
end $$;

-- The texts that wait for the moment of their publication.
create or replace view text_scheduled as
    select s.article, s.locale, s.release from schedule s where s.state = 'waiting' and s.action = 'publish'
    union all
    select t.article, t.locale, s.release from schedule s join release_text t on t.release = s.release where s.state = 'waiting';

-- Does this one? Then it must not change.
create or replace function text_is_scheduled(wanted text, in_locale text) returns boolean language plpgsql stable as $$
begin
    return (select exists (select from text_scheduled s where s.article = wanted and s.locale = in_locale));
end $$;

-- a: id, locale, expected and e (edition_json()).
create or replace function text_save(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    wanted text := a ->> 'id';
    in_locale text := a ->> 'locale';
    about article := article_for(who, wanted, 'write', in_locale);
    e jsonb := a -> 'e';
    before edition;
    after edition;
begin
    perform 1 from article x where x.id = wanted for update; -- whoever schedules it waits, or has
    perform must(not text_is_scheduled(wanted, in_locale), 'scheduled');
    -- Said early to the writer; publishing checks it again.
    perform must(not exists (select from edition x where x.locale = in_locale and x.skeleton = e ->> 'skeleton'
                             and x.state in ('live', 'withdrawn') and x.article <> wanted),
                 'conflict', '{"field": "slug"}');
    before := edition_present(wanted, in_locale);
    perform draft_save(who, wanted, in_locale, (a ->> 'expected')::int, e);
    after := edition_present(wanted, in_locale);
    perform audit_append(who, 'text_save', 'article:' || wanted, in_locale, audit_edition(before), audit_edition(after));
    return text_json(after);
end $$;

-- Put a draft away. It stays in the history; what is live stays live. a: id, locale, expected.
create or replace function text_discard(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    wanted text := a ->> 'id';
    in_locale text := a ->> 'locale';
    about article := article_for(who, wanted, 'write', in_locale);
    e edition%rowtype;
begin
    e := draft_lock(wanted, in_locale, (a ->> 'expected')::int);
    perform must(not text_is_scheduled(wanted, in_locale), 'scheduled');
    update edition x set state = 'superseded' where x.id = e.id;
    perform audit_append(who, 'text_discard', 'article:' || wanted, in_locale, audit_edition(e), null);
    return jsonb_build_object('id', wanted, 'locale', in_locale, 'revision', e.revision, 'state', 'superseded');
end $$;

-- ---- moving a text on ----------------------------------------------------------------------------

-- The moves that somebody can make with a draft now: [{"to", "may": "ok" or why not}].
create or replace function text_moves(who jsonb, e edition, wanted_agency text) returns jsonb language plpgsql stable as $$
begin
    return (select coalesce(jsonb_agg(jsonb_build_object('to', m.to_stage, 'may',
               may_move(who, wanted_agency, e.locale, e.stage, m.to_stage, e.writer = (who ->> 'account')::bigint))
               order by s.position), '[]')
    from workflow_of(wanted_agency) m join stage s on s.id = m.to_stage
    where m.from_stage = e.stage);
end $$;

-- a: id, locale, to, expected, comment (needed when it goes back). 'published' is publishing's own.
create or replace function text_move(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    wanted text := a ->> 'id';
    in_locale text := a ->> 'locale';
    about article := article_for(who, wanted, 'read');
    e edition%rowtype;
    was edition%rowtype;
    allowed text;
begin
    perform must(exists (select from stage s where s.id = a ->> 'to' and s.id <> 'published'), 'unknown', '{"field": "to"}');
    e := draft_lock(wanted, in_locale, (a ->> 'expected')::int);
    perform must(not text_is_scheduled(wanted, in_locale), 'scheduled');
    allowed := may_move(who, about.agency, in_locale, e.stage, a ->> 'to', e.writer = (who ->> 'account')::bigint);
    perform must(allowed = 'ok', allowed, jsonb_build_object('stage', e.stage, 'moves', text_moves(who, e, about.agency)));
    if (select f.position > t.position from stage f, stage t where f.id = e.stage and t.id = a ->> 'to') then
        perform must(a ->> 'comment' is not null, 'invalid', '{"field": "comment"}');
    end if;
    was := e;
    update edition x set stage = a ->> 'to',
        proofread = x.proofread or a ->> 'to' = 'proofread'
    where x.id = e.id returning * into e;
    if a ->> 'comment' is not null then
        insert into comment (article, locale, revision, account, text)
        values (wanted, in_locale, e.revision, (who ->> 'account')::bigint, a ->> 'comment');
    end if;
    perform audit_append(who, 'text_move', 'article:' || wanted, in_locale, audit_edition(was), audit_edition(e));
    return jsonb_build_object('id', wanted, 'locale', in_locale, 'revision', e.revision, 'state', e.state,
        'stage', e.stage, 'moves', text_moves(who, e, about.agency));
end $$;

-- ---- the workflow itself -------------------------------------------------------------------------

create or replace function workflow_get(who jsonb, a jsonb) returns jsonb language plpgsql as $$
begin
    perform must(who ? 'account', 'forbidden');
    return jsonb_build_object(
        'stages', (select jsonb_agg(jsonb_build_object('id', s.id, 'names', s.names) order by s.position) from stage s),
        'agency', case when exists (select from workflow_move m where m.agency = a ->> 'agency') then a ->> 'agency' end,
        'moves', (select coalesce(jsonb_agg(jsonb_build_object('from', m.from_stage, 'to', m.to_stage, 'roles', m.roles,
                      'by_writer', m.by_writer) order by f.position, t.position), '[]')
                  from workflow_of(a ->> 'agency') m join stage f on f.id = m.from_stage join stage t on t.id = m.to_stage),
        'rules', (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'level', r.level) order by r.position, r.id), '[]') from check_rule r));
end $$;

-- a: agency (else the default for all), stages (only with the default; published stays), moves, rules.
-- What is given replaces what was. Stages that texts are in cannot go.
create or replace function workflow_set(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    before jsonb;
    wrong text;
begin
    perform must(may(who, 'workflow', a ->> 'agency', null), 'forbidden');
    perform article_check(jsonb_build_object('agency', a ->> 'agency'));
    before := workflow_get(who, a);
    perform must(not a ? 'agency' or not (a ? 'stages' or a ? 'rules'), 'invalid', '{"field": "agency"}');
    if a ? 'stages' then
        perform must((select array_agg(x ->> 'id') from jsonb_array_elements(a -> 'stages') x) @> '{draft,published}',
                     'invalid', '{"field": "stages"}');
        perform must((select count(*) = count(distinct x ->> 'id') from jsonb_array_elements(a -> 'stages') x),
                     'invalid', '{"field": "stages"}');
        insert into stage (id, names, position)
        select x ->> 'id', x -> 'names', n from jsonb_array_elements(a -> 'stages') with ordinality u (x, n)
        on conflict (id) do update set names = excluded.names, position = excluded.position;
        select s.id into wrong from stage s
        where not exists (select from jsonb_array_elements(a -> 'stages') x where x ->> 'id' = s.id)
          and exists (select from edition e where e.stage = s.id);
        perform must(wrong is null, 'conflict', jsonb_build_object('field', 'stages', 'stage', wrong));
    end if;
    if a ? 'moves' then
        select case when not exists (select from stage s where s.id = x ->> 'from') then x ->> 'from'
                    when not exists (select from stage s where s.id = x ->> 'to') then x ->> 'to'
                    when exists (select from jsonb_array_elements_text(x -> 'roles') r where r not in (select id from role))
                         then (x -> 'roles')::text end into wrong
        from jsonb_array_elements(a -> 'moves') x order by 1 nulls last limit 1;
        perform must(wrong is null, 'unknown', jsonb_build_object('field', 'moves', 'detail', wrong));
        delete from workflow_move m where m.agency is not distinct from a ->> 'agency';
        insert into workflow_move (agency, from_stage, to_stage, roles, by_writer)
        select a ->> 'agency', x ->> 'from', x ->> 'to', array(select jsonb_array_elements_text(x -> 'roles')),
               coalesce((x ->> 'by_writer')::boolean, true)
        from jsonb_array_elements(a -> 'moves') x;
    end if;
    if a ? 'stages' then
        delete from workflow_move m where not exists (select from jsonb_array_elements(a -> 'stages') x where x ->> 'id' = m.from_stage)
            or not exists (select from jsonb_array_elements(a -> 'stages') x where x ->> 'id' = m.to_stage);
        delete from stage s where not exists (select from jsonb_array_elements(a -> 'stages') x where x ->> 'id' = s.id);
    end if;
    if a ? 'rules' then
        select x ->> 'id' into wrong from jsonb_array_elements(a -> 'rules') x
        where not exists (select from check_rule r where r.id = x ->> 'id') limit 1;
        perform must(wrong is null, 'unknown', jsonb_build_object('field', 'rules', 'detail', wrong));
        update check_rule r set level = x ->> 'level' from jsonb_array_elements(a -> 'rules') x where x ->> 'id' = r.id;
    end if;
    perform audit_append(who, 'workflow_set', 'workflow:' || coalesce(a ->> 'agency', 'default'), null, before, workflow_get(who, a));
    return workflow_get(who, a);
end $$;
