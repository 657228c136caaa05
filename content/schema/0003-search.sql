-- What is looked for: places by their names.

-- The gazetteer: what a place is called in each language.
create table place (
    id        text primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(id) <= 80),
    kind      text not null check (kind in ('unit', 'city', 'town', 'island', 'archipelago', 'bay', 'river', 'mountain',
                  'pass', 'lake', 'cave', 'park', 'site', 'region', 'sea')),
    provinces text[] not null default '{}', -- of today, where it lies; of a unit: none, its id is the unit's
    names     jsonb not null,           -- {"vi": ["Hà Nội"], "en": ["Hanoi", "Ha Noi"]}, the preferred first
    former    jsonb not null default '{}', -- names it had
    source    text not null
);
create table place_name (
    place    text not null references place on delete cascade,
    locale   text not null references locale,
    name     text not null,
    folded   text not null,             -- how a query says it (search_name_key())
    former   boolean not null,
    position int not null,
    query    tsquery not null default '', -- what a text has that names it
    primary key (place, locale, name)
);
create index place_name_folded on place_name (folded text_pattern_ops);
create index place_provinces on place using gin (provinces);
alter table change drop constraint change_kind_check, add constraint change_kind_check check
    (kind in ('publish', 'update', 'withdraw', 'province', 'topic', 'agency', 'media', 'place'));
