-- Publishing: now, at a time, together; correcting; taking back.

-- Locks are taken in one order, that of schedule_run(): what waits for a moment, releases, articles,
-- the change log, the audit log.
create or replace function schedule_lock(wanted text, in_locale text) returns void language plpgsql as $$
begin
    perform 1 from schedule s where s.article = wanted and s.locale = in_locale and s.state = 'waiting' order by s.id for update;
end $$;

-- May somebody publish this draft? Refuses what stands in the way; returns the draft.
-- a: id, locale, expected, update, note.
create or replace function publish_ready(who jsonb, a jsonb) returns edition language plpgsql as $$
declare
    wanted text := a ->> 'id';
    in_locale text := a ->> 'locale';
    about article := article_for(who, wanted, 'publish', in_locale);
    e edition%rowtype;
    allowed text;
begin
    perform schedule_lock(wanted, in_locale);
    e := draft_lock(wanted, in_locale, (a ->> 'expected')::int);
    allowed := may_move(who, about.agency, in_locale, e.stage, 'published', e.writer = (who ->> 'account')::bigint);
    perform must(allowed = 'ok', allowed, jsonb_build_object('stage', e.stage, 'moves', text_moves(who, e, about.agency)));
    -- Readers of an update are told what changed.
    if coalesce(a ->> 'update', 'major') <> 'minor' and a ->> 'note' is null
       and exists (select from edition x where x.article = wanted and x.locale = in_locale and x.state = 'live') then
        perform must(false, 'note_missing', '{"field": "note"}');
    end if;
    return e;
end $$;

-- Publish one draft that publish_ready() let pass, without looking for what text_checks() finds.
create or replace function publish_one(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    wanted text := a ->> 'id';
    in_locale text := a ->> 'locale';
    before edition%rowtype;
    after edition%rowtype;
    done record;
begin
    perform must((select x.embargo is null or x.embargo <= clock_timestamp() from article x where x.id = wanted), 'embargo',
        jsonb_build_object('embargo', (select utc_text(x.embargo) from article x where x.id = wanted)));
    select * into before from edition x where x.article = wanted and x.locale = in_locale and x.state in ('live', 'withdrawn', 'removed');
    select * into done from draft_publish(wanted, in_locale, (a ->> 'expected')::int,
        jsonb_build_object('kind', coalesce(a ->> 'update', 'major'), 'note', a ->> 'note', 'reason', a ->> 'reason'),
        clock_timestamp());
    update schedule s set state = 'cancelled', done_at = clock_timestamp()
    where s.article = wanted and s.locale = in_locale and s.action = 'publish' and s.state = 'waiting';
    delete from assignment x where x.article = wanted and x.locale = in_locale;
    select * into after from edition x where x.article = wanted and x.locale = in_locale and x.state = 'live';
    perform audit_append(who, 'text_publish', 'article:' || wanted, in_locale, audit_edition(before), audit_edition(after));
    return jsonb_build_object('id', wanted, 'locale', in_locale, 'state', 'live', 'revision', done.revision,
        'version', done.version, 'change', done.seq, 'path', text_path(after.locale, after.slug));
end $$;

-- Refuse a text in which text_checks() finds something that blocks.
create or replace function checks_pass(e edition) returns void language plpgsql as $$
declare
    found_all jsonb := text_checks(e);
begin
    perform must(not exists (select from jsonb_array_elements(found_all) x where x ->> 'level' = 'blocking'),
        'checks', jsonb_build_object('checks', found_all));
end $$;

-- Publish now. a: id, locale, expected, update ("major" or "minor"), note. Not what a release is to
-- take out at its time: that one would stay behind.
create or replace function text_publish(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    e edition := publish_ready(who, a);
begin
    perform must(not exists (select from text_scheduled s where s.article = e.article and s.locale = e.locale and s.release is not null), 'scheduled');
    perform checks_pass(e);
    return publish_one(who, a);
end $$;

-- A correction: what was wrong, for all to see. a: id, locale, expected, reason, note.
create or replace function text_correct(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    correction jsonb := a || '{"update": "correction"}';
    e edition := publish_ready(who, correction);
begin
    perform must(exists (select from edition x where x.article = e.article and x.locale = e.locale and x.state = 'live'), 'not_live');
    return text_publish(who, correction);
end $$;

-- a: id, locale, kind, reason, to, status; see text_withdraw().
create or replace function text_take_back(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    wanted text := a ->> 'id';
    in_locale text := a ->> 'locale';
    about article := article_for(who, wanted, 'publish', in_locale);
    before edition%rowtype;
    after edition%rowtype;
    done record;
begin
    perform must((coalesce(a ->> 'kind', 'notice') = 'redirect') = (a ? 'to'), 'invalid', '{"field": "to"}');
    perform must(coalesce(a ->> 'kind', 'notice') = 'vanish' or not a ? 'status', 'invalid', '{"field": "status"}');
    perform schedule_lock(wanted, in_locale);
    perform 1 from article x where x.id = wanted for update;
    select * into before from edition x where x.article = wanted and x.locale = in_locale and x.state in ('live', 'withdrawn', 'removed');
    select * into done from text_withdraw(wanted, in_locale, a);
    if done.seq is not null then
        update schedule s set state = 'cancelled', done_at = clock_timestamp()
        where s.article = wanted and s.locale = in_locale and s.action = 'withdraw' and s.state = 'waiting';
        select * into after from edition x where x.id = before.id;
        perform audit_append(who, 'text_withdraw', 'article:' || wanted, in_locale, audit_edition(before), audit_edition(after));
    end if;
    return jsonb_build_object('id', wanted, 'locale', in_locale, 'state', 'withdrawn', 'kind', coalesce(a ->> 'kind', 'notice'),
        'revision', done.revision, 'version', done.version, 'change', done.seq);
end $$;

-- ---- at a time -----------------------------------------------------------------------------------

create or replace function schedule_json(s schedule) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('number', s.id, 'at', utc_text(s.at), 'action', s.action, 'article', s.article, 'locale', s.locale,
        'revision', s.revision, 'release', s.release, 'state', s.state, 'by', s.asked_by ->> 'name', 'outcome', s.outcome,
        'done_at', utc_text(s.done_at)));
end $$;

-- A moment to do something at: it is to come, and not before an embargo ends.
create or replace function schedule_moment(a jsonb, embargo timestamptz) returns timestamptz language plpgsql stable as $$
declare
    moment timestamptz := (a ->> 'at')::timestamptz;
begin
    perform must(moment > clock_timestamp() and moment < clock_timestamp() + interval '5 years', 'not_to_come', '{"field": "at"}');
    perform must(embargo is null or moment >= embargo, 'embargo', jsonb_build_object('field', 'at', 'embargo', utc_text(embargo)));
    return moment;
end $$;

create or replace function schedule_add(who jsonb, a jsonb, wanted_action text, moment timestamptz, wanted_revision int) returns jsonb language plpgsql as $$
declare
    s schedule%rowtype;
begin
    insert into schedule (at, action, article, locale, revision, release, args, asked_by)
    values (moment, wanted_action, a ->> 'id', a ->> 'locale', wanted_revision, a ->> 'release',
            a - 'at' - 'expected', who)
    on conflict do nothing returning * into s;
    perform must(found, 'scheduled');
    perform audit_append(who, 'schedule', coalesce('article:' || s.article, 'release:' || s.release), s.locale, null, schedule_json(s));
    return schedule_json(s);
end $$;

-- Publish at a time. a: id, locale, expected, update, note, at.
create or replace function text_schedule(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    e edition := publish_ready(who, a);
begin
    perform must(not text_is_scheduled(e.article, e.locale), 'scheduled');
    perform checks_pass(e);
    return schedule_add(who, a, 'publish', schedule_moment(a, (select x.embargo from article x where x.id = e.article)), e.revision);
end $$;

-- Take back at a time. a: as text_take_back(), at.
create or replace function text_schedule_withdrawal(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'publish', a ->> 'locale');
begin
    perform must((coalesce(a ->> 'kind', 'notice') = 'redirect') = (a ? 'to'), 'invalid', '{"field": "to"}');
    perform must(coalesce(a ->> 'kind', 'notice') = 'vanish' or not a ? 'status', 'invalid', '{"field": "status"}');
    perform must(exists (select from edition x where x.article = about.id and x.locale = a ->> 'locale' and x.state in ('live', 'draft')), 'not_found');
    return schedule_add(who, a, 'withdraw', schedule_moment(a, null), null);
end $$;

create or replace function schedule_list(who jsonb, a jsonb) returns jsonb language plpgsql as $$
begin
    perform must(exists (select from role_grant g where g.account = (who ->> 'account')::bigint), 'forbidden');
    return (select jsonb_build_object('items', coalesce(jsonb_agg(schedule_json(s.*) order by s.at, s.id), '[]'), 'next', null)
        from (select * from schedule x
              where x.state = coalesce(a ->> 'state', 'waiting')
                and may(who, 'read', coalesce((select r.agency from release r where r.id = x.release),
                                              (select p.agency from article p where p.id = x.article)), null)
              order by x.at, x.id limit (a ->> 'limit')::int) s);
end $$;

create or replace function schedule_cancel(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    s schedule%rowtype;
begin
    select * into s from schedule x where x.id = (a ->> 'number')::bigint for update;
    perform must(found, 'not_found');
    perform must(may(who, 'publish', coalesce((select r.agency from release r where r.id = s.release),
                                              (select p.agency from article p where p.id = s.article)), s.locale), 'forbidden');
    perform must(s.state = 'waiting', 'conflict', '{"field": "state"}');
    update schedule x set state = 'cancelled', done_at = clock_timestamp() where x.id = s.id returning * into s;
    perform audit_append(who, 'schedule_cancel', coalesce('article:' || s.article, 'release:' || s.release), s.locale, null, schedule_json(s));
    return schedule_json(s);
end $$;

-- Do the first thing that is due, once, whoever else tries: its row is locked, and says that it was
-- done in the transaction that does it. node: what the caller's clock says. A moment has come when
-- both clocks say so, so that neither alone can bring it early. Returns how many were done (0 or
-- 1), and the milliseconds until the next moment to come (null: none is waiting).
create or replace function schedule_run(node timestamptz, out done int, out wait_ms bigint) language plpgsql as $$
declare
    s schedule%rowtype;
    present timestamptz := least(node, clock_timestamp());
    result jsonb;
    why text;
    more text;
begin
    done := 0;
    select * into s from schedule x where x.state = 'waiting' and x.at <= present
    order by x.at, x.id limit 1 for update skip locked;
    if found then
        begin
            result := case s.action
                when 'publish' then publish_scheduled(s)
                when 'withdraw' then text_take_back_scheduled(s)
                when 'release' then release_go(s.asked_by, s.release) end;
            update schedule x set state = 'done', outcome = result, done_at = clock_timestamp() where x.id = s.id;
        exception when others then
            get stacked diagnostics why = message_text, more = pg_exception_detail;
            if sqlstate ~ '^(08|40|53|55|57|58)' then
                raise; -- not its fault: it is tried again
            end if;
            update schedule x set state = 'failed', done_at = clock_timestamp(), outcome =
                jsonb_build_object('refused', case sqlstate when 'SEN01' then why else 'internal' end)
                || case when sqlstate = 'SEN01' and more <> '' then more::jsonb - 'current' - 'base' else '{}' end
            where x.id = s.id;
            perform audit_append(null, 'schedule_failed', coalesce('article:' || s.article, 'release:' || s.release),
                s.locale, null, (select schedule_json(x) from schedule x where x.id = s.id));
        end;
        done := 1;
    end if;
    select (extract(epoch from min(x.at) - present) * 1000)::bigint into wait_ms
    from schedule x where x.state = 'waiting' and x.at > present;
end $$;

-- The rights were those of who asked, when they asked; what else stands in the way is looked at now.
create or replace function publish_scheduled(s schedule) returns jsonb language plpgsql as $$
declare
    e edition%rowtype;
begin
    perform 1 from article x where x.id = s.article for update;
    select * into e from edition x where x.article = s.article and x.locale = s.locale and x.state = 'draft' and x.revision = s.revision;
    perform must(found, 'no_draft');
    perform checks_pass(e);
    update schedule x set state = 'done' where x.id = s.id;
    return publish_one(s.asked_by, s.args || jsonb_build_object('expected', s.revision));
end $$;

create or replace function text_take_back_scheduled(s schedule) returns jsonb language plpgsql as $$
declare
    done record;
    e edition%rowtype;
begin
    select * into done from text_withdraw(s.article, s.locale, s.args);
    select * into e from edition x where x.article = s.article and x.locale = s.locale and x.state in ('withdrawn', 'removed');
    perform audit_append(s.asked_by, 'text_withdraw', 'article:' || s.article, s.locale, null, audit_edition(e));
    return jsonb_build_object('version', done.version, 'change', done.seq);
end $$;

-- ---- together ------------------------------------------------------------------------------------

create or replace function release_json(wanted text) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('id', r.id, 'title', r.title, 'agency', r.agency, 'state', r.state,
        'scheduled', (select utc_text(s.at) from schedule s where s.release = r.id and s.state = 'waiting'),
        'published_at', utc_text(r.published_at),
        'texts', (select coalesce(jsonb_agg(jsonb_build_object('id', t.article, 'locale', t.locale, 'update', t.update, 'note', t.note,
                      'stage', (select e.stage from edition e where e.article = t.article and e.locale = t.locale and e.state = 'draft'))
                      order by t.article, t.locale), '[]') from release_text t where t.release = r.id))
    from release r where r.id = wanted);
end $$;

create or replace function release_for(who jsonb, wanted text, wanted_action text) returns release language plpgsql as $$
declare
    r release%rowtype;
begin
    if wanted_action <> 'read' then
        perform 1 from schedule s where s.release = wanted and s.state = 'waiting' for update;
        perform 1 from release x where x.id = wanted for update;
    end if;
    select * into r from release x where x.id = wanted;
    perform must(found, 'not_found');
    perform must(may(who, wanted_action, r.agency, null), 'forbidden');
    return r;
end $$;

create or replace function release_list(who jsonb, a jsonb) returns jsonb language plpgsql as $$
begin
    return (select jsonb_build_object('items', coalesce(jsonb_agg(release_json(r.id) order by r.created_at desc, r.id), '[]'), 'next', null)
        from (select * from release x where may(who, 'read', x.agency, null)
                and (not a ? 'state' or x.state = a ->> 'state')
              order by x.created_at desc, x.id limit (a ->> 'limit')::int) r);
end $$;

create or replace function release_get(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    r release := release_for(who, a ->> 'release', 'read');
begin
    return release_json(r.id);
end $$;

-- Make a release or set what is in it. a: release, title, agency (of a new one), texts
-- [{"id", "locale", "update", "note"}]. A text is in one open release at most.
create or replace function release_set(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    wanted text := a ->> 'release';
    r release%rowtype;
    before jsonb := release_json(wanted);
    wrong jsonb;
begin
    perform article_check(jsonb_build_object('agency', a ->> 'agency'));
    if not exists (select from release x where x.id = wanted) then
        perform must(a ->> 'title' is not null, 'invalid', '{"field": "title"}');
        perform must(may(who, 'publish', coalesce(a ->> 'agency', (select x.agency from account x where x.id = (who ->> 'account')::bigint)), null), 'forbidden');
        insert into release (id, title, agency)
        values (wanted, a ->> 'title', coalesce(a ->> 'agency', (select x.agency from account x where x.id = (who ->> 'account')::bigint)));
    end if;
    r := release_for(who, wanted, 'publish');
    perform must(r.state = 'open', 'conflict', jsonb_build_object('field', 'release', 'state', r.state));
    perform must(not exists (select from schedule s where s.release = wanted and s.state = 'waiting'), 'scheduled');
    update release x set title = coalesce(a ->> 'title', x.title) where x.id = wanted;
    if a ? 'texts' then
        delete from release_text t where t.release = wanted;
        select jsonb_build_object('field', 'texts', 'detail', (t ->> 'id') || ' ' || (t ->> 'locale')) into wrong
        from jsonb_array_elements(a -> 'texts') t
        where not exists (select from article x where x.id = t ->> 'id') limit 1;
        perform must(wrong is null, 'unknown', wrong);
        select jsonb_build_object('field', 'texts', 'detail', (t ->> 'id') || ' ' || (t ->> 'locale')) into wrong
        from jsonb_array_elements(a -> 'texts') t join article x on x.id = t ->> 'id'
        where not may(who, 'publish', x.agency, t ->> 'locale') limit 1;
        perform must(wrong is null, 'forbidden', wrong);
        -- Whoever puts one of them into another release waits here, and then sees this one.
        perform 1 from article x where x.id in (select t ->> 'id' from jsonb_array_elements(a -> 'texts') t) order by x.id for update;
        select jsonb_build_object('field', 'texts', 'detail', t.article || ' ' || t.locale) into wrong
        from release_text t join release o on o.id = t.release and o.state = 'open'
        join jsonb_array_elements(a -> 'texts') x on x ->> 'id' = t.article and x ->> 'locale' = t.locale limit 1;
        perform must(wrong is null, 'conflict', wrong);
        select jsonb_build_object('field', 'texts', 'detail', s.article || ' ' || s.locale) into wrong
        from text_scheduled s join jsonb_array_elements(a -> 'texts') x on x ->> 'id' = s.article and x ->> 'locale' = s.locale limit 1;
        perform must(wrong is null, 'scheduled', wrong);
        insert into release_text (release, article, locale, update, note)
        select distinct on (t ->> 'id', t ->> 'locale') wanted, t ->> 'id', t ->> 'locale', coalesce(t ->> 'update', 'major'), t ->> 'note'
        from jsonb_array_elements(a -> 'texts') t;
    end if;
    perform audit_append(who, 'release_set', 'release:' || wanted, null, before, release_json(wanted));
    return release_json(wanted);
end $$;

-- Publish all texts of a release, or none. Refuses 'release' with what stands in the way of each.
-- ready: also look whether somebody may.
create or replace function release_go(who jsonb, wanted text, ready boolean default false) returns jsonb language plpgsql as $$
declare
    t record;
    e edition%rowtype;
    refused jsonb := '[]';
    why text;
    more text;
    published jsonb := '[]';
begin
    -- All locks first and in one order, so that two releases never wait for each other.
    perform 1 from schedule s join release_text r on r.article = s.article and r.locale = s.locale
    where r.release = wanted and s.state = 'waiting' order by s.id for update of s;
    perform 1 from article x where x.id in (select r.article from release_text r where r.release = wanted) order by x.id for update;
    for pass in 1..2 loop -- publish all, then check all: they may link to one another
        for t in select r.article, r.locale, jsonb_build_object('id', r.article, 'locale', r.locale, 'update', r.update, 'note', r.note) as a
                 from release_text r where r.release = wanted order by r.article, r.locale loop
            begin
                if pass = 1 then
                    if ready then
                        perform publish_ready(who, t.a);
                    end if;
                    published := published || publish_one(who, t.a);
                else
                    select * into e from edition x where x.article = t.article and x.locale = t.locale and x.state = 'live';
                    perform checks_pass(e);
                end if;
            exception when sqlstate 'SEN01' then
                get stacked diagnostics why = message_text, more = pg_exception_detail;
                refused := refused || (jsonb_build_object('id', t.article, 'locale', t.locale, 'refused', why)
                    || case when more <> '' then more::jsonb - 'current' - 'base' else '{}' end);
            end;
        end loop;
        perform must(refused = '[]', 'release', jsonb_build_object('texts', refused));
    end loop;
    perform must(published <> '[]', 'release_empty');
    update release x set state = 'published', published_at = clock_timestamp() where x.id = wanted;
    update schedule s set state = 'done' where s.release = wanted and s.state = 'waiting';
    perform audit_append(who, 'release_publish', 'release:' || wanted, null, null, release_json(wanted));
    return jsonb_build_object('release', wanted, 'state', 'published', 'texts', published);
end $$;

create or replace function release_publish(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    r release := release_for(who, a ->> 'release', 'publish');
begin
    perform must(r.state = 'open', 'conflict', jsonb_build_object('field', 'release', 'state', r.state));
    return release_go(who, r.id, true);
end $$;

-- a: release, at. Every text must be ready to go out.
create or replace function release_schedule(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    r release := release_for(who, a ->> 'release', 'publish');
    t record;
    refused jsonb := '[]';
    embargo timestamptz;
    why text;
    more text;
begin
    perform must(r.state = 'open', 'conflict', jsonb_build_object('field', 'release', 'state', r.state));
    perform must(not exists (select from schedule s where s.release = r.id and s.state = 'waiting'), 'scheduled');
    for t in select x.article, x.locale, jsonb_build_object('id', x.article, 'locale', x.locale, 'update', x.update, 'note', x.note) as a
             from release_text x where x.release = r.id order by x.article, x.locale loop
        begin
            perform publish_ready(who, t.a);
            perform must(not text_is_scheduled(t.article, t.locale), 'scheduled');
            embargo := greatest(embargo, (select x.embargo from article x where x.id = t.article));
        exception when sqlstate 'SEN01' then
            get stacked diagnostics why = message_text, more = pg_exception_detail;
            refused := refused || (jsonb_build_object('id', t.article, 'locale', t.locale, 'refused', why)
                || case when more <> '' then more::jsonb - 'current' - 'base' else '{}' end);
        end;
    end loop;
    perform must(refused = '[]', 'release', jsonb_build_object('texts', refused));
    perform must(exists (select from release_text x where x.release = r.id), 'release_empty');
    return schedule_add(who, a, 'release', schedule_moment(a, embargo), null);
end $$;

create or replace function release_cancel(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    r release := release_for(who, a ->> 'release', 'publish');
begin
    perform must(r.state = 'open', 'conflict', jsonb_build_object('field', 'release', 'state', r.state));
    update schedule s set state = 'cancelled', done_at = clock_timestamp() where s.release = r.id and s.state = 'waiting';
    update release x set state = 'cancelled' where x.id = r.id;
    perform audit_append(who, 'release_cancel', 'release:' || r.id, null, null, release_json(r.id));
    return release_json(r.id);
end $$;
