-- The medium $1.
select 'media' as tags, extract(epoch from m.created_at)::bigint as modified,
    json_build_object('id', m.id, 'type', m.type, 'src', '/media/' || m.file, 'bytes', m.bytes,
        'width', m.width, 'height', m.height, 'credit', m.credit, 'licence', m.licence,
        'alt', m.alt, 'created_at', utc_text(m.created_at))::text as body
from media m where m.id = $1
