-- $1: only of these articles (null: of all).
select article, province from article_province
where $1::text[] is null or article = any ($1)
order by article, position, province collate "C"
