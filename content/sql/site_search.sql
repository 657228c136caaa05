-- What the texts $2 of a language $1 are found by, in the order of that list.
select o.n, s.kind, s.topic, s.agency, s.year, to_json(s.provinces) as provinces,
       extract(epoch from s.published_at)::bigint as published, s.vector
from unnest($2::text[]) with ordinality o (article, n)
join search_text s on s.article = o.article and s.locale = $1
order by o.n
