select id, type, file, width, height, credit, licence, alt from media
