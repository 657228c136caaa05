select media_record(id) as line from media order by id collate "C"
