select outcome, detail
from import_text($1::jsonb, $2::jsonb, $3::int, $4::jsonb,
                 jsonb_build_object('title', $5::text, 'body', $6::text, 'title_folded', $7::text, 'body_folded', $8::text))
