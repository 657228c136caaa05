-- What the site shows besides texts, units and topics.

-- ---- agencies ------------------------------------------------------------------------------------

alter table agency
    add about    jsonb not null default '{}', -- {"vi": "...", "en": "..."}
    add contacts jsonb not null default '{}'; -- email, phone, address {locale: line}, languages [locale]
