select article, province from article_province
order by article, position, province collate "C"
