-- What is looked for: texts by their words, words as they are known, and places by their names.

create extension if not exists pg_trgm;        -- words that are nearly the one asked for
create extension if not exists fuzzystrmatch;  -- and how far they are from it

-- The lexemes of a text wait in its edition (content/search_index.h makes them) until it is published.
drop index edition_search;
alter table edition
    drop column words_found,
    add search_title tsvector not null default '';

drop function if exists draft_save(jsonb, text, text, int, jsonb, jsonb);
drop function if exists import_text(jsonb, jsonb, int, jsonb, jsonb);
drop function if exists html_store(bigint, jsonb, jsonb);
drop function if exists search_vector(jsonb);

-- One row for every live text: what search reads, and nothing else. A row is narrow, so that counting
-- matches reads few pages; what is long stands aside.
create table search_text (
    article      text not null references article on delete cascade,
    locale       text not null references locale,
    edition      bigint not null references edition on delete cascade,
    kind         text not null,
    topic        text,
    agency       text,
    provinces    text[] not null default '{}',
    published_at timestamptz not null,  -- of this text
    year         int not null,          -- of the article's first publication, in Viet Nam
    title        tsvector not null,
    vector       tsvector compression lz4 not null, -- the title too
    primary key (article, locale)
);
alter table search_text alter vector set storage external; -- ranking reads it again and again
create index search_text_vector on search_text using gin (vector);
create index search_text_title on search_text using gin (title);
create index search_text_recent on search_text (locale, published_at desc, article);

-- How many live texts of a language hold a word, without marks; the empty word counts the texts.
-- Learnt from search_delta a little later than a text is published.
create table search_word (
    locale text not null references locale,
    word   text not null,
    texts  int not null,
    primary key (locale, word)
);
create index search_word_like on search_word using gin (word gin_trgm_ops);
create table search_delta (
    id     bigint generated always as identity primary key,
    locale text not null,
    texts  int not null,                -- 1: one more text holds these words; -1: one less
    words  text[] compression lz4 not null -- the empty one too, when the text is new or gone
);

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
    folded   text not null,             -- how a query says it (search_key())
    former   boolean not null,
    position int not null,
    query    tsquery not null,          -- what a text has that names it
    primary key (place, locale, name)
);
create table place_lexeme (             -- no text has a name's query without one of these
    lexeme text not null,
    place  text not null,
    locale text not null,
    name   text not null,
    primary key (lexeme, place, locale, name),
    foreign key (place, locale, name) references place_name on delete cascade
);
create index on place_lexeme (place, locale, name);
create index place_name_folded on place_name (folded text_pattern_ops);
create index place_name_closed on place_name (replace(folded, ' ', '')); -- "sapa" is Sa Pa
create index place_provinces on place using gin (provinces);
alter table change drop constraint change_kind_check, add constraint change_kind_check check
    (kind in ('publish', 'update', 'withdraw', 'province', 'topic', 'agency', 'media', 'place'));

-- What is live is found by the words it was found by, until it is rendered again.
insert into search_text (article, locale, edition, kind, topic, agency, provinces, published_at, year, title, vector)
select e.article, e.locale, e.id, a.kind, a.topic, a.agency,
       array(select p.province from article_province p where p.article = a.id order by p.position, p.province),
       e.published_at, extract(year from a.published_at at time zone 'Asia/Ho_Chi_Minh'),
       ts_filter(e.search, '{a,c}'), e.search
from edition e join article a on a.id = e.article where e.state = 'live';
insert into search_delta (locale, texts, words)
select t.locale, 1, array(select w from unnest(array_prepend('', tsvector_to_array(t.vector))) w where w !~ '^[=~+@]' and length(w) <= 40)
from search_text t;
update edition set search = '' where search <> '';
