-- $1: the day. names, former: what the gazetteer calls it.
select p.id, to_char(p.valid_from, 'YYYY-MM-DD') as valid_from, to_char(p.valid_to, 'YYYY-MM-DD') as valid_to,
       to_json(p.aliases) as aliases, to_json(p.borders) as borders,
       json_build_object('neighbours', p.neighbours, 'tile', p.tile) as lies,
       n.names, g.former, g.source as names_source
from province p
left join place g on g.id = p.id and g.kind = 'unit'
left join unit_names(p.id, $1::date) n on true
order by p.id collate "C"
