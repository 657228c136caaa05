-- The newest revision of text ($1 article, $2 locale) for account $3; outcome: ok, not_found, forbidden.
select case when t.answer is null then 'not_found'
            when not account_may($3::bigint, (select a.agency from article a where a.id = $1)) then 'forbidden'
            else 'ok' end as outcome, t.answer::text
from (select text_source($1, $2) as answer) t
