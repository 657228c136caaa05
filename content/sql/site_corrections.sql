-- What was put right in the texts that readers can see, the newest first of each.
select p.article, p.locale, p.version, p.reason, p.note, extract(epoch from p.at)::bigint as at
from publication p
where p.kind = 'correction'
order by p.article collate "C", p.locale, p.version desc
