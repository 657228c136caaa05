-- Translating: memory, glossary, what has changed in the source, what there is in which language.

-- Remember the segments of a translation that is published beside those of its source, where both
-- have the same number.
create or replace function memory_learn(wanted bigint) returns void language plpgsql as $$
begin
    insert into memory (source_locale, locale, source, target, article)
    select s.locale, t.locale, su.value ->> 'text', tu.value ->> 'text', t.article
    from edition t join edition s on s.id = t.source_edition
    cross join lateral jsonb_array_elements(s.segments -> 'units') with ordinality su (value, n)
    join lateral jsonb_array_elements(t.segments -> 'units') with ordinality tu (value, n) on tu.n = su.n
    where t.id = wanted and jsonb_array_length(s.segments -> 'units') = jsonb_array_length(t.segments -> 'units')
      and su.value ->> 'text' <> '' and tu.value ->> 'text' <> '' and length(su.value ->> 'text') <= 4000
    on conflict (source_locale, locale, md5(source), md5(target)) do update set at = excluded.at;
end $$;
