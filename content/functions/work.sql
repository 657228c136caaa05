-- Talking about texts, and who is to do what with them.

create or replace function comment_json(c comment) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('number', c.id, 'article', c.article, 'locale', c.locale, 'revision', c.revision,
        'by', (select x.name from account x where x.id = c.account), 'at', utc_text(c.at), 'text', c.text,
        'resolved_by', (select x.name from account x where x.id = c.resolved_by), 'resolved_at', utc_text(c.resolved_at)));
end $$;

create or replace function comment_list(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'read');
begin
    return (select jsonb_build_object('items', coalesce(jsonb_agg(comment_json(c) order by c.id), '[]'),
            'next', case when count(*) = (a ->> 'limit')::int then max(c.id) end)
        from (select * from comment x where x.article = about.id and x.locale = a ->> 'locale'
                and (not a ? 'after' or x.id > (a ->> 'after')::bigint)
                and (not a ? 'open' or (x.resolved_at is null) = (a ->> 'open')::boolean)
              order by x.id limit (a ->> 'limit')::int) c);
end $$;

create or replace function comment_add(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'comment', a ->> 'locale');
    c comment%rowtype;
begin
    insert into comment (article, locale, revision, account, text)
    values (about.id, a ->> 'locale', coalesce((edition_present(about.id, a ->> 'locale')).revision, 0),
            (who ->> 'account')::bigint, a ->> 'text')
    returning * into c;
    perform audit_append(who, 'comment_add', 'article:' || about.id, a ->> 'locale', null, comment_json(c));
    return comment_json(c);
end $$;

create or replace function comment_resolve(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'comment', a ->> 'locale');
    c comment%rowtype;
begin
    update comment x set resolved_by = (who ->> 'account')::bigint, resolved_at = now()
    where x.id = (a ->> 'number')::bigint and x.article = about.id and x.locale = a ->> 'locale' and x.resolved_at is null
    returning * into c;
    if not found then
        select * into c from comment x where x.id = (a ->> 'number')::bigint and x.article = about.id and x.locale = a ->> 'locale';
        perform must(found, 'not_found');
        return comment_json(c);
    end if;
    perform audit_append(who, 'comment_resolve', 'article:' || about.id, a ->> 'locale', null, comment_json(c));
    return comment_json(c);
end $$;

-- ---- assignments ---------------------------------------------------------------------------------

create or replace function assignment_json(s assignment) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('article', s.article, 'locale', s.locale, 'to', (select x.name from account x where x.id = s.account),
        'task', s.task, 'due', s.due, 'note', s.note, 'at', utc_text(s.at)));
end $$;

create or replace function assignment_list(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'read');
begin
    return (select jsonb_build_object('items', coalesce(jsonb_agg(assignment_json(s) order by s.at, s.account), '[]'), 'next', null)
        from assignment s where s.article = about.id and s.locale = a ->> 'locale');
end $$;

-- Give somebody a task; the same again changes its due date and note. a: id, locale, to, task, due, note.
create or replace function assignment_set(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'assign', a ->> 'locale');
    assignee bigint;
    s assignment%rowtype;
begin
    select x.id into assignee from account x where x.name = a ->> 'to' and x.disabled_at is null;
    perform must(found and may(jsonb_build_object('account', assignee), 'read', about.agency, null), 'unknown', '{"field": "to"}');
    insert into assignment (article, locale, account, task, due, note)
    values (about.id, a ->> 'locale', assignee, a ->> 'task', (a ->> 'due')::date, a ->> 'note')
    on conflict (article, locale, account, task) do update set due = excluded.due, note = excluded.note
    returning * into s;
    perform audit_append(who, 'assignment_set', 'article:' || about.id, a ->> 'locale', null, assignment_json(s));
    return assignment_json(s);
end $$;

-- Take a task back, or say that one's own is done.
create or replace function assignment_end(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'read');
    s assignment%rowtype;
begin
    perform must(a ->> 'to' = who ->> 'name' or may(who, 'assign', about.agency, a ->> 'locale'), 'forbidden');
    delete from assignment x using account c
    where c.name = a ->> 'to' and x.account = c.id and x.article = about.id and x.locale = a ->> 'locale' and x.task = a ->> 'task'
    returning x.* into s;
    perform must(found, 'not_found');
    perform audit_append(who, 'assignment_end', 'article:' || about.id, a ->> 'locale', assignment_json(s), null);
    return assignment_json(s);
end $$;

-- ---- lists of one's own --------------------------------------------------------------------------

-- A draft in a list.
create or replace function draft_brief(e edition) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('article', e.article, 'locale', e.locale, 'title', e.title, 'revision', e.revision,
        'stage', e.stage, 'writer', (select x.name from account x where x.id = e.writer), 'saved_at', utc_text(e.created_at),
        'comments', (select count(*) from comment c where c.article = e.article and c.locale = e.locale and c.resolved_at is null)));
end $$;

-- My work: what I was asked to do, and the drafts whose last change is mine.
create or replace function work_mine(who jsonb, a jsonb) returns jsonb language plpgsql as $$
begin
    return jsonb_build_object(
        'assignments', (select coalesce(jsonb_agg(assignment_json(s) order by s.due nulls last, s.at), '[]') from assignment s
                        where s.account = (who ->> 'account')::bigint),
        'drafts', (select coalesce(jsonb_agg(draft_brief(e.*) order by e.created_at desc), '[]')
                   from (select * from edition x where x.state = 'draft' and x.writer = (who ->> 'account')::bigint
                         order by x.created_at desc limit (a ->> 'limit')::int) e));
end $$;

-- Waiting for me: the drafts that I may move on, and how; the longest waiting first. The right is
-- decided once for each kind of draft, not for each draft.
create or replace function work_waiting(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    me bigint := (who ->> 'account')::bigint;
begin
    return (with drafts as materialized (
            select e.id, e.article, e.locale, e.stage, e.created_at, e.writer is not distinct from me as wrote, p.agency
            from edition e join article p on p.id = e.article where e.state = 'draft'
        ), moves as materialized (
            select k.*, m.to_stage
            from (select distinct d.agency, d.locale, d.stage, d.wrote from drafts d) k
            cross join lateral workflow_of(k.agency) m
            join stage f on f.id = m.from_stage join stage t on t.id = m.to_stage
            where m.from_stage = k.stage and f.position < t.position
              and may_move(who, k.agency, k.locale, k.stage, m.to_stage, k.wrote) = 'ok'
        ), page as (
            select d.id, d.created_at, m.to_stage from drafts d
            join moves m on m.locale = d.locale and m.stage = d.stage and m.wrote = d.wrote
                        and m.agency is not distinct from d.agency
            where (d.article, d.locale) not in (select s.article, s.locale from text_scheduled s)
            order by d.created_at, d.id, m.to_stage limit (a ->> 'limit')::int
        )
        select jsonb_build_object('items', coalesce(jsonb_agg(draft_brief(e.*) || jsonb_build_object('to', w.to_stage)
                   order by w.created_at, w.id, w.to_stage), '[]'), 'next', null)
        from page w join edition e on e.id = w.id);
end $$;
