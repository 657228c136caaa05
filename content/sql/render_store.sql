select html_store($1::bigint, jsonb_build_object('html', $2::text, 'toc', $3::jsonb,
                                                 'renderer', $4::int, 'words', $5::int,
                                                 'segments', $10::jsonb),
                  jsonb_build_object('title', $6::text, 'body', $7::text, 'title_folded', $8::text, 'body_folded', $9::text)) as changed
