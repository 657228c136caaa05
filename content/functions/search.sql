-- Search: what a text is found by, what words there are, and what is found.

-- ---- what is kept ---------------------------------------------------------------------------------

-- The places that a text names, as lexemes: '@ha-noi'. Names count in the text's own language, in
-- Vietnamese and in English, for those two stand in brackets everywhere.
create or replace function search_places(v tsvector, in_locale text) returns tsvector language plpgsql stable as $$
declare
    words text[];
begin
    v := v || ''; -- unpacked once, not for every name
    words := tsvector_to_array(v);
    return array_to_tsvector(array(select distinct '@' || n.place
        from unnest(words) w join place_lexeme l on l.lexeme = w and l.locale in (in_locale, 'vi', 'en')
        join place_name n on n.place = l.place and n.locale = l.locale and n.name = l.name
        where v @@ n.query));
end $$;

-- What of a text is counted: words, their stems and places; no pairs, nothing as written. And the empty
-- word, for the text itself.
create or replace function search_words(v tsvector) returns text[] language sql immutable as $$
    select array_prepend('', coalesce(array_agg(w), '{}')) from unnest(tsvector_to_array(v)) w
    where w !~ '^[=+]' and length(w) <= 40
$$;

-- Bring search up to date with what is live of a text. The lexemes move: the edition keeps none.
create or replace function search_keep(wanted text, in_locale text) returns void language plpgsql as $$
declare
    e edition%rowtype;
    had tsvector;
    has tsvector;
begin
    select * into e from edition x where x.article = wanted and x.locale = in_locale and x.state = 'live';
    delete from search_text s where s.article = wanted and s.locale = in_locale returning s.vector into had;
    if e.id is not null then
        has := e.search || ''::tsvector; -- in memory, where every name of a place looks at it
        has := has || search_places(has, in_locale);
        insert into search_text (article, locale, edition, kind, topic, agency, provinces, published_at, year, title, vector)
        select wanted, in_locale, e.id, a.kind, a.topic, a.agency,
               array(select p.province from article_province p where p.article = wanted order by p.position, p.province),
               e.published_at, extract(year from a.published_at at time zone 'Asia/Ho_Chi_Minh'), e.search_title, has
        from article a where a.id = wanted;
        update edition x set search = '', search_title = '' where x.id = e.id;
    end if;
    insert into search_delta (locale, texts, words)
    select in_locale, d.texts, search_words(d.vector) from (values (-1, had), (1, has)) d (texts, vector)
    where d.vector is not null;
end $$;

-- Bring search up to date with what is told of an article in all its languages.
create or replace function search_about(wanted text) returns void language sql as $$
    update search_text s set kind = a.kind, topic = a.topic, agency = a.agency, provinces = a.provinces, year = a.year
    from (select x.*, extract(year from x.published_at at time zone 'Asia/Ho_Chi_Minh')::int as year,
                 array(select p.province from article_province p where p.article = wanted order by p.position, p.province) as provinces
          from article x where x.id = wanted) a
    where s.article = wanted
      and (s.kind, s.topic, s.agency, s.provinces, s.year) is distinct from (a.kind, a.topic, a.agency, a.provinces, a.year)
$$;

-- A place has other names now: which texts name it?
create or replace function search_place_keep(wanted text) returns void language plpgsql as $$
declare
    mark constant tsquery := search_lexeme('@' || wanted)::tsquery;
    likely constant tsquery := (select string_agg('(' || n.query::text || ')', ' | ') from place_name n where n.place = wanted)::tsquery;
begin
    with named as (
        select t.article, t.locale, t.vector @@ mark as before,
               exists (select from place_name n where n.place = wanted and n.locale in (t.locale, 'vi', 'en') and t.vector @@ n.query) as after
        from search_text t where t.vector @@ mark or t.vector @@ likely
    ), changed as (
        update search_text s set vector = ts_delete(s.vector, '@' || wanted) || case when n.after then array_to_tsvector(array['@' || wanted]) else '' end
        from named n where s.article = n.article and s.locale = n.locale and n.before <> n.after
        returning s.locale, n.after
    )
    insert into search_delta (locale, texts, words)
    select c.locale, case when c.after then 1 else -1 end, array['@' || wanted] from changed c;
end $$;

-- Learn the words of at most so many texts. Says how many were learnt; 0 also while another learns.
create or replace function search_learn(most int) returns int language plpgsql as $$
declare
    learnt int;
begin
    if not pg_try_advisory_xact_lock(hashtext('search_learn')) then
        return 0;
    end if;
    with taken as (
        delete from search_delta d where d.id in (select x.id from search_delta x order by x.id limit most)
        returning d.locale, d.texts, d.words
    ), counted as (
        select t.locale, w as word, sum(t.texts) as texts from taken t, unnest(t.words) w group by 1, 2
    ), kept as (
        insert into search_word as s (locale, word, texts)
        select c.locale, c.word, c.texts from counted c where c.texts <> 0
        on conflict (locale, word) do update set texts = s.texts + excluded.texts
    )
    select count(*) into learnt from taken;
    return learnt;
end $$;

-- ---- what is asked --------------------------------------------------------------------------------

-- tsquery's text for a word, or for what begins with it.
create or replace function search_lexeme(word text, is_prefix boolean default false) returns text language sql immutable as $$
    select '''' || replace(replace(word, '\', '\\'), '''', '''''') || '''' || case when is_prefix then ':*' else '' end
$$;

-- What something says that is found by any of these lexemes: the rarer, the more. Of the texts of the
-- language that has the commonest of them most; null where none has any, as far as was learnt.
create or replace function search_weight(wanted text[]) returns float8 language plpgsql stable as $$
begin
    return (select -ln(max(least((s.texts + 0.5) / (t.texts + 1), 0.95)))
            from locale l
            join search_word t on t.locale = l.tag and t.word = '' and t.texts > 0
            join search_word s on s.locale = l.tag and s.word = any (wanted) and s.texts > 0);
end $$;

-- The same of what the vocabulary does not know: another form of a word, or a piece. Null where no text has it.
create or replace function search_weight_counted(match tsquery, in_locales text[]) returns float8 language plpgsql stable as $$
begin
    return (select -ln(least((count(*) + 0.5) / (1 + greatest(10, (select max(w.texts) from search_word w
                                                                  where w.locale = any (in_locales) and w.word = ''))), 0.95))
            from (select from search_text t where t.vector @@ search_weight_counted.match limit 500) x having count(*) > 0);
end $$;

-- The lexemes of a tsquery's text.
create or replace function search_lexemes(query text) returns text[] language plpgsql immutable as $$
begin
    return (select array(select replace(m[1], '''''', '''') from regexp_matches(query, '''((?:[^'']|'''')*)''', 'g') m));
end $$;

-- Has a text of any language this word?
create or replace function search_knows(wanted text) returns boolean language plpgsql stable as $$
begin
    return exists (select from locale l join search_word w on w.locale = l.tag and w.word = wanted and w.texts > 0);
end $$;

-- Has a text of this language a word that begins so? The database sorts by code points.
create or replace function search_begins(in_locale text, prefix text) returns boolean language plpgsql stable as $$
begin
    return exists (select from search_word w where w.locale = in_locale and w.texts > 0
                   and w.word >= prefix and w.word < prefix || chr(1114111));
end $$;

-- What may be meant by a word that no text has, as a tsquery's text, or null: of a run any piece of it
-- (match: the query of the run); the two words that it is made of, where texts have them in a row; of a
-- Korean word, which is written together or apart as the writer likes, also words that begin as its halves
-- do, or as one of them.
create or replace function search_pieces(word text, match text) returns text language plpgsql stable as $$
declare
    apart text;
begin
    if match like '%''+%' then
        return replace(match, ' & ', ' | ');
    elsif length(word) not between 3 and 24 then
        return null;
    end if;
    select p.pair into apart
    from (select n, search_lexeme(left(search_pieces.word, n)) || ' <-> ' || search_lexeme(substr(search_pieces.word, n + 1)) as pair
          from generate_series(1, length(search_pieces.word) - 1) n
          where search_knows(left(search_pieces.word, n)) and search_knows(substr(search_pieces.word, n + 1))) p
    where exists (select from search_text t where t.vector @@ p.pair::tsquery) limit 1;
    if apart is not null or word !~ '^[가-힣]+$' then
        return apart;
    end if;
    return (with part as (
            select n, search_lexeme(left(word, n), true) as a, search_lexeme(substr(word, n + 1), true) as b,
                   n > 1 and search_begins('ko', left(word, n)) as has_a,
                   n < length(word) - 1 and search_begins('ko', substr(word, n + 1)) as has_b
            from generate_series(1, length(word) - 1) n
        )
        select case when p.has_a and p.has_b then p.a || ' & ' || p.b when p.has_a then p.a else p.b end
        from part p where p.has_a or p.has_b
        order by p.has_a and p.has_b desc, abs(2 * p.n - length(word)) limit 1);
end $$;

-- The places that a query names, the longest names first, none inside another's; only those that texts
-- name, where that is asked for.
create or replace function search_named(q jsonb, in_locales text[], in_texts boolean) returns table (places text[], since int, until int) language plpgsql stable as $$
declare
    one record;
    taken int := -1;
begin
    for one in
        with key as materialized (
            select (x ->> 'from')::int as a, (x ->> 'to')::int as z, replace(x ->> 'key', ' ', '') as closed
            from jsonb_array_elements(q -> 'names') x
        ), unit as materialized (
            select u.n::int - 1 as n, array_to_tsvector(search_lexemes(u.unit ->> 'match')) as forms
            from jsonb_array_elements(q -> 'units') with ordinality u (unit, n)
        ), named as materialized (
            select k.a, k.z, n.place from key k join place_name n on replace(n.folded, ' ', '') = k.closed
            union
            -- Names have endings in some languages: "в Ханое".
            select u.n, u.n, n.place from unit u join place_name n on n.locale = in_locales[1] and u.forms @@ n.query
        )
        select d.a, d.z, array_agg(d.place) as places from named d
        where not in_texts or exists (select from search_text t where t.vector @@ search_lexeme('@' || d.place)::tsquery)
        group by 1, 2 order by 1, 2 desc
    loop
        if one.a > taken then
            return query select one.places, one.a, one.z;
            taken := one.z;
        end if;
    end loop;
end $$;

-- A word that is nearly this one and that texts have, in one of these languages first; or null.
create or replace function search_nearest(wanted text, in_locales text[]) returns text language plpgsql stable as $$
declare
    most int := case when length(wanted) < 6 then 1 else 2 end;
begin
    if wanted ~ '^[가-힣]{3}$' then -- a syllable is some letters
        return (select w.word from search_word w
                where w.locale = 'ko' and w.texts > 0 and w.word >= left(wanted, 1) and w.word < left(wanted, 1) || chr(1114111)
                  and levenshtein_less_equal(w.word, wanted, 1) <= 1
                order by w.texts desc, w.word limit 1);
    elsif length(wanted) not between 4 and 40 or wanted ~ '^[0-9]+$' then
        return null;
    end if;
    return (select x.word
            from (select w.word, sum(w.texts) as texts, bool_or(w.locale = in_locales[1]) as own,
                         -- Letters in another order are one mistake.
                         case when search_letters(w.word) = search_letters(wanted) then 1 else levenshtein_less_equal(w.word, wanted, most) end as far
                  from search_word w where w.word % wanted and w.texts > 0 and w.word !~ '^[@~]' group by 1) x
            where x.far <= most
            order by x.far - case when left(x.word, 1) = left(wanted, 1) then 0.5 else 0 end - case when x.own then 0.5 else 0 end,
                     x.texts desc, x.word limit 1);
end $$;

create or replace function search_letters(word text) returns text language sql immutable as $$
    select string_agg(c, '' order by c) from string_to_table(word, null) c
$$;

-- The parts of a query: its units (content/search_query.h), but the name of a place as one. Each with
-- "match" (what finds it) and "rank" (what it is scored by), tsqueries; "weight"; "word"; and "dead" when
-- no text has it.
create or replace function search_parts(q jsonb, in_locales text[]) returns jsonb language plpgsql stable as $$
declare
    named jsonb := (select jsonb_agg(jsonb_build_object('since', n.since, 'until', n.until, 'places', n.places))
                    from search_named(q, in_locales, true) n);
begin
    return (select jsonb_agg(p.part || jsonb_build_object('dead', w.weight is null, 'weight', coalesce(w.weight, 7)) order by p.n)
        from (
            select u.n - 1 as n, jsonb_build_object('word', u.unit -> 'word', 'text', u.unit -> 'text',
                       -- In Korean a word goes on in others: 음식 in 음식점.
                       'match', (u.unit ->> 'match') || k.more, 'rank', (u.unit ->> 'rank') || k.more) as part,
                   search_weight(search_lexemes(u.unit ->> 'match') || (u.unit ->> 'word')) as weight
            from jsonb_array_elements(q -> 'units') with ordinality u (unit, n)
            cross join lateral (select case when u.unit ->> 'word' ~ '^[가-힣]{2,}$' then ' | ' || search_lexeme(u.unit ->> 'word', true) else '' end as more) k
            where not exists (select from jsonb_array_elements(named) x
                              where u.n - 1 between (x ->> 'since')::int and (x ->> 'until')::int)
              and not exists (select from jsonb_array_elements(q -> 'units') with ordinality x (unit, n)
                              where x.n < u.n and x.unit -> 'match' = u.unit -> 'match')
            union all
            select (x ->> 'since')::int, jsonb_build_object('places', x -> 'places',
                       'match', (select string_agg(search_lexeme('@' || y), ' | ') from jsonb_array_elements_text(x -> 'places') y),
                       'rank', (select string_agg('(' || n.query::text || ')', ' | ') from place_name n
                                where x -> 'places' ? n.place and n.locale = any (in_locales || '{vi,en}'::text[]))),
                   1 + (select max(coalesce(search_weight(array['@' || y]), 3)) from jsonb_array_elements_text(x -> 'places') y)
            from jsonb_array_elements(named) x) p
        cross join lateral (select coalesce(p.weight, search_weight_counted((p.part ->> 'match')::tsquery, in_locales)) as weight) w);
end $$;

-- All parts; with enough below 1, any of them that together say so much of what all say.
create or replace function search_asked(parts jsonb, enough float8, must text, barred text) returns tsquery language plpgsql immutable as $$
begin
    return (with part as (
        select row_number() over (order by x.part -> 'weight' desc) - 1 as n, '(' || (x.part ->> 'match') || ')' as match,
               (x.part ->> 'weight')::float8 as weight
        from jsonb_array_elements(parts) x (part)
        order by 1 limit case when enough < 1 then 7 else 100 end
    ), choice as (
        select string_agg(p.match, ' & ') as match, sum(p.weight) as mass, min(p.weight) as least
        from generate_series(1, case when enough < 1 then (1 << (select count(*)::int from part)) - 1 else 1 end) g
        join part p on enough >= 1 or g >> p.n::int & 1 = 1
        group by g
    ), needed as (
        select enough * sum(weight) as mass from part
    )
    -- Of the choices that say enough, those that would not without any one part.
    select concat_ws(' & ', '(' || string_agg('(' || c.match || ')', ' | ') || ')', must, barred)::tsquery
    from choice c, needed n where enough >= 1 or (c.mass >= n.mass - 1e-6 and c.mass - c.least < n.mass - 1e-6));
end $$;

-- How a query is answered. whole: all words, as they were taken; asked: what a text must have to be
-- found, which is that, or the most of it where few texts have all; relaxed: none has; corrected:
-- [{"from", "to"}], words that no text has and what they were taken for.
create or replace function search_plan(q jsonb, in_locales text[], out asked tsquery, out whole tsquery, out relaxed boolean,
                                       out corrected jsonb, out parts jsonb)
language plpgsql stable as $$
declare
    must text := (select string_agg('(' || x || ')', ' & ') from jsonb_array_elements_text(q -> 'phrases') x);
    barred text := (select string_agg('!(' || x || ')', ' & ') from jsonb_array_elements_text(q -> 'not') x);
    few constant int := 10;
    many int;
begin
    parts := search_parts(q, in_locales);
    corrected := '[]';
    relaxed := false;
    if parts @> '[{"dead": true}]' then
        select jsonb_agg(case when x.nearest is null then x.part else x.part || jsonb_build_object('word', x.nearest, 'dead', false,
                   'weight', search_weight(array[x.nearest]), 'match', search_lexeme(x.nearest), 'rank', search_lexeme(x.nearest)) end order by x.n),
               coalesce(jsonb_agg(jsonb_build_object('from', x.part -> 'text', 'to', x.nearest) order by x.n) filter (where x.nearest is not null), '[]')
        into parts, corrected
        from (select p.part, p.n, case when (p.part ->> 'dead')::boolean and p.n <= 10
                                  then search_nearest(p.part ->> 'word', in_locales) end as nearest
              from jsonb_array_elements(parts) with ordinality p (part, n)) x;
        -- What no text has says nothing of those that there are, but a piece of it may.
        if parts @> '[{"dead": true}]' then
            relaxed := true;
            parts := (select jsonb_agg(case when y.pieces is null then y.part else y.part || jsonb_build_object(
                              'match', y.pieces, 'rank', y.pieces, 'weight', y.weight) end order by y.n)
                      from (select x.*, search_weight_counted(x.pieces::tsquery, in_locales) as weight
                            from (select p as part, n, case when (p ->> 'dead')::boolean then search_pieces(p ->> 'word', p ->> 'match') end as pieces
                                  from jsonb_array_elements(parts) with ordinality a (p, n)) x) y
                      where not (y.part ->> 'dead')::boolean or y.weight is not null);
        end if;
    end if;
    if parts is null then
        return;
    end if;
    whole := search_asked(parts, 1, must, barred);
    asked := whole;
    many := (select count(*) from (select from search_text t where t.vector @@ search_plan.whole limit few) x);
    if many = few or jsonb_array_length(parts) = 1 then
        return;
    end if;
    relaxed := relaxed or many = 0;
    asked := search_asked(parts, 0.3, must, barred);
end $$;

-- Which texts a search finds. q: search_query_json(); in_locales: the reader's, then those that stand in
-- for it; f: of "language", "topic", "province", "agency", "kind" and "year" those that are asked for;
-- sort: 'relevance' or 'newest'; most hits after the one of after_key and after_id. A row a hit, the best
-- first; one row without an article when there is none. about, the same in each: {"total", "relaxed",
-- "corrected", "places", "facets"}. A facet counts what would be found without a filter of its own.
--
-- An article is one hit: in the reader's language if that text matches, else in the nearest of those that
-- stand in for it; in any language where these have nothing. Where not every word is asked for, a text that
-- has all goes before one of the same article that has some. Hits in the reader's language come first. Of
-- very many, those are ranked whose titles fit best; the others follow by date.
create or replace function search_run(q jsonb, in_locales text[], f jsonb, sort text, most int, after_key bigint, after_id text)
returns table (about jsonb, article text, locale text, key bigint)
language plpgsql stable set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off as $$
declare
    plan record;
    ranks tsquery[];
    weights float8[];
    words int;
    scope text[];
    written tsquery;
    any_word tsquery;
    mass float8;
begin
    select * into plan from search_plan(q, in_locales);
    -- A dozen words say enough: every one more is looked for in every text.
    select array_agg((p ->> 'rank')::tsquery), array_agg((p ->> 'weight')::float8), sum((p ->> 'weight')::float8),
           string_agg('(' || (p ->> 'rank') || ')', ' | ')::tsquery
    into ranks, weights, mass, any_word
    from (select x from jsonb_array_elements(plan.parts) x order by x -> 'weight' desc limit 12) y (p);
    written := (select string_agg('(' || (u ->> 'written') || ')', ' & ') from jsonb_array_elements(q -> 'units') u)::tsquery;
    words := cardinality(ranks);
    -- Words that stand together in the query do so in what is meant: together they weigh as much as all.
    select ranks || coalesce(array_agg(x.near::tsquery), '{}'), weights || coalesce(array_agg(mass / jsonb_array_length(q -> 'near')), '{}')
    into ranks, weights from (select y from jsonb_array_elements_text(q -> 'near') y limit 12) x (near);
    -- Where the reader's languages have something, that is what is meant.
    if f ? 'language' then
        scope := array[f ->> 'language'];
    elsif exists (select from search_text t where t.vector @@ plan.asked and t.locale = any (in_locales)) then
        scope := in_locales;
    end if;
    return query
    with complete as materialized (
        -- Few, or they would be all that is asked for.
        select t.article, t.locale from search_text t where plan.asked <> plan.whole and t.vector @@ plan.whole limit 10
    ), matched as materialized (
        select t.article, t.locale, t.kind, t.topic, t.agency, t.provinces, t.year, t.published_at, t.title,
               coalesce(array_position(in_locales, t.locale), 100) as place,
               (f ? 'topic' and t.topic is distinct from f ->> 'topic')::int as no_topic,
               (f ? 'province' and not f ->> 'province' = any (t.provinces))::int as no_province,
               (f ? 'agency' and t.agency is distinct from f ->> 'agency')::int as no_agency,
               (f ? 'kind' and t.kind <> f ->> 'kind')::int as no_kind,
               (f ? 'year' and t.year <> (f ->> 'year')::int)::int as no_year
        from search_text t where t.vector @@ plan.asked
    ), judged as materialized (
        select distinct on (m.article) m.*, m.no_topic + m.no_province + m.no_agency + m.no_kind + m.no_year as misses
        from matched m where scope is null or m.locale = any (scope)
        order by m.article, exists (select from complete c where c.article = m.article and c.locale = m.locale) desc, m.place, m.locale
    ), found as materialized (
        select j.article, j.locale, j.title, j.published_at, j.place <> 1 as foreign_text,
               row_number() over (order by j.place <> 1, ts_rank(j.title, any_word, 1) desc, j.published_at desc) as n
        from judged j where j.misses = 0
    ), ranked as (
        select x.article, x.locale,
            case when x.foreign_text then 0 else 1e15 end::bigint + case
                when sort = 'newest' then (extract(epoch from x.published_at) * 1000)::bigint
                when x.n <= 150 then 1e14::bigint + (1e9 * (
                    (select sum(u.weight * ts_rank('{0.1, 0.25, 0.5, 1}', t.vector, u.rank, 1)) from unnest(ranks, weights) u (rank, weight))
                    + (select coalesce(sum(u.weight), 0) from unnest(ranks[:words], weights[:words]) u (rank, weight) where x.title @@ u.rank)
                      / (2 + ln(1 + length(x.title)))
                    + case when t.vector @@ plan.whole then mass else 0 end
                    + case when t.vector @@ written then mass else 0 end))::bigint
                else extract(epoch from x.published_at)::bigint end as key
        from found x
        -- Read once, for it stands aside.
        left join lateral (select s.vector || '' as vector from search_text s
                           where x.n <= 150 and sort = 'relevance' and s.article = x.article and s.locale = x.locale offset 0) t on true
    ), page as (
        -- What was seen last is looked for: while texts are published the weights change, and its key with them.
        select * from ranked r
        where after_id is null or (r.key, r.article) < (coalesce((select x.key from ranked x where x.article = after_id), after_key), after_id)
        order by r.key desc, r.article desc limit most
    ), told as (
        select jsonb_build_object('total', (select count(*) from found), 'relaxed', plan.relaxed, 'corrected', plan.corrected,
            'places', (select jsonb_agg(x) from search_named(q, in_locales, false) n, unnest(n.places) x),
            'facets', jsonb_build_object(
                'language', (select jsonb_object_agg(x.v, x.c) from (select m.locale as v, count(*) as c from matched m
                             where m.no_topic + m.no_province + m.no_agency + m.no_kind + m.no_year = 0 group by 1) x),
                'topic', (select jsonb_object_agg(x.v, x.c) from (select j.topic as v, count(*) as c from judged j
                          where j.misses = j.no_topic and j.topic is not null group by 1) x),
                'province', (select jsonb_object_agg(x.v, x.c) from (select p as v, count(*) as c from judged j, unnest(j.provinces) p
                             where j.misses = j.no_province group by 1) x),
                'agency', (select jsonb_object_agg(x.v, x.c) from (select j.agency as v, count(*) as c from judged j
                           where j.misses = j.no_agency and j.agency is not null group by 1) x),
                'kind', (select jsonb_object_agg(x.v, x.c) from (select j.kind as v, count(*) as c from judged j
                         where j.misses = j.no_kind group by 1) x),
                'year', (select jsonb_object_agg(x.v, x.c) from (select j.year::text as v, count(*) as c from judged j
                         where j.misses = j.no_year group by 1) x))) as about
    )
    select t.about, p.article, p.locale, p.key from told t left join page p on true
    order by p.key desc, p.article desc;
end $$;

-- What a reader is told of a search as a whole: names for what search_run() counted. Languages and kinds
-- have theirs from the catalogs.
create or replace function search_about_json(about jsonb, in_locales text[], f jsonb) returns jsonb language plpgsql stable as $$
begin
    return about || jsonb_build_object(
        'places', (select coalesce(jsonb_agg(search_place_json(p, in_locales) order by n), '[]')
                   from jsonb_array_elements_text(nullif(about -> 'places', 'null')) with ordinality x (p, n)),
        'facets', (select jsonb_object_agg(x.facet, x.counted) from (
            select c.key as facet, (
                select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('value', v.key, 'count', v.value::int, 'name', case c.key
                    when 'topic' then (select name_in(t.names, in_locales) from topic t where t.id = v.key)
                    when 'agency' then (select name_in(g.names, in_locales) from agency g where g.id = v.key)
                    when 'province' then coalesce(province_value(v.key, 'name', in_locales, today_in_viet_nam()), v.key) end))
                    order by v.value::int desc, v.key), '[]')
                from jsonb_each_text(coalesce(nullif(c.value, 'null'), '{}')) v) as counted
            from jsonb_each(about -> 'facets') c) x));
end $$;

-- A place as a search names it, with the page that tells of it: its own, or that of the first unit where it lies.
create or replace function search_place_json(wanted text, in_locales text[]) returns jsonb language plpgsql stable as $$
begin
    return (select b.brief || jsonb_build_object('path', coalesce(b.brief ->> 'path', b.brief #>> '{provinces,0,path}'))
            from (select place_brief(p, in_locales, 'asked') as brief from place p where p.id = wanted) b);
end $$;

-- What somebody may be about to ask: places whose names begin so, and texts whose titles have these words,
-- the last one begun. q: search_query_json().
create or replace function search_suggest(q jsonb, in_locales text[], most int)
returns table (kind text, id text, name text, path text, locale text) language plpgsql stable set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off as $$
declare
    last_one int := jsonb_array_length(q -> 'units') - 1;
    begun text := (select x ->> 'key' from jsonb_array_elements(q -> 'names') x
                   where (x ->> 'from')::int = 0 and (x ->> 'to')::int = last_one order by 1 limit 1);
    asked tsquery := (select string_agg('(' || case
                          when u.n - 1 < last_one then u.unit ->> 'match'
                          when (u.unit ->> 'run')::boolean then regexp_replace(u.unit ->> 'match', '''$', ''':*') -- its last grapheme may lack a mark
                          else (u.unit ->> 'match') || ' | ' || search_lexeme(u.unit ->> 'word', true) end || ')', ' & ')
                      from jsonb_array_elements(q -> 'units') with ordinality u (unit, n));
begin
    return query
    (select 'place', b.id, b.brief ->> 'name', b.brief ->> 'path', in_locales[1]
     from (select n.place as id, search_place_json(n.place, in_locales) as brief, min(case when n.folded = begun then 0 else 1 end) as far,
                  min(coalesce(array_position(in_locales, n.locale), 100)) as near, min(n.former::int * 100 + n.position) as position
           from place_name n
           where n.folded like replace(replace(replace(begun, '\', '\\'), '%', '\%'), '_', '\_') || '%'
           group by 1
           order by 3, 4, not exists (select from province p where p.id = n.place and p.valid_to is null), 5, 1 limit 3) b
     where b.brief ->> 'path' is not null)
    union all
    (select 'article', t.article, e.title, case when a.kind = 'profile' then '/' || in_locales[1] || '/provinces/' || e.slug || '/'
                                               else text_path(in_locales[1], e.slug) end, e.locale
     from (select distinct on (s.article) s.article, s.locale, s.kind, s.published_at
           from search_text s where s.title @@ asked and s.locale = any (in_locales)
           order by s.article, array_position(in_locales, s.locale)) t
     join article a on a.id = t.article
     join edition e on e.article = t.article and e.locale = t.locale and e.state = 'live'
     order by t.locale <> in_locales[1], t.published_at desc, t.article
     limit most)
    limit most;
end $$;
