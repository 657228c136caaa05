-- Who may do what: the one place that decides. `who` is who asks: {"account": 1, "name": "ann",
-- "token": "prefix", "origin": "127.0.0.1", "scopes": ["read"] or null}.

-- Refuse what is under way, and undo it, unless a condition holds. ask() makes the answer.
create or replace function must(condition boolean, outcome text, answer jsonb default null) returns void language plpgsql as $$
begin
    if condition is not true then
        raise exception using errcode = 'SEN01', message = outcome, detail = coalesce(answer::text, '');
    end if;
end $$;

-- May somebody do this for an agency (null: for what has none) in a language (null: in none)?
-- Grants for every agency count for each; a token's scopes narrow what its owner may.
create or replace function may(who jsonb, wanted_action text, wanted_agency text, in_locale text) returns boolean language plpgsql stable as $$
begin
    return (select (jsonb_typeof(who -> 'scopes') is distinct from 'array' or who -> 'scopes' ? wanted_action)
        and exists (select from role_grant g join role_action r on r.role = g.role
                    where g.account = (who ->> 'account')::bigint and r.action = wanted_action
                      and (g.agency is null or g.agency = wanted_agency)
                      and (g.locales is null or in_locale is null or in_locale = any (g.locales))));
end $$;

-- The right that writing a text needs: the language an article was first written in is its authors'.
create or replace function write_action(source_locale text, in_locale text) returns text language sql immutable as $$
    select case when source_locale = in_locale then 'write' else 'translate' end
$$;

-- The moves that an agency's texts can make.
create or replace function workflow_of(wanted_agency text) returns setof workflow_move language sql stable as $$
    select m.* from workflow_move m
    where m.agency is not distinct from
        (select x.agency from workflow_move x where x.agency = wanted_agency limit 1)
$$;

-- May somebody move a text on like this? wrote: its last change is theirs. Says 'ok', 'forbidden',
-- 'own_change', or 'wrong_stage' when nobody may.
create or replace function may_move(who jsonb, wanted_agency text, in_locale text, stage_from text, stage_to text, wrote boolean)
returns text language plpgsql stable as $$
declare
    move workflow_move%rowtype;
begin
    select * into move from workflow_of(wanted_agency) m where m.from_stage = stage_from and m.to_stage = stage_to;
    if not found then
        return 'wrong_stage';
    end if;
    if (jsonb_typeof(who -> 'scopes') = 'array' and not who -> 'scopes' ? case stage_to when 'published' then 'publish' else 'move' end)
       or not exists (select from role_grant g
                      where g.account = (who ->> 'account')::bigint and g.role = any (move.roles)
                        and (g.agency is null or g.agency = wanted_agency)
                        and (g.locales is null or in_locale = any (g.locales))) then
        return 'forbidden';
    end if;
    return case when wrote and not move.by_writer then 'own_change' else 'ok' end;
end $$;

-- May somebody say of a text that it was proofread?
create or replace function may_proofread(who jsonb, wanted_agency text, in_locale text) returns boolean language plpgsql stable as $$
begin
    return (select exists (select from workflow_of(wanted_agency) m where m.to_stage = 'proofread'
                   and may_move(who, wanted_agency, in_locale, m.from_stage, m.to_stage, false) = 'ok'));
end $$;

-- The stage of a text that somebody saves. It stays where it is when they could have brought it
-- there or can move it on, unless it was brought there by a second person's judgement: that was of
-- another text.
create or replace function stage_after_save(who jsonb, wanted_agency text, in_locale text, stage_before text)
returns text language plpgsql stable as $$
begin
    return (select case when stage_before is null or stage_before = 'draft' then 'draft'
        when exists (select from workflow_of(wanted_agency) m where m.to_stage = stage_before and not m.by_writer) then 'draft'
        when exists (select from workflow_of(wanted_agency) m
                     join stage f on f.id = m.from_stage join stage t on t.id = m.to_stage
                     where f.position < t.position and stage_before in (m.from_stage, m.to_stage)
                       and may_move(who, wanted_agency, in_locale, m.from_stage, m.to_stage, false) = 'ok')
            then stage_before
        else 'draft' end);
end $$;
