select id, to_char(valid_from, 'YYYY-MM-DD') as valid_from, to_char(valid_to, 'YYYY-MM-DD') as valid_to,
       to_json(aliases) as aliases
from province order by id collate "C"
