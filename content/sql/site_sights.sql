-- The places of the gazetteer that the page of a unit names: what there is to see.
select id, kind, to_json(provinces) as provinces, names
from place
where kind in ('bay', 'island', 'archipelago', 'mountain', 'pass', 'lake', 'cave', 'park', 'site', 'town',
               'sea')
order by id collate "C"
