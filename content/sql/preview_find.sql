-- What the link whose secret has the hash $1 (hexadecimal) shows, while it works.
select p.article, p.locale from preview p
where p.hash = decode($1, 'hex') and p.revoked_at is null and p.expires_at > now()
