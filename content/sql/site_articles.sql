select id, kind, source_locale, agency, topic from article
