select html_store($1::bigint, $2::jsonb) as changed
