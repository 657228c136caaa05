-- Who a token ($1: hash, hexadecimal) speaks for, while it is valid; $2: the address it comes from.
select json_build_object('account', a.id, 'name', a.name, 'token', t.prefix, 'origin', $2::text,
                         'scopes', t.scopes)::text as who
from token t join account a on a.id = t.account
where t.hash = decode($1, 'hex') and t.revoked_at is null and a.disabled_at is null
  and (t.expires_at is null or t.expires_at > now())
