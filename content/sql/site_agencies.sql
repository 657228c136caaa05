select id, names, url from agency order by id collate "C"
