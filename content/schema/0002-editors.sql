-- People who edit, what they may do, and what becomes of a text on its way to its readers.

-- ---- people --------------------------------------------------------------------------------------

create table role (
    id       text primary key,
    position int not null
);
create table role_action (
    role   text not null references role,
    action text not null,
    primary key (role, action)
);
insert into role (id, position) values
    ('author', 1), ('translator', 2), ('proofreader', 3), ('editor', 4), ('publisher', 5), ('administrator', 6);
-- read: drafts, sources, histories, comments, coverage. write: texts in the language an article is
-- first written in; translate: in any other. Moving a text on is the workflow's, below.
insert into role_action (role, action)
select r, a from (values
    ('author',        '{read,create,write,comment,preview,media}'),
    ('translator',    '{read,translate,comment,preview}'),
    ('proofreader',   '{read,write,translate,comment,preview}'),
    ('editor',        '{read,create,write,translate,comment,assign,preview,media,glossary}'),
    ('publisher',     '{read,comment,assign,preview,publish}'),
    ('administrator', '{read,create,write,translate,comment,assign,preview,media,glossary,publish,people,audit,workflow}')
) v (r, l), unnest(l::text[]) a;

alter table account
    add password    text,               -- Argon2id as libsodium writes it; null: tokens only
    add skeletons   text[] not null default '{}', -- of the name: twins that look alike are one
    add disabled_at timestamptz;

-- What somebody may do, for an agency and a set of languages.
create table role_grant (
    id      bigint generated always as identity primary key,
    account bigint not null references account on delete cascade,
    role    text not null references role,
    agency  text references agency,     -- null: every agency, and articles that have none
    locales text[],                     -- null: every language
    unique nulls not distinct (account, role, agency)
);
-- Who could write before there were roles still can.
insert into role_grant (account, role, agency)
select a.id, r.id, a.agency from account a cross join role r where r.id <> 'administrator';

alter table token
    add kind    text not null default 'token' check (kind in ('token', 'session')),
    add scopes  text[];                 -- actions it is good for; null: all that its owner may do

-- Sign-ins that failed, so that the next has to wait (see sign_in_counts).
create table sign_in_failure (
    kind     text not null check (kind in ('known', 'account', 'address')),
    subject  text not null,
    failures int not null,
    next_at  timestamptz not null,
    primary key (kind, subject)
);
create index on sign_in_failure (next_at);
-- Where an account has signed in from: strangers' failures do not slow it down there.
create table sign_in_address (
    account bigint not null references account on delete cascade,
    address text not null,
    at      timestamptz not null default now(),
    primary key (account, address)
);

-- Every write, in the order of the commits. hash is SHA-256 of the hash before it and of
-- audit_line(); nothing is ever changed or removed (see the triggers).
create table audit (
    seq     bigint primary key,
    at      timestamptz not null,
    name    text,                       -- who; null: the program itself
    token   text,                       -- the prefix of the token they used
    origin  text not null,              -- an address, or 'command'
    action  text not null,
    subject text not null,              -- 'article:tea', 'account:ann'
    locale  text,
    before  jsonb,
    after   jsonb,
    hash    bytea not null
);
create index on audit (subject, seq);
create index on audit (name, seq);
create table audit_head (
    only_row boolean primary key default true check (only_row),
    seq      bigint not null,
    hash     bytea not null
);
insert into audit_head (seq, hash) values (0, '');
create function audit_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function audit_refuse();

-- ---- workflow ------------------------------------------------------------------------------------

create table stage (
    id       text primary key check (id ~ '^[a-z]+(-[a-z]+)*$' and length(id) <= 40),
    names    jsonb not null,
    position int not null
);
insert into stage (id, names, position) values
    ('draft',     '{"vi": "Bản nháp", "en": "Draft"}', 1),
    ('edited',    '{"vi": "Đã biên tập", "en": "Edited"}', 2),
    ('proofread', '{"vi": "Đã hiệu đính", "en": "Proofread"}', 3),
    ('approved',  '{"vi": "Đã duyệt", "en": "Approved"}', 4),
    ('published', '{"vi": "Đã xuất bản", "en": "Published"}', 5);

-- Who may move a text from one stage to another. An agency that has rows of its own uses only those.
create table workflow_move (
    agency     text references agency on delete cascade,
    from_stage text not null references stage,
    to_stage   text not null references stage,
    roles      text[] not null,
    by_writer  boolean not null default true, -- also who wrote the last change
    unique nulls not distinct (agency, from_stage, to_stage),
    check (from_stage <> to_stage and from_stage <> 'published')
);
insert into workflow_move (from_stage, to_stage, roles, by_writer) values
    ('draft',     'edited',    '{editor,administrator}', true),
    ('edited',    'proofread', '{proofreader,administrator}', true),
    ('proofread', 'approved',  '{publisher,administrator}', false),
    ('approved',  'published', '{publisher,administrator}', true),
    ('edited',    'draft',     '{editor,proofreader,publisher,administrator}', true),
    ('proofread', 'draft',     '{editor,proofreader,publisher,administrator}', true),
    ('approved',  'draft',     '{editor,proofreader,publisher,administrator}', true);

alter table article add embargo timestamptz; -- nothing of it is published before

alter table edition
    add writer       bigint references account on delete set null, -- null: an import
    add stage        text not null default 'draft' references stage,
    add words_found  jsonb compression lz4, -- of a draft: what search is made of when it is published
    add segments     jsonb compression lz4, -- what is translated one by one (render/segments.h)
    add major        int,               -- the version of the last change of significance up to this one
    add major_at     timestamptz,       -- and its time
    add withdrawal   text check (withdrawal in ('notice', 'gone', 'redirect', 'vanish')),
    add withdrawn_to text,              -- of a redirect: a path of the site or an https address
    add withdrawn_as int check (withdrawn_as in (404, 451)); -- of one that vanishes
update edition set major = version, major_at = updated_at where version is not null;
update edition set withdrawal = 'notice' where state = 'withdrawn';
alter table edition drop constraint edition_state_check;
alter table edition add constraint edition_state_check -- removed: it vanished, and readers see no trace
    check (state in ('draft', 'live', 'withdrawn', 'removed', 'superseded'));
create unique index edition_removed on edition (article, locale) where state = 'removed';
create index edition_waiting on edition (stage, article) where state = 'draft';

-- The public history of a text: one row a version.
create table publication (
    article text not null references article on delete cascade,
    locale  text not null references locale,
    version int not null,
    at      timestamptz not null,
    kind    text not null check (kind in
            ('first', 'major', 'minor', 'correction', 'withdrawal', 'restoration')),
    note    text,                       -- for readers: what changed; of a correction what was wrong
    reason  text check (reason in ('fact', 'figure', 'name', 'quotation', 'translation', 'attribution',
                                   'picture', 'law', 'other')),
    edition bigint references edition,
    primary key (article, locale, version)
);
insert into publication (article, locale, version, at, kind, note, edition)
select e.article, e.locale, e.version, coalesce(e.updated_at, e.created_at),
       case when e.state = 'withdrawn' then 'withdrawal'
            when e.version = min(e.version) over (partition by e.article, e.locale) then 'first'
            else 'major' end,
       case when e.state = 'withdrawn' then e.notice end, e.id
from edition e where e.version is not null
on conflict do nothing;

-- ---- going out together, or at a time ------------------------------------------------------------

-- Texts that go out all or none.
create table release (
    id           text primary key check (length(id) between 1 and 200),
    title        text not null,
    agency       text references agency,
    state        text not null default 'open' check (state in ('open', 'published', 'cancelled')),
    created_at   timestamptz not null default now(),
    published_at timestamptz
);
create table release_text (
    release text not null references release on delete cascade,
    article text not null references article on delete cascade,
    locale  text not null references locale,
    update  text not null default 'major' check (update in ('major', 'minor')),
    note    text,
    primary key (release, article, locale)
);
create index on release_text (article, locale);

create table schedule (
    id       bigint generated always as identity primary key,
    at       timestamptz not null,
    action   text not null check (action in ('publish', 'withdraw', 'release')),
    article  text references article on delete cascade,
    locale   text references locale,
    revision int,                       -- of a publication: only this one
    release  text references release on delete cascade,
    args     jsonb not null default '{}', -- what the action takes besides
    asked_by jsonb not null,            -- who asked for it, as ask() takes it
    state    text not null default 'waiting' check (state in ('waiting', 'done', 'failed', 'cancelled')),
    outcome  jsonb,                     -- why it failed, or what came of it
    done_at  timestamptz,
    created_at timestamptz not null default now()
);
create unique index on schedule (article, locale, action) where state = 'waiting' and release is null;
create unique index on schedule (release) where state = 'waiting';
create index on schedule (at) where state = 'waiting';

-- ---- talking about texts -------------------------------------------------------------------------

create table comment (
    id          bigint generated always as identity primary key,
    article     text not null references article on delete cascade,
    locale      text not null references locale,
    revision    int not null,           -- what it was said of; 0: before there was one
    account     bigint references account on delete set null,
    at          timestamptz not null default now(),
    text        text not null,
    resolved_by bigint references account on delete set null,
    resolved_at timestamptz
);
create index on comment (article, locale);

create table assignment (
    article text not null references article on delete cascade,
    locale  text not null references locale,
    account bigint not null references account on delete cascade,
    task    text not null check (task in ('write', 'translate', 'edit', 'proofread', 'approve', 'publish')),
    due     date,
    note    text,
    at      timestamptz not null default now(),
    primary key (article, locale, account, task)
);
create index on assignment (account);

-- ---- translating ---------------------------------------------------------------------------------

create extension if not exists pg_trgm;

-- What is called how in a language.
create table glossary (
    id            text primary key check (length(id) between 1 and 200),
    kind          text not null check (kind in ('place', 'office', 'title', 'term')),
    source_locale text not null references locale,
    source        text not null,
    locale        text not null references locale,
    preferred     text not null,
    allowed       text[] not null default '{}', -- other forms that are right
    forbidden     text[] not null default '{}', -- and forms that are not
    note          text,
    unique (source_locale, source, locale)
);
create index on glossary (locale);

-- Translation memory: pairs of segments as they were published.
create table memory (
    id            bigint generated always as identity primary key,
    source_locale text not null references locale,
    locale        text not null references locale,
    source        text not null,
    target        text not null,
    article       text,                 -- where the pair comes from; null: brought in
    at            timestamptz not null default now()
);
create unique index on memory (source_locale, locale, md5(source), md5(target));
create index on memory using gin (source gin_trgm_ops);
create index on memory using gin (source gin_trgm_ops) where length(source) <= 60;

-- ---- before publishing ---------------------------------------------------------------------------

-- What text_checks() looks for, and whether it stops a publication.
create table check_rule (
    id       text primary key,
    level    text not null check (level in ('blocking', 'advisory', 'off')),
    position int not null
);
insert into check_rule (id, level, position) values -- what harms readers stops it
    ('missing_alt', 'blocking', 1), ('dead_link', 'blocking', 2), ('bidi_control', 'blocking', 3),
    ('private_use', 'blocking', 4), ('not_nfc', 'blocking', 5),
    ('look_alike', 'advisory', 6), ('former_province', 'advisory', 7),
    ('glossary_forbidden', 'advisory', 8), ('glossary_unlisted', 'advisory', 9),
    ('translation_stale', 'advisory', 10), ('missing_source', 'advisory', 11),
    ('empty_summary', 'advisory', 12);

-- Links that show a draft as it will be published.
create table preview (
    id         bigint generated always as identity primary key,
    hash       bytea not null unique,   -- BLAKE2b-256 of the link's secret
    article    text not null references article on delete cascade,
    locale     text not null references locale,
    account    bigint references account on delete set null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index on preview (article, locale);

-- ---- what is replaced ----------------------------------------------------------------------------

drop function if exists account_may, article_create, text_save, text_publish, text_take_back,
    write_begin, idempotency_claim, idempotency_keep, idempotency_drop, draft_save, draft_publish,
    text_withdraw, import_text, html_store, translation_state, translation_json;
