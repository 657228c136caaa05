select id, type, file, bytes, width, height, duration, credit, licence, alt,
       nullif(captions, '{}') as captions
from media
