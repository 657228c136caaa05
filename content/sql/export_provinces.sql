select province_record(id) as line from province order by id collate "C"
