-- Every address of the texts that may not be shown for reasons of law.
select e.slug from edition e where e.state = 'removed' and e.withdrawn_as = 451
union
select r.slug from edition e join redirect r on r.article = e.article and r.locale = e.locale
where e.state = 'removed' and e.withdrawn_as = 451
