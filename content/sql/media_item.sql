-- The medium $1.
select 'media' as tags, extract(epoch from m.created_at)::bigint as modified, medium_json(m)::text as body
from media m where m.id = $1
