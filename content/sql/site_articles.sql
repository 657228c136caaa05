-- $1: only these (null: all).
select id, kind, source_locale, agency, topic, recording from article
where $1::text[] is null or id = any ($1)
