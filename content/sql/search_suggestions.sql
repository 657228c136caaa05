-- $1 search_query_json(), $2 the reader's language and those that stand in for it, $3 how many.
select ($2::text[])[1] as locale, 'articles provinces places' as tags,
    coalesce(json_agg(json_build_object('kind', s.kind, 'id', s.id, 'text', s.name, 'path', s.path, 'locale', s.locale)), '[]')::text as items
from search_suggest($1::jsonb, $2::text[], $3::int) s
