select agency_record(id) as line from agency order by id collate "C"
