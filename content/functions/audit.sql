-- The audit log: every write is an event, chained by hashes, in the order of the commits.

-- What is hashed of an event.
create or replace function audit_line(a audit) returns text language plpgsql stable as $$
begin
    return (select jsonb_build_array(a.seq, utc_text(a.at), a.name, a.token, a.origin, a.action, a.subject,
                             a.locale, a.before, a.after)::text);
end $$;

-- Append an event. who: as ask() takes it, null: the program itself. Locks the head until the
-- transaction ends: call it last, after change_append().
create or replace function audit_append(who jsonb, action text, subject text, locale text, before jsonb, after jsonb)
returns void language plpgsql as $$
declare
    head audit_head%rowtype;
    event audit%rowtype;
begin
    select * into head from audit_head for update;
    event.seq := head.seq + 1;
    event.at := clock_timestamp();
    event.name := who ->> 'name';
    event.token := who ->> 'token';
    event.origin := coalesce(who ->> 'origin', 'program');
    event.action := action;
    event.subject := subject;
    event.locale := locale;
    event.before := nullif(before, 'null');
    event.after := nullif(after, 'null');
    event.hash := sha256(head.hash || convert_to(audit_line(event), 'UTF8'));
    insert into audit select event.*;
    update audit_head set seq = event.seq, hash = event.hash;
end $$;

-- What an event tells of an edition: which it is, and what it held.
create or replace function audit_edition(e edition) returns jsonb language plpgsql stable as $$
begin
    return (select case when e.id is not null then jsonb_strip_nulls(jsonb_build_object('revision', e.revision, 'version', e.version,
        'state', e.state, 'stage', case when e.state = 'draft' then e.stage end, 'slug', e.slug,
        'title', e.title, 'digest', encode(e.digest, 'hex'))) end);
end $$;

-- May somebody read what happened to a subject? Those who may for an agency: to its articles and its
-- people.
create or replace function audit_may(who jsonb, subject text) returns boolean language sql stable as $$
    select case split_part(subject, ':', 1)
        when 'article' then exists (select from article x where x.id = substr(subject, 9) and x.agency is not null
                                    and may(who, 'audit', x.agency, null))
        when 'account' then exists (select from account x where x.name = substr(subject, 9) and x.agency is not null
                                    and may(who, 'audit', x.agency, null))
        else false end
$$;

-- a: subject, name, action, since, until, before (a number), limit. The newest first.
create or replace function audit_list(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    all_of_it boolean := is_operator(who) or may(who, 'audit', null, null);
begin
    perform must(all_of_it or exists (select from role_grant g where g.account = (who ->> 'account')::bigint
                                      and may(who, 'audit', g.agency, null)), 'forbidden');
    return (select jsonb_build_object('items', coalesce(jsonb_agg(jsonb_build_object(
            'seq', x.seq, 'at', utc_text(x.at), 'name', x.name, 'token', x.token, 'origin', x.origin,
            'action', x.action, 'subject', x.subject, 'locale', x.locale, 'before', x.before,
            'after', x.after, 'hash', encode(x.hash, 'hex')) order by x.seq desc), '[]'),
            'next', case when count(*) = (a ->> 'limit')::int then min(x.seq) end)
        from (select * from audit l
              where (not a ? 'subject' or l.subject = a ->> 'subject')
                and (not a ? 'name' or l.name = a ->> 'name')
                and (not a ? 'action' or l.action = a ->> 'action')
                and (not a ? 'since' or l.at >= (a ->> 'since')::timestamptz)
                and (not a ? 'until' or l.at < (a ->> 'until')::timestamptz)
                and (not a ? 'before' or l.seq < (a ->> 'before')::bigint)
                and (all_of_it or audit_may(who, l.subject))
              order by l.seq desc limit (a ->> 'limit')::int) x);
end $$;
