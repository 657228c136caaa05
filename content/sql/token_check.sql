-- Who a token ($1: hash, hexadecimal) speaks for, while it is valid.
select a.id, a.name, a.agency
from token t join account a on a.id = t.account
where t.hash = decode($1, 'hex') and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
