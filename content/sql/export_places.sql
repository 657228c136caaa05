select place_record(id) as line from place order by id collate "C"
