select html_store($1::bigint, jsonb_build_object('html', $2::text, 'toc', $3::jsonb,
                                                 'renderer', $4::int, 'words', $5::int),
                  search_vector($6, $7, $8, $9)) as changed
