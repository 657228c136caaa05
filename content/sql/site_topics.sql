select id, names from topic order by position, id collate "C"
