select id, kind, source_locale, agency, topic, recording from article
