select id, file, width, height, credit, licence from media order by id collate "C"
