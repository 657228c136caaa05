-- What the portal publishes. Text keys are the public identifiers; all text is NFC (checked in C
-- before it comes here, and again by the checks below).

create table locale (
    tag text primary key                -- the registry's tags; `sen migrate` keeps them in step
);

create table agency (
    id    text primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(id) <= 80),
    names jsonb not null,               -- {"vi": "...", "en": "..."}
    url   text
);

create table topic (
    id       text primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(id) <= 80),
    names    jsonb not null,
    position int not null default 0
);

-- A unit that exists or existed. Everything that can change about it is a dated fact.
create table province (
    id         text primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(id) <= 80),
    aliases    text[] not null default '{}', -- slugs of former names: they lead to the unit too
    valid_from date,                    -- null: since before our data
    valid_to   date                     -- the first day it was no more; null: it exists
);

create table province_fact (
    province   text not null references province on delete cascade,
    attribute  text not null check (attribute in
        ('name', 'type', 'admin_centre', 'area_km2', 'population', 'code', 'iso_3166_2')),
    locale     text references locale,  -- of a name; null for the rest
    value      text not null,
    valid_from date,
    valid_to   date,
    label      text,                    -- how a figure was made: 'resolution figure, 2025'
    source     text not null,
    unique nulls not distinct (province, attribute, locale, valid_from)
);

create table province_succession (
    predecessor text not null references province on delete cascade,
    successor   text not null references province on delete cascade,
    since       date not null,
    source      text not null,
    primary key (predecessor, successor)
);
create index on province_succession (successor);
create index on province using gin (aliases);

create table media (
    id         text primary key check (length(id) between 1 and 100),
    type       text not null check (type in ('image/png', 'image/jpeg', 'image/svg+xml')),
    file       text not null,           -- name below SEN_HOME/media
    bytes      bigint not null,
    width      int not null,
    height     int not null,
    credit     text not null,
    licence    text not null,
    alt        jsonb not null default '{}',
    created_at timestamptz not null default now()
);

create table article (
    id            text primary key check (length(id) between 1 and 200),
    kind          text not null,
    source_locale text not null references locale,
    agency        text references agency,
    topic         text references topic,
    imported      jsonb not null default '{}', -- kind, topic, ... as the last import gave them
    published_at  timestamptz,          -- first publication in any language; never moves
    created_at    timestamptz not null default now()
);
create index on article (topic);
create index on article (agency);

create table article_province (
    article  text not null references article on delete cascade,
    province text not null references province,
    position int not null default 0,
    primary key (article, province)
);
create index on article_province (province);

-- One row for every saved state of a text in one language. A save never overwrites: the draft that
-- was there becomes 'superseded', so the history is complete.
create table edition (
    id             bigint generated always as identity primary key,
    article        text not null references article on delete cascade,
    locale         text not null references locale,
    revision       int not null,        -- counts the saves of this text, from 1
    version        int,                 -- counts its publications, from 1; null: never published
    state          text not null check (state in ('draft', 'live', 'withdrawn', 'superseded')),
    slug           text not null check (length(slug) between 1 and 200),
    title          text not null check (length(title) between 1 and 500),
    summary        text not null default '',
    body           text compression lz4 not null, -- Markdown
    html           text compression lz4 not null, -- the body as `renderer` made it, safe to show
    toc            jsonb not null default '[]',
    renderer       int not null,
    words          int not null default 0,
    author         text,
    licence        text,
    sources        jsonb not null default '[]',
    image          jsonb,               -- {"media": id, "alt": text in this language}
    method         text not null default 'person'
                   check (method in ('person', 'machine', 'machine-person')),
    proofread      boolean not null default false,
    source_edition bigint references edition, -- of a translation: what it was made from
    source_version int,                 -- and its version: known even where that edition is not
    digest         bytea,               -- BLAKE2b-256 of what the writer gave (item_digest)
    search         tsvector compression lz4 not null default '',
    skeleton       text not null,       -- of the slug: twins that look alike are one
    notice         text,                -- of a withdrawal: the public reason
    created_at     timestamptz not null default now(),
    published_at   timestamptz,         -- this text's first publication
    updated_at     timestamptz,         -- this version's publication
    unique (article, locale, revision)
);
create unique index edition_draft on edition (article, locale) where state = 'draft';
create unique index edition_public on edition (article, locale) where state in ('live', 'withdrawn');
create unique index edition_slug on edition (locale, skeleton) where state in ('live', 'withdrawn');
create index edition_slug_lookup on edition (slug) where state in ('live', 'withdrawn');
create index edition_search on edition using gin (search) where state = 'live';
create index edition_recent on edition (locale, published_at desc, article) where state = 'live';

-- Slugs that once led to a text lead there for ever.
create table redirect (
    locale  text not null references locale,
    slug    text not null,
    article text not null references article on delete cascade,
    primary key (locale, slug)
);

-- The spine. One row for every write that readers can see, in the transaction that makes it.
create table change (
    seq      bigint primary key,
    at       timestamptz not null default clock_timestamp(),
    kind     text not null check (kind in
             ('publish', 'update', 'withdraw', 'province', 'topic', 'agency', 'media')),
    subject  text not null,             -- id of the article, province, topic, agency or medium
    locale   text,
    version  int,
    tags     text[] not null            -- what shows it: response caches and pages
);
create table change_head (
    only_row boolean primary key default true check (only_row),
    seq      bigint not null
);
insert into change_head (seq) values (0);

-- How far each follower of the change log has come.
create table follower (
    name text primary key,
    seq  bigint not null
);

create table account (
    id         bigint generated always as identity primary key,
    name       text not null unique check (length(name) between 1 and 100),
    agency     text references agency,
    created_at timestamptz not null default now()
);

create table token (
    id         bigint generated always as identity primary key,
    account    bigint not null references account on delete cascade,
    prefix     text not null unique,    -- what people may see of it
    hash       bytea not null unique,   -- BLAKE2b-256 of the whole token
    label      text not null default '',
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz
);

-- Answers already given to a create, so that a repeat gets the same one.
create table idempotency (
    account    bigint not null references account on delete cascade,
    key        text not null,
    request    bytea not null,          -- BLAKE2b-256 of method, path and body
    answer     jsonb not null,
    created_at timestamptz not null default now(),
    primary key (account, key)
);
