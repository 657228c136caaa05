-- What was put right in the texts that readers can see, the newest first of each; $1: only of these
-- articles (null: of all).
select p.article, p.locale, p.version, p.reason, p.note, extract(epoch from p.at)::bigint as at
from publication p
where p.kind = 'correction' and ($1::text[] is null or p.article = any ($1))
order by p.article collate "C", p.locale, p.version desc
