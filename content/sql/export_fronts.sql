select front_record(locale) as line from front where composition is not null order by locale collate "C"
