-- Who a token ($1: hash, hexadecimal) speaks for, while it is valid.
select t.account as id
from token t
where t.hash = decode($1, 'hex') and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
