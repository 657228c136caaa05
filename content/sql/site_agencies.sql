select id, names, url, about, contacts from agency order by id collate "C"
