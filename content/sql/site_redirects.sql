select article, locale, slug from redirect order by locale, slug collate "C"
