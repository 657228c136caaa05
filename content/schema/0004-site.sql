-- What the site shows besides texts, units and topics.

-- ---- agencies ------------------------------------------------------------------------------------

alter table agency
    add about    jsonb not null default '{}', -- {"vi": "...", "en": "..."}
    add contacts jsonb not null default '{}'; -- email, phone, address {locale: line}, languages [locale]

-- ---- front pages ---------------------------------------------------------------------------------

-- What an editor has composed for the readers of a language (content/front.h). It names what it
-- shows by id, and what is gone is passed over: nothing has to be there.
create table front (
    locale      text primary key references locale,
    revision    int not null,           -- counts its changes, from 1
    composition jsonb,                  -- null: it was taken away
    imported    jsonb                   -- as the last import gave it
);
alter table change drop constraint change_kind_check, add constraint change_kind_check check
    (kind in ('publish', 'update', 'withdraw', 'province', 'topic', 'agency', 'media', 'place', 'front'));
