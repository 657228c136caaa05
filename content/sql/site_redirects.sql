-- Earlier addresses. Those of a text that vanished lead nowhere.
select r.article, r.locale, r.slug
from redirect r
where not exists (select from edition e
                  where e.article = r.article and e.locale = r.locale and e.state = 'removed')
order by r.locale, r.slug collate "C"
