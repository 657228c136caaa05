-- Before publishing: what text_checks() looks for in a text. A rule is a function below, its line in
-- text_checks(), its row in check_rule (which says whether it stops a publication) and its sentence,
-- check.<id>, in the catalogs. It returns what it has found: an array of {"field", "detail"}, of
-- which text_checks() keeps the first 20.

-- ---- a text as words -----------------------------------------------------------------------------

-- What a reader sees of HTML that our own renderer made, with a mark behind every paragraph.
create or replace function html_text(html text) returns text language plpgsql immutable as $$
declare
    t text := html;
    block text;
begin
    foreach block in array '{</p>,</li>,</td>,</th>,</h1>,</h2>,</h3>,</h4>,</h5>,</h6>,</figcaption>,</pre>,</caption>}'::text[] loop
        t := replace(t, block, E' \x01 ');
    end loop;
    t := regexp_replace(t, '<[^>]*>', '', 'g');
    return replace(replace(replace(replace(replace(t, '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''), '&amp;', '&');
end $$;

-- Title, summary and body.
create or replace function edition_text(e edition) returns text language sql immutable as $$
    select concat_ws(E' \x01 ', e.title, e.summary, html_text(e.html))
$$;

-- Where forms are looked for, and a form as it is found there. In scripts with spaces it is a run of
-- whole words; Korean and Russian words may have an ending, Arabic ones a beginning; without spaces it
-- may stand anywhere. The mark between paragraphs stays.
create or replace function word_text(t text, in_locale text) returns text language sql immutable as $$
    select case when in_locale in ('zh-Hans', 'zh-Hant', 'ja', 'th', 'lo', 'km') then replace(t, chr(8203), '')
        else ' ' || regexp_replace(t, '[^[:alnum:]\u0300-\u036f\x01]+', ' ', 'g') || ' ' end
$$;

create or replace function word_form(form text, in_locale text) returns text language sql immutable as $$
    select case when in_locale in ('zh-Hans', 'zh-Hant', 'ja', 'th', 'lo', 'km') then replace(form, chr(8203), '')
        else case when in_locale = 'ar' then '' else ' ' end
            || btrim(regexp_replace(form, '[^[:alnum:]\u0300-\u036f]+', ' ', 'g'))
            || case when in_locale in ('ko', 'ru') then '' else ' ' end end
$$;

-- The first word of a form, in lower case: one that a text lacks needs no closer look, so that a
-- glossary of thousands costs little. Only where forms are whole words.
create or replace function word_first(form text) returns text language sql immutable as $$
    select lower(split_part(ltrim(translate(form, '-–—’''.,:;/()“”"«»…&!?', repeat(' ', 21))), ' ', 1))
$$;

create or replace function words_are_whole(in_locale text) returns boolean language sql immutable as $$
    select in_locale not in ('zh-Hans', 'zh-Hant', 'ja', 'th', 'lo', 'km', 'ko', 'ru', 'ar')
$$;

-- What checks find, as they return it.
create or replace function check_found(field text, details text[]) returns jsonb language plpgsql immutable as $$
begin
    if coalesce(details, '{}') = '{}' then
        return '[]';
    end if;
    return (select jsonb_agg(jsonb_build_object('field', field, 'detail', d) order by n)
            from unnest(details) with ordinality u (d, n));
end $$;

-- ---- pictures, sources, summary ------------------------------------------------------------------

create or replace function check_missing_alt(e edition) returns jsonb language plpgsql stable as $$
begin
    return (select check_found('image.alt', case when e.image is not null and btrim(coalesce(e.image ->> 'alt', '')) = '' then array[e.image ->> 'media'] end)
        || check_found('body', case when position(' alt=""' in e.html) > 0 then
               array(select m[1] from regexp_matches(e.html, '<img src="([^"]*)" alt=""', 'g') m) end));
end $$;

create or replace function check_missing_source(e edition) returns jsonb language plpgsql stable as $$
begin
    return (select check_found('sources', case when e.sources = '[]' then '{""}'::text[] end));
end $$;

create or replace function check_empty_summary(e edition) returns jsonb language plpgsql stable as $$
begin
    return (select check_found('summary', case when btrim(e.summary) = '' then '{""}'::text[] end));
end $$;

-- ---- links ---------------------------------------------------------------------------------------

-- A path as it was before it was escaped; one that is not UTF-8 stays as it is.
create or replace function path_decode(path text) returns text language plpgsql immutable as $$
begin
    if position('%' in path) = 0 then
        return path;
    end if;
    return (select convert_from(string_agg(case when m.part[1] like '\%__' then decode(substr(m.part[1], 2), 'hex')
                       else convert_to(m.part[1], 'UTF8') end, '' order by m.n), 'UTF8')
        from regexp_matches(path, '%[0-9A-Fa-f]{2}|[^%]+|%', 'g') with ordinality m (part, n));
exception when character_not_in_repertoire or untranslatable_character then
    return path;
end $$;

-- Does a path of the site lead to something? Only paths of articles, units, topics and media are
-- judged. A page in one language leads readers of another there, so any language's slug will do.
create or replace function path_leads(path text) returns boolean language plpgsql stable as $$
declare
    parts text[] := string_to_array(path_decode(path), '/'); -- {"", "en", "articles", "pho", ""}
begin
    if parts[2] = 'media' then
        return exists (select from media m where m.file = parts[3]);
    end if;
    if coalesce(parts[3], '') not in ('articles', 'provinces', 'topics') or coalesce(parts[4], '') = '' then
        return true;
    end if;
    return exists (select from locale l where l.tag = parts[2]) and case parts[3]
        when 'articles' then
            exists (select from edition x where x.slug = parts[4]
                    and (x.state = 'live' or x.state = 'withdrawn' and x.withdrawal in ('notice', 'redirect')))
            or exists (select from redirect r join edition x on x.article = r.article and x.locale = r.locale and x.state = 'live'
                       where r.slug = parts[4])
        when 'provinces' then
            exists (select from province p where p.id = parts[4] or p.aliases @> array[parts[4]])
        else exists (select from topic t where t.id = parts[4]) end;
end $$;

create or replace function check_dead_link(e edition) returns jsonb language plpgsql stable as $$
begin
    return (select check_found('body', array(
        select path_decode(l.path) from (
            select distinct replace(m[1], '&amp;', '&') as path from regexp_matches(e.html, '<a href="(/[^/"?#][^"?#]*)', 'g') m) l
        where not path_leads(l.path) order by 1)));
end $$;

-- ---- names ---------------------------------------------------------------------------------------

-- A unit that is no more, in a paragraph that does not say when: the year is missing.
create or replace function check_former_province(e edition, words text) returns jsonb language plpgsql stable as $$
begin
    return check_found('body', array(
        select n.name from (
            select distinct f.value as name from province_fact f join province p on p.id = f.province
            where f.attribute = 'name' and f.locale in (e.locale, 'vi', 'en') and least(f.valid_to, p.valid_to) <= today_in_viet_nam()
              and position(word_form(f.value, e.locale) in words) > 0) n
        where not exists (select from province_fact f join province p on p.id = f.province
                          where f.attribute = 'name' and f.value = n.name and coalesce(least(f.valid_to, p.valid_to) > today_in_viet_nam(), true))
          and exists (select from unnest(string_to_array(words, E'\x01')) p where position(word_form(n.name, e.locale) in p) > 0
                      and translate(p, '٠١٢٣٤٥٦٧٨٩๐๑๒๓๔๕๖๗๘๙໐໑໒໓໔໕໖໗໘໙០១២៣៤៥៦៧៨៩', '0123456789012345678901234567890123456789')
                          !~ '(^|[^0-9])[12][0-9]{3}($|[^0-9])')
        order by 1));
end $$;

-- Forms that the glossary forbids. Where one stands inside a form that is right, it is not meant.
-- Of places the case of letters counts: Hòa Bình is one, hòa bình is peace.
create or replace function check_glossary_forbidden(e edition, words text) returns jsonb language plpgsql stable as $$
declare
    folded text := lower(words);
    g record;
    form text;
    t text;
    found_all text[] := '{}';
begin
    for g in
        select x.kind, x.preferred, x.preferred || x.allowed as good, f.form
        from glossary x cross join lateral unnest(x.forbidden) f (form)
        where x.locale = e.locale
          and (not words_are_whole(e.locale) or word_first(f.form) in (select unnest(string_to_array(folded, ' '))))
          and position(lower(word_form(f.form, e.locale)) in folded) > 0
        order by x.id, f.form
    loop
        t := case g.kind when 'place' then words else folded end;
        foreach form in array g.good loop
            form := word_form(case g.kind when 'place' then form else lower(form) end, e.locale);
            if position(word_form(lower(g.form), e.locale) in lower(form)) > 0 then
                t := replace(t, form, repeat(' ', 2));
            end if;
        end loop;
        if position(word_form(case g.kind when 'place' then g.form else lower(g.form) end, e.locale) in t) > 0 then
            found_all := found_all || (g.form || ' → ' || g.preferred);
        end if;
    end loop;
    return check_found('body', found_all);
end $$;

-- What the source names by a term of the glossary, and the translation by none of its forms. Long
-- terms go first and are taken out, so that a term inside another is not asked for as well.
create or replace function check_glossary_unlisted(e edition, source_locale text, words text) returns jsonb language plpgsql stable as $$
declare
    source text;
    target text := lower(words);
    g record;
    form text;
    folded text;
    found_all text[] := '{}';
begin
    if e.locale = source_locale or not exists (select from glossary x where x.locale = e.locale and x.source_locale = check_glossary_unlisted.source_locale) then
        return '[]';
    end if;
    select word_text(edition_text(s), s.locale) into source
    from edition s where s.article = e.article and s.locale = check_glossary_unlisted.source_locale and s.html <> ''
    order by s.id is distinct from e.source_edition, s.state <> 'live', s.revision desc limit 1;
    folded := lower(source);
    for g in
        select x.kind, x.source, x.preferred, x.preferred || x.allowed as good from glossary x
        where x.locale = e.locale and x.source_locale = check_glossary_unlisted.source_locale
          and (not words_are_whole(x.source_locale) or word_first(x.source) in (select unnest(string_to_array(folded, ' '))))
          and position(lower(word_form(x.source, x.source_locale)) in folded) > 0
        order by length(x.source) desc, x.id
    loop
        form := word_form(g.source, source_locale);
        continue when position(case g.kind when 'place' then form else lower(form) end in case g.kind when 'place' then source else folded end) = 0;
        source := case when g.kind = 'place' then replace(source, form, repeat(' ', 2)) else source end;
        folded := replace(folded, lower(form), repeat(' ', 2));
        if not exists (select from unnest(g.good) f where position(lower(word_form(f, e.locale)) in target) > 0) then
            found_all := found_all || (g.source || ' → ' || g.preferred);
        end if;
    end loop;
    return check_found('body', found_all);
end $$;

-- ---- characters ----------------------------------------------------------------------------------

create or replace function check_not_nfc(e edition) returns jsonb language plpgsql stable as $$
begin
    return (select check_found('title', case when e.title is not nfc normalized then '{""}'::text[] end)
        || check_found('summary', case when e.summary is not nfc normalized then '{""}'::text[] end)
        || check_found('body', case when e.body is not nfc normalized then '{""}'::text[] end));
end $$;

-- Characters that mean nothing in any font but the writer's.
create or replace function check_private_use(e edition, everything text) returns jsonb language plpgsql immutable as $$
begin
    return (select check_found('body', array(select distinct 'U+' || upper(to_hex(ascii(m[1])))
        from regexp_matches(everything, '([\uE000-\uF8FF\U000F0000-\U000FFFFD\U00100000-\U0010FFFD])', 'g') m order by 1)));
end $$;

-- A word of two scripts in which a letter only looks like one of the script beside it: a Latin
-- letter next to one of those that have a Latin twin (Cyrillic, Greek, Armenian, Cherokee, full
-- width), or a Latin twin inside a word of Cyrillic or Greek letters.
create or replace function check_look_alike(e edition, everything text) returns jsonb language plpgsql immutable as $$
declare
    latin text := '[A-Za-z\u00C0-\u024F\u1E00-\u1EFF]';
    twin text := '[АВЕЅІЈКМНОРСТУХаеорсухѕіјһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονօոսհᎪᎳᎷᎻᏀᏃᏚᏟᏢᏦＡ-Ｚａ-ｚ]';
    other text := '[\u0370-\u03FF\u0400-\u052F]';
begin
    if everything !~ twin then
        return '[]';
    end if;
    return check_found('body', array(select distinct m[1] from regexp_matches(everything,
        '([[:alnum:]]*(?:' || latin || twin || '|' || twin || latin || '|' || other || '[aceopxyABEHKMOPCTX]' || other || ')[[:alnum:]]*)', 'g') m order by 1));
end $$;

-- Characters that turn the direction of writing around (the property Bidi_Control).
create or replace function check_bidi_control(e edition) returns jsonb language plpgsql immutable as $$
begin
    return (select check_found('title', case when e.title ~ '[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]' then '{""}'::text[] end)
        || check_found('slug', case when e.slug ~ '[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]' then '{""}'::text[] end));
end $$;

-- ---- translations --------------------------------------------------------------------------------

create or replace function check_translation_stale(e edition, source_locale text) returns jsonb language plpgsql stable as $$
begin
    return (select check_found('translation.source_version', case s when 'behind-minor' then '{minor}'::text[] when 'behind-major' then '{major}' end)
    from translation_state(e, source_locale) s);
end $$;

-- ---- all of them ---------------------------------------------------------------------------------

-- [{"rule", "level", "field", "detail"}], in the order of check_rule.
create or replace function text_checks(e edition) returns jsonb language plpgsql stable as $$
declare
    source_locale text := (select a.source_locale from article a where a.id = e.article);
    everything text := edition_text(e);
    words text := word_text(everything, e.locale);
    rule check_rule%rowtype;
    found_all jsonb := '[]';
    found_now jsonb;
begin
    for rule in select * from check_rule r where r.level <> 'off' order by r.position, r.id loop
        found_now := case rule.id
            when 'missing_alt' then check_missing_alt(e)
            when 'dead_link' then check_dead_link(e)
            when 'bidi_control' then check_bidi_control(e)
            when 'private_use' then check_private_use(e, everything)
            when 'not_nfc' then check_not_nfc(e)
            when 'look_alike' then check_look_alike(e, everything)
            when 'former_province' then check_former_province(e, words)
            when 'glossary_forbidden' then check_glossary_forbidden(e, words)
            when 'glossary_unlisted' then check_glossary_unlisted(e, source_locale, words)
            when 'translation_stale' then check_translation_stale(e, source_locale)
            when 'missing_source' then check_missing_source(e)
            when 'empty_summary' then check_empty_summary(e)
            end;
        found_all := found_all || coalesce((
            select jsonb_agg(jsonb_build_object('rule', rule.id, 'level', rule.level, 'field', x -> 'field', 'detail', left(x ->> 'detail', 200)) order by n)
            from jsonb_array_elements(found_now) with ordinality u (x, n) where n <= 20), '[]');
    end loop;
    return found_all;
end $$;

-- What text_checks() finds in a text where it stands. a: id, locale.
create or replace function text_check_list(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'read');
    e edition := edition_present(a ->> 'id', a ->> 'locale');
begin
    perform must(e.id is not null, 'not_found');
    return jsonb_build_object('id', e.article, 'locale', e.locale, 'revision', e.revision, 'state', e.state,
        'checks', text_checks(e));
end $$;
