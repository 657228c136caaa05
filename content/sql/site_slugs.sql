-- Every address that the articles $1 ever had, in any language.
select slug from edition where article = any($1::text[])
union
select slug from redirect where article = any($1::text[])
