-- Pictures.
select id, file, width, height, credit, licence from media where type like 'image/%' order by id collate "C"
