insert into token (account, prefix, hash, label, expires_at)
select a.id, $2, decode($3, 'hex'), $4, now() + $5::int * interval '1 day'
from account a where a.name = $1 returning utc_text(expires_at) as expires_at
