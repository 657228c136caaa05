-- Links that show a text as it will be published, to whoever has them. The secret is in the link
-- alone; here is its hash.

create or replace function preview_json(p preview) returns jsonb language sql stable as $$
    select jsonb_build_object('number', p.id, 'id', p.article, 'locale', p.locale,
        'by', (select x.name from account x where x.id = p.account),
        'created_at', utc_text(p.created_at), 'expires_at', utc_text(p.expires_at), 'revoked_at', utc_text(p.revoked_at))
$$;

-- a: id, locale, hours, hash (hexadecimal, of the secret). The answer says whether it is this
-- secret's: a repeat of the request brings another, which is good for nothing.
create or replace function preview_create(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'preview', a ->> 'locale');
    p preview%rowtype;
begin
    perform must((a ->> 'hours')::int between 1 and 336, 'invalid', '{"field": "hours"}');
    perform must(exists (select from edition e where e.article = about.id and e.locale = a ->> 'locale' and e.state in ('draft', 'live')), 'not_found');
    insert into preview (hash, article, locale, account, expires_at)
    values (decode(a ->> 'hash', 'hex'), about.id, a ->> 'locale', (who ->> 'account')::bigint,
            now() + make_interval(hours => (a ->> 'hours')::int))
    returning * into p;
    perform audit_append(who, 'preview_create', 'article:' || about.id, p.locale, null, preview_json(p));
    return preview_json(p) || jsonb_build_object('hash', a ->> 'hash');
end $$;

-- Those of a text that still work, the newest first. a: id, locale, limit.
create or replace function preview_list(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'preview', a ->> 'locale');
begin
    return (select jsonb_build_object('items', coalesce(jsonb_agg(preview_json(x) order by x.id desc), '[]'), 'next', null)
        from (select * from preview p
              where p.article = about.id and p.locale = a ->> 'locale' and p.revoked_at is null and p.expires_at > now()
              order by p.id desc limit (a ->> 'limit')::int) x);
end $$;

-- a: number.
create or replace function preview_revoke(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    before preview%rowtype;
    after preview%rowtype;
begin
    select * into before from preview p where p.id = (a ->> 'number')::bigint for update;
    perform must(found, 'not_found');
    perform article_for(who, before.article, 'preview', before.locale);
    if before.revoked_at is not null then
        return preview_json(before);
    end if;
    update preview p set revoked_at = now() where p.id = before.id returning * into after;
    perform audit_append(who, 'preview_revoke', 'article:' || after.article, after.locale, preview_json(before), preview_json(after));
    return preview_json(after);
end $$;
