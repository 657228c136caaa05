select predecessor, successor, to_char(since, 'YYYY-MM-DD') as since, source
from province_succession order by predecessor collate "C", successor collate "C"
