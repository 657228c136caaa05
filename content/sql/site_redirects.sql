-- Earlier addresses; $1: only of these articles (null: of all). Those of a text that vanished lead
-- nowhere.
select r.article, r.locale, r.slug
from redirect r
where ($1::text[] is null or r.article = any ($1))
  and not exists (select from edition e
                  where e.article = r.article and e.locale = r.locale and e.state = 'removed')
order by r.locale, r.slug collate "C"
