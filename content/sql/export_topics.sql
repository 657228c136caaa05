select topic_record(id) as line from topic order by id collate "C"
