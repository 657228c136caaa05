select glossary_record(id) as line from glossary order by id collate "C"
