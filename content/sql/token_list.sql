select t.prefix, a.name, t.label, utc_text(t.created_at) as created_at,
       utc_text(t.expires_at) as expires_at,
       case when t.revoked_at is not null then 'revoked'
            when t.expires_at <= now() then 'expired' else 'valid' end as state
from token t join account a on a.id = t.account order by t.created_at, t.id
