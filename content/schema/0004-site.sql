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

-- ---- kinds and recordings ------------------------------------------------------------------------

-- Until now any word was a kind. What no page knows how to show becomes what it was shown as.
update article set kind = 'feature' where kind not in
    ('news', 'feature', 'photo-essay', 'video', 'audio', 'interview', 'statement', 'profile');
update search_text set kind = 'feature' where kind not in
    ('news', 'feature', 'photo-essay', 'video', 'audio', 'interview', 'statement', 'profile');
alter table article add constraint article_kind_check check (kind in
    ('news', 'feature', 'photo-essay', 'video', 'audio', 'interview', 'statement', 'profile'));

-- Video and audio. Of audio, width and height are 0.
alter table media
    drop constraint media_type_check,
    add constraint media_type_check check (type in ('image/png', 'image/jpeg', 'image/svg+xml',
        'video/mp4', 'video/webm', 'audio/mpeg', 'audio/ogg', 'audio/mp4')),
    add column duration int check (duration between 1 and 86400), -- seconds
    add column captions jsonb not null default '{}'; -- {"vi": file below SEN_HOME/media}
alter table article add column recording text references media;

-- ---- provinces -----------------------------------------------------------------------------------

-- The socio-economic region is a dated fact; where a unit lies is not.
alter table province_fact
    drop constraint province_fact_attribute_check,
    add constraint province_fact_attribute_check check (attribute in
        ('name', 'type', 'admin_centre', 'area_km2', 'population', 'code', 'iso_3166_2', 'region'));
alter table province
    add neighbours text[] not null default '{}', -- units it borders on; each names the other
    add borders    text[] not null default '{}', -- countries it borders on by land: ISO 3166-1
    add tile       jsonb;                        -- its place on the map of tiles, and its islands'
