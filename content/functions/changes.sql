-- The change log, and small things that every file uses.

-- Append to the change log. Locks the head row until the transaction ends, so sequence numbers
-- follow commit order: a follower that has seen N has seen everything up to N. Call it last.
create or replace function change_append(kind text, subject text, locale text, version int, tags text[])
returns bigint language plpgsql as $$
declare
    n bigint;
begin
    update change_head set seq = seq + 1 returning seq into n;
    insert into change (seq, kind, subject, locale, version, tags)
    values (n, kind, subject, locale, version, tags);
    perform pg_notify('sen_change', n || ' ' || kind || ' ' || array_to_string(tags, ' '));
    return n;
end $$;

-- The tags of an article: itself, every list, its topic, its provinces.
create or replace function article_tags(wanted text) returns text[] language plpgsql stable as $$
begin
    return (select array['article:' || a.id, 'articles']
                || case when a.topic is null then '{}' else array['topic:' || a.topic] end
                || array(select 'province:' || p.province from article_province p
                         where p.article = a.id order by p.position, p.province)
            from article a where a.id = wanted);
end $$;

-- A moment as RFC 3339 writes it, in UTC, without an empty fraction.
create or replace function utc_text(at timestamptz) returns text language sql stable as $$
    select rtrim(rtrim(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z'
$$;
