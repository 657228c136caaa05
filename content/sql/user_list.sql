select a.name, a.agency, utc_text(a.created_at) as created_at,
       count(t.id) filter (where t.revoked_at is null
                           and (t.expires_at is null or t.expires_at > now())) as tokens
from account a left join token t on t.account = a.id
group by a.id order by a.name
