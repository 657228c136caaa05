-- The articles that the page of article $1 depends on: itself; of a unit's profile, which is shown
-- on the unit's page, all of the unit; and those that share an address with one of them.
with shown as (
    select a.id from article a where a.id = $1
    union
    select y.article from article a
    join article_province y on y.province =
        (select x.province from article_province x where x.article = a.id
         order by x.position, x.province collate "C" limit 1)
    where a.id = $1 and a.kind = 'profile'
)
select array(select id from shown
             union
             select n.article from shown s
             join edition e on e.article = s.id and e.state in ('live', 'withdrawn', 'draft')
             join edition n on n.slug = e.slug and n.state in ('live', 'withdrawn'))::text as articles
