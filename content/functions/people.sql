-- People: who they are, what they may do, their passwords, sessions and tokens. Operations of ask(),
-- but for signing in: nobody is known before it.

-- Whoever runs the program where the portal runs may do all here, and more with psql.
create or replace function is_operator(who jsonb) returns boolean language sql immutable as $$
    select who ->> 'origin' = 'command' and not who ? 'account'
$$;

-- ---- what administrators may ---------------------------------------------------------------------

-- May somebody give or take away a grant? Nobody gives more than they have: it must lie within one
-- of their own grants that let them manage people, in its actions, its agency and its languages. A
-- token gives nothing that its scopes leave out.
create or replace function may_grant(who jsonb, given_role text, given_agency text, given_locales text[]) returns boolean language sql stable as $$
    select is_operator(who) or exists (
        select from role_grant g join role_action r on r.role = g.role and r.action = 'people'
        where g.account = (who ->> 'account')::bigint
          and (g.agency is null or g.agency = given_agency)
          and (g.locales is null or given_locales <@ g.locales)
          and not exists (select from role_action x where x.role = given_role
                          and not exists (select from role_action y where y.role = g.role and y.action = x.action)))
      and (jsonb_typeof(who -> 'scopes') is distinct from 'array'
           or who -> 'scopes' @> (select jsonb_agg(x.action) from role_action x where x.role = given_role)
              and who -> 'scopes' ?& array['people', 'move'])
$$;

-- May somebody manage the people of an agency (null: those of none)?
create or replace function may_manage(who jsonb, wanted_agency text) returns boolean language sql stable as $$
    select is_operator(who) or may(who, 'people', wanted_agency, null)
$$;

-- An account that somebody may manage. whole: also everything that it may do is theirs to give, so
-- that nobody takes over an account that may do more than they. Writes to people come one after
-- another. Refuses 'not_found' and 'forbidden'; outside one's agencies nobody is there.
create or replace function person_for(who jsonb, wanted text, whole boolean) returns account language plpgsql as $$
declare
    x account%rowtype;
begin
    select * into x from account c where c.name = normalize(wanted, nfc);
    perform must(x.id is not null and may_manage(who, x.agency), 'not_found');
    perform must(not whole or not exists (select from role_grant g where g.account = x.id
                     and not may_grant(who, g.role, g.agency, g.locales)), 'forbidden');
    return x;
end $$;

create or replace function people_begin() returns boolean language plpgsql as $$
begin
    perform from role r where r.id = 'administrator' for update;
    return exists (select from account c join role_grant g on g.account = c.id where c.disabled_at is null
                   and g.role = 'administrator' and g.agency is null and g.locales is null);
end $$;

-- had: people_begin(). A portal that had somebody who may do all keeps one.
create or replace function people_end(had boolean) returns void language plpgsql as $$
begin
    perform must(not had or people_begin(), 'last_administrator');
end $$;

create or replace function grants_json(wanted bigint) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'agency', g.agency, 'locales', g.locales)
                              order by r.position, g.agency nulls first), '[]')
    from role_grant g join role r on r.id = g.role where g.account = wanted
$$;

create or replace function person_json(wanted bigint) returns jsonb language sql stable as $$
    select jsonb_build_object('name', c.name, 'agency', c.agency, 'created_at', utc_text(c.created_at),
        'disabled_at', utc_text(c.disabled_at), 'password', c.password is not null, 'grants', grants_json(c.id))
    from account c where c.id = wanted
$$;

-- Grants as a request gives them: [{"role", "agency", "locales"}]. Without an agency: all.
create or replace function grants_rows(list jsonb) returns table (role text, agency text, locales text[]) language sql immutable as $$
    select x ->> 'role', x ->> 'agency',
           case when x ? 'locales' then array(select distinct l from jsonb_array_elements_text(x -> 'locales') l order by 1) end
    from jsonb_array_elements(list) x
$$;

-- Replace somebody's grants. What changes has to be within what the asker may give.
create or replace function grants_set(who jsonb, wanted bigint, list jsonb) returns void language plpgsql as $$
declare
    wrong text;
begin
    select case when not exists (select from role r where r.id = n.role) then n.role
                when n.agency is not null and not exists (select from agency y where y.id = n.agency) then n.agency
                else (select l from unnest(n.locales) l where l not in (select tag from locale) limit 1) end as name into wrong
    from grants_rows(list) n order by name nulls last limit 1;
    perform must(wrong is null, 'unknown', jsonb_build_object('field', 'grants', 'detail', wrong));
    perform must(not exists (select from grants_rows(list) n group by n.role, n.agency
                             having count(*) > 1 or min(cardinality(n.locales)) = 0), 'invalid', '{"field": "grants"}');
    perform must(not exists (
        select from ((select g.role, g.agency, g.locales from role_grant g where g.account = wanted
                      except select * from grants_rows(list))
                     union all
                     (select * from grants_rows(list)
                      except select g.role, g.agency, g.locales from role_grant g where g.account = wanted)) changed
        where not may_grant(who, changed.role, changed.agency, changed.locales)), 'beyond');
    delete from role_grant g where g.account = wanted;
    insert into role_grant (account, role, agency, locales) select wanted, n.* from grants_rows(list) n;
end $$;

-- ---- people --------------------------------------------------------------------------------------

-- Refuses those who manage nobody, before something costly is done for them.
create or replace function people_may(who jsonb, a jsonb) returns jsonb language plpgsql as $$
begin
    perform must(is_operator(who) or (jsonb_typeof(who -> 'scopes') is distinct from 'array' or who -> 'scopes' ? 'people')
        and exists (select from role_grant g join role_action r on r.role = g.role and r.action = 'people'
                    where g.account = (who ->> 'account')::bigint), 'forbidden');
    return '{}';
end $$;

-- a: agency, after (a name), limit. Those whom the asker may manage, in Vietnamese order: names of
-- accounts are of no language, and the order of all other letters in it is Unicode's own.
create or replace function person_list(who jsonb, a jsonb) returns jsonb language plpgsql as $$
begin
    perform people_may(who, a);
    return (select jsonb_build_object('items', coalesce(jsonb_agg(person_json(x.id) order by x.name collate "vi-x-icu"), '[]'),
            'next', case when count(*) = (a ->> 'limit')::int then max(x.name collate "vi-x-icu") end)
        from (select c.id, c.name from account c
              where may_manage(who, c.agency)
                and (not a ? 'agency' or c.agency = a ->> 'agency')
                and (not a ? 'after' or c.name collate "vi-x-icu" > a ->> 'after')
              order by c.name collate "vi-x-icu" limit (a ->> 'limit')::int) x);
end $$;

create or replace function person_get(who jsonb, a jsonb) returns jsonb language plpgsql as $$
begin
    return person_json((person_for(who, a ->> 'name', false)).id);
end $$;

-- a: name, skeletons (handle_skeletons), agency, password (its hash), grants. Without an agency:
-- that of an asker who manages only one's people.
create or replace function person_add(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    had boolean := people_begin();
    wanted_agency text := coalesce(a ->> 'agency', case when not may_manage(who, null)
        then (select c.agency from account c where c.id = (who ->> 'account')::bigint) end);
    twin text;
    made bigint;
begin
    perform must(may_manage(who, wanted_agency), 'forbidden');
    perform article_check(jsonb_build_object('agency', wanted_agency));
    perform must(not exists (select from account c where c.name = a ->> 'name'), 'name_taken', '{"field": "name"}');
    select c.name into twin from account c
    where c.skeletons && array(select jsonb_array_elements_text(a -> 'skeletons')) limit 1;
    perform must(twin is null, 'name_alike', jsonb_build_object('field', 'name', 'detail', twin));
    insert into account (name, skeletons, agency, password)
    values (a ->> 'name', array(select jsonb_array_elements_text(a -> 'skeletons')), wanted_agency, a ->> 'password')
    returning id into made;
    perform grants_set(who, made, coalesce(a -> 'grants', '[]'));
    perform people_end(had);
    perform audit_append(who, 'person_add', 'account:' || (a ->> 'name'), null, null, person_json(made));
    return person_json(made);
end $$;

-- a: name, grants.
create or replace function person_grants(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    had boolean := people_begin();
    x account := person_for(who, a ->> 'name', false);
    was jsonb := grants_json(x.id);
begin
    perform grants_set(who, x.id, a -> 'grants');
    perform people_end(had);
    perform audit_append(who, 'person_grants', 'account:' || x.name, null, was, grants_json(x.id));
    return person_json(x.id);
end $$;

create or replace function person_able(who jsonb, a jsonb, able boolean) returns jsonb language plpgsql as $$
declare
    had boolean := people_begin();
    x account := person_for(who, a ->> 'name', true);
begin
    if able = (x.disabled_at is null) then
        return person_json(x.id);
    end if;
    update account c set disabled_at = case when not able then now() end where c.id = x.id;
    perform people_end(had);
    perform sessions_end(x.id, null);
    perform audit_append(who, case when able then 'person_enable' else 'person_disable' end, 'account:' || x.name, null, null, null);
    return person_json(x.id);
end $$;

create or replace function person_disable(who jsonb, a jsonb) returns jsonb language sql as 'select person_able(who, a, false)';
create or replace function person_enable(who jsonb, a jsonb) returns jsonb language sql as 'select person_able(who, a, true)';

-- a: name, password (its hash; absent: none, so that tokens remain). Ends the sessions.
create or replace function person_password(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    had boolean := people_begin();
    x account := person_for(who, a ->> 'name', true);
begin
    update account c set password = a ->> 'password' where c.id = x.id;
    perform sessions_end(x.id, null);
    perform sign_in_forget(x.id);
    perform audit_append(who, 'person_password', 'account:' || x.name, null, null, null);
    return person_json(x.id);
end $$;

-- ---- oneself -------------------------------------------------------------------------------------

-- Who asks, what they may, and how far the token they use lets them.
create or replace function me_get(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    c account%rowtype;
begin
    select * into c from account x where x.id = (who ->> 'account')::bigint;
    perform must(found, 'forbidden');
    return person_json(c.id) - 'disabled_at' || jsonb_build_object(
        'actions', (select coalesce(jsonb_agg(distinct r.action order by r.action), '[]')
                    from role_grant g join role_action r on r.role = g.role
                    where g.account = c.id and (jsonb_typeof(who -> 'scopes') is distinct from 'array' or who -> 'scopes' ? r.action)),
        'token', (select token_json(t) from token t where t.prefix = who ->> 'token'));
end $$;

-- a: was (the hash that the present password was checked against), password. The other sessions end.
create or replace function me_password(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    c account%rowtype;
begin
    update account x set password = a ->> 'password'
    where x.id = (who ->> 'account')::bigint and x.password = a ->> 'was' returning * into c;
    perform must(found, 'password_wrong', '{"field": "current"}'); -- it was changed in between
    perform sessions_end(c.id, who ->> 'token');
    perform sign_in_succeed(c.name, who ->> 'origin');
    perform audit_append(who, 'me_password', 'account:' || c.name, null, null, null);
    return me_get(who, a);
end $$;

-- ---- tokens --------------------------------------------------------------------------------------

create or replace function token_json(t token) returns jsonb language sql stable as $$
    select jsonb_build_object('prefix', t.prefix, 'kind', t.kind, 'label', t.label, 'scopes', t.scopes,
        'created_at', utc_text(t.created_at), 'expires_at', utc_text(t.expires_at), 'revoked_at', utc_text(t.revoked_at),
        'state', case when t.revoked_at is not null then 'revoked' when t.expires_at <= now() then 'expired' else 'valid' end)
$$;

create or replace function sessions_end(wanted bigint, but text) returns void language sql as $$
    update token t set revoked_at = now()
    where t.account = wanted and t.kind = 'session' and t.revoked_at is null and t.prefix is distinct from but
$$;

-- Whose tokens: of the name in a, or one's own.
create or replace function token_owner(who jsonb, a jsonb, whole boolean) returns account language plpgsql as $$
declare
    x account%rowtype;
begin
    if a ? 'name' then
        return person_for(who, a ->> 'name', whole);
    end if;
    select * into x from account c where c.id = (who ->> 'account')::bigint;
    perform must(found, 'forbidden');
    return x;
end $$;

-- a: name (else oneself). The operator without a name: everybody's.
create or replace function token_list(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    x account%rowtype;
begin
    if a ? 'name' or not is_operator(who) then
        x := token_owner(who, a, false);
    end if;
    return jsonb_build_object('items', (select coalesce(jsonb_agg(token_json(t) || case when x.id is null
                then jsonb_build_object('name', c.name) else '{}' end order by t.created_at, t.id), '[]')
        from token t join account c on c.id = t.account where x.id is null or t.account = x.id));
end $$;

-- a: prefix, hash, label, scopes, days, name (the operator only). A token makes none that may do
-- more, or lasts longer, than it does itself; signing in with the password allows all.
create or replace function token_make(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    x account%rowtype;
    maker token%rowtype;
    made token%rowtype;
    wrong text;
begin
    perform must(is_operator(who) or not a ? 'name', 'forbidden');
    x := token_owner(who, a, false);
    perform from account c where c.id = x.id for update; -- counted and made by one at a time
    select s into wrong from jsonb_array_elements_text(coalesce(a -> 'scopes', '[]')) s
    where s <> 'move' and s not in (select action from role_action) limit 1;
    perform must(wrong is null, 'unknown', jsonb_build_object('field', 'scopes', 'detail', wrong));
    select * into maker from token t where t.prefix = who ->> 'token';
    made.scopes := case when a ? 'scopes' then array(select distinct s from jsonb_array_elements_text(a -> 'scopes') s order by 1)
                        else maker.scopes end;
    made.expires_at := now() + (a ->> 'days')::int * interval '1 day';
    perform must(maker.scopes is null or made.scopes <@ maker.scopes, 'beyond', '{"field": "scopes"}');
    if maker.kind = 'token' and maker.expires_at is not null then
        made.expires_at := least(made.expires_at, maker.expires_at);
    end if;
    perform must((select count(*) < 100 from token t where t.account = x.id and t.kind = 'token'
                  and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())), 'tokens_many', '{"detail": "100"}');
    insert into token (account, prefix, hash, label, scopes, expires_at)
    values (x.id, a ->> 'prefix', decode(a ->> 'hash', 'hex'), coalesce(a ->> 'label', ''), made.scopes, made.expires_at)
    returning * into made;
    perform audit_append(who, 'token_make', 'account:' || x.name, null, null, token_json(made));
    return token_json(made);
end $$;

-- a: prefix, name (else oneself; the operator needs none).
create or replace function token_revoke(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    x account%rowtype;
    t token%rowtype;
    was token%rowtype;
begin
    if a ? 'name' or not is_operator(who) then
        x := token_owner(who, a, true);
    end if;
    select * into was from token y where y.prefix = a ->> 'prefix' and (x.id is null or y.account = x.id) for update;
    perform must(found, 'not_found');
    if was.revoked_at is not null then
        return token_json(was);
    end if;
    update token y set revoked_at = now() where y.id = was.id returning * into t;
    perform audit_append(who, case t.kind when 'session' then 'session_end' else 'token_revoke' end,
        'account:' || (select c.name from account c where c.id = t.account), null, token_json(was), token_json(t));
    return token_json(t);
end $$;

-- End the session that asks.
create or replace function session_end(who jsonb, a jsonb) returns jsonb language plpgsql as $$
begin
    perform must(exists (select from token t where t.prefix = who ->> 'token' and t.kind = 'session'), 'not_found');
    return token_revoke(who, jsonb_build_object('prefix', who ->> 'token'));
end $$;

-- ---- signing in ----------------------------------------------------------------------------------

-- What an address counts as: of IPv6 the network of one customer.
create or replace function address_network(address text) returns text language sql immutable as $$
    select case family(address::inet) when 6 then network(set_masklen(address::inet, 64))::text else address end
$$;

-- Seconds to wait after so many failures: some are free, then twice as long each time, a minute at most.
create or replace function sign_in_wait(failures int, free int) returns int language sql immutable as $$
    select case when failures <= free then 0 else least(60, 2 ^ least(failures - free - 1, 6))::int end
$$;

-- What a try counts against. Where an account has signed in before, it has a count of its own, so
-- that strangers slow nobody down there. Elsewhere the account and the address count: five mistakes
-- on an account are free, and ten from an address, behind which there may be many people. Names
-- stand there as hashes: what people type into a form is not always their name.
create or replace function sign_in_counts(wanted text, address text) returns table (kind text, subject text, free int) language sql stable as $$
    with known as (
        select x.account from sign_in_address x join account c on c.id = x.account
        where c.name = wanted and x.address = address_network(sign_in_counts.address) and x.at > now() - interval '90 days')
    select 'known', known.account || '@' || address_network(sign_in_counts.address), 5 from known
    union all
    select v.* from (values ('account', encode(sha256(convert_to(wanted, 'UTF8')), 'hex'), 5),
                            ('address', address_network(sign_in_counts.address), 10)) v
    where not exists (select from known)
$$;

-- Somebody tries to sign in. wait: seconds until the next try is looked at, and then this one is
-- not. Else it is counted as a failure before its password is looked at, so that many at once gain
-- nothing, and sign_in_end() takes it back. known: the account has signed in there before. password: the hash to check; null when nobody is there,
-- or they have none, or may not come in.
create or replace function sign_in_begin(wanted text, address text, out wait int, out known boolean, out password text) language plpgsql as $$
begin
    -- Who has to wait waits without holding up the others.
    select ceil(extract(epoch from max(f.next_at) - clock_timestamp())) into wait
    from sign_in_counts(wanted, address) s join sign_in_failure f using (kind, subject);
    if wait > 0 then
        return;
    end if;
    delete from sign_in_failure f where (f.kind, f.subject) in
        (select x.kind, x.subject from sign_in_failure x where x.next_at < now() - interval '1 hour' limit 10 for update skip locked);
    insert into sign_in_failure (kind, subject, failures, next_at)
    select s.kind, s.subject, 0, clock_timestamp() from sign_in_counts(wanted, address) s order by s.kind
    on conflict do nothing;
    perform from sign_in_failure f join sign_in_counts(wanted, address) s using (kind, subject) order by f.kind for update of f;
    select ceil(extract(epoch from max(f.next_at) - clock_timestamp())) into wait
    from sign_in_counts(wanted, address) s join sign_in_failure f using (kind, subject);
    if wait > 0 then
        return;
    end if;
    wait := 0;
    known := exists (select from sign_in_counts(wanted, address) s where s.kind = 'known');
    update sign_in_failure f set failures = f.failures + 1,
        next_at = clock_timestamp() + sign_in_wait(f.failures + 1, s.free) * interval '1 second'
    from sign_in_counts(wanted, address) s where s.kind = f.kind and s.subject = f.subject;
    select c.password into password from account c where c.name = wanted and c.disabled_at is null;
end $$;

-- The password was right: what sign_in_begin() counted is taken back, and the address is known from
-- now on. What failed on the account is forgotten; of an address only this try, for somebody may
-- have an account and guess at others.
create or replace function sign_in_succeed(wanted text, address text) returns void language plpgsql as $$
declare
    owner bigint := (select c.id from account c where c.name = wanted);
    network text := address_network(address);
begin
    delete from sign_in_failure f using sign_in_counts(wanted, address) s
    where s.kind = f.kind and s.subject = f.subject and (f.kind <> 'address' or f.failures <= 1);
    update sign_in_failure f set failures = f.failures - 1, next_at = clock_timestamp()
    from sign_in_counts(wanted, address) s where s.kind = 'address' and f.kind = 'address' and f.subject = s.subject;
    insert into sign_in_address as x (account, address) values (owner, network)
    on conflict on constraint sign_in_address_pkey do update set at = now();
    delete from sign_in_address x where x.account = owner and x.address in
        (select y.address from sign_in_address y where y.account = owner order by y.at desc offset 20);
end $$;

-- Forget what failed: an administrator has given a new password.
create or replace function sign_in_forget(wanted bigint) returns void language sql as $$
    delete from sign_in_failure f using account c
    where c.id = wanted and (f.kind = 'account' and f.subject = encode(sha256(convert_to(c.name, 'UTF8')), 'hex')
                             or f.kind = 'known' and f.subject like c.id || '@%')
$$;

-- checked: the hash that the password was checked against; renewed: the same password under newer
-- parameters, or null. expires_at: null when the account was changed in between.
create or replace function sign_in_end(wanted text, checked text, renewed text, address text, prefix text, hash text,
                                       minutes int, out expires_at text) language plpgsql as $$
declare
    c account%rowtype;
    made token%rowtype;
begin
    select * into c from account x where x.name = wanted and x.password = checked and x.disabled_at is null for update;
    if not found then
        return;
    end if;
    perform sign_in_succeed(wanted, address);
    update account x set password = renewed where x.id = c.id and renewed is not null;
    delete from token t where t.account = c.id and t.kind = 'session' and t.expires_at < now() - interval '30 days';
    update token t set revoked_at = now() where t.id in
        (select y.id from token y where y.account = c.id and y.kind = 'session' and y.revoked_at is null and y.expires_at > now()
         order by y.id desc offset 49);
    insert into token (account, prefix, hash, kind, expires_at)
    values (c.id, sign_in_end.prefix, decode(sign_in_end.hash, 'hex'), 'session', now() + minutes * interval '1 minute')
    returning * into made;
    perform audit_append(jsonb_build_object('account', c.id, 'name', c.name, 'token', made.prefix, 'origin', address),
        'session_begin', 'account:' || c.name, null, null, token_json(made));
    expires_at := utc_text(made.expires_at);
end $$;
