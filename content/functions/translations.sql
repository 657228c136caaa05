-- Translations beside their sources: what has changed since, and what there is in which language.

-- The source text that a translation was made from and the one that it should follow (the one that
-- is live; of a translation of a draft the newest), with what was published between them. a: id,
-- locale. The answer's "base" and "current" become "changes" (api/translations.c).
create or replace function text_source_changes(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    about article := article_for(who, a ->> 'id', 'read');
    e edition := edition_present(a ->> 'id', a ->> 'locale');
    base edition%rowtype;
    present edition%rowtype;
begin
    perform must(e.id is not null, 'not_found');
    perform must(e.locale <> about.source_locale, 'invalid', '{"field": "locale"}');
    select * into base from edition x where x.id = e.source_edition;
    select * into present from edition x
    where x.article = about.id and x.locale = about.source_locale and x.state in ('live', 'draft')
    order by (x.state = 'draft') <> (base.id is not null and e.source_version is null) limit 1;
    return jsonb_build_object('id', e.article, 'locale', e.locale, 'revision', e.revision, 'source_locale', about.source_locale,
        'state', translation_state(e, about.source_locale),
        'from', jsonb_build_object('revision', base.revision, 'version', e.source_version),
        'to', jsonb_build_object('revision', present.revision, 'version', present.version),
        'publications', (select coalesce(jsonb_agg(jsonb_build_object('version', p.version, 'kind', p.kind, 'at', utc_text(p.at),
                'note', p.note, 'reason', p.reason) order by p.version), '[]')
            from publication p where p.article = about.id and p.locale = about.source_locale and p.version > e.source_version),
        'base', case when base.id is not null then text_json(base) end,
        'current', case when present.id is not null then text_json(present) end);
end $$;

-- ---- coverage ------------------------------------------------------------------------------------

-- The agencies whose drafts somebody may see; '' stands for what has none.
create or replace function agencies_readable(who jsonb) returns setof text language sql stable as $$
    select g.id from agency g where may(who, 'read', g.id, null)
    union all select '' where may(who, 'read', null, null)
$$;

-- What there is in every language, agency by agency. a: agency, kind, topic. Of the articles whose
-- source is live, those without a live text in a language are missing there.
create or replace function coverage_get(who jsonb, a jsonb) returns jsonb language plpgsql as $$
begin
    perform must(may_anywhere(who, 'read', null), 'forbidden');
    return (with asked as materialized (
        select p.id, coalesce(p.agency, '') as agency, p.source_locale, s.version, s.major
        from article p
        join agencies_readable(who) r on r = coalesce(p.agency, '')
        left join edition s on s.article = p.id and s.locale = p.source_locale and s.state = 'live'
        where (not a ? 'agency' or p.agency = a ->> 'agency') and (not a ? 'kind' or p.kind = a ->> 'kind')
          and (not a ? 'topic' or p.topic = a ->> 'topic')
    ), agencies as (
        select agency, count(version) as articles from asked group by agency
    ), live as (
        select p.agency, e.locale, count(*) as live, count(p.version) as with_source,
            count(*) filter (where e.locale = p.source_locale) as original,
            count(*) filter (where e.locale <> p.source_locale and e.source_version >= p.version) as current,
            count(*) filter (where e.locale <> p.source_locale and e.source_version < p.version and not p.major > e.source_version) as behind_minor,
            count(*) filter (where e.locale <> p.source_locale and p.major > e.source_version) as behind_major
        from asked p join edition e on e.article = p.id and e.state = 'live'
        group by p.agency, e.locale
    ), drafts as (
        select d.agency, d.locale, sum(d.n) as drafts, jsonb_object_agg(d.stage, d.n) as stages
        from (select p.agency, e.locale, e.stage, count(*) as n
              from asked p join edition e on e.article = p.id and e.state = 'draft' group by p.agency, e.locale, e.stage) d
        group by d.agency, d.locale
    ), scheduled as (
        select p.agency, w.locale, count(*) as scheduled
        from (select s.article, s.locale from schedule s where s.state = 'waiting' and s.action = 'publish'
              union select t.article, t.locale from schedule s join release_text t on t.release = s.release where s.state = 'waiting') w
        join asked p on p.id = w.article group by p.agency, w.locale
    )
    select jsonb_build_object(
        'stages', (select jsonb_agg(s.id order by s.position) from stage s where s.id <> 'published'),
        'items', coalesce(jsonb_agg(jsonb_build_object('locale', l.tag, 'agency', nullif(g.agency, ''),
            'articles', g.articles, 'live', coalesce(v.live, 0), 'original', coalesce(v.original, 0),
            'current', coalesce(v.current, 0), 'behind-minor', coalesce(v.behind_minor, 0), 'behind-major', coalesce(v.behind_major, 0),
            'unknown', coalesce(v.live - v.original - v.current - v.behind_minor - v.behind_major, 0),
            'missing', g.articles - coalesce(v.with_source, 0),
            'drafts', coalesce(d.drafts, 0), 'stages', coalesce(d.stages, '{}'), 'scheduled', coalesce(s.scheduled, 0))
            order by l.tag, g.agency), '[]'))
    from agencies g cross join locale l
    left join live v on v.agency = g.agency and v.locale = l.tag
    left join drafts d on d.agency = g.agency and d.locale = l.tag
    left join scheduled s on s.agency = g.agency and s.locale = l.tag);
end $$;

-- The articles that a language lacks or whose translation is behind. a: locale, state (else all
-- that ask for work: missing, behind-minor, behind-major, unknown), agency, kind, topic, after (an
-- id), limit.
create or replace function coverage_texts(who jsonb, a jsonb) returns jsonb language plpgsql as $$
begin
    perform must(may_anywhere(who, 'read', null), 'forbidden');
    return (with page as (
        select p.id, p.agency, p.source_locale, s.title, s.version, t.source_version, w.state
        from article p
        join agencies_readable(who) r on r = coalesce(p.agency, '')
        join edition s on s.article = p.id and s.locale = p.source_locale and s.state = 'live'
        left join edition t on t.article = p.id and t.locale = a ->> 'locale' and t.state = 'live'
        cross join lateral (select case when t.id is null then 'missing' when t.source_version is null then 'unknown'
            when s.major > t.source_version then 'behind-major' when s.version > t.source_version then 'behind-minor'
            else 'current' end as state) w
        where p.source_locale <> a ->> 'locale' and w.state <> 'current' and (not a ? 'state' or w.state = a ->> 'state')
          and (not a ? 'agency' or p.agency = a ->> 'agency') and (not a ? 'kind' or p.kind = a ->> 'kind')
          and (not a ? 'topic' or p.topic = a ->> 'topic') and (not a ? 'after' or p.id > a ->> 'after')
        order by p.id limit (a ->> 'limit')::int)
    select jsonb_build_object('items', coalesce(jsonb_agg(jsonb_build_object('article', p.id, 'locale', a ->> 'locale',
            'state', p.state, 'agency', p.agency, 'source_locale', p.source_locale, 'title', p.title,
            'version', p.version, 'source_version', p.source_version,
            'draft', (select jsonb_build_object('revision', d.revision, 'stage', d.stage) from edition d
                      where d.article = p.id and d.locale = a ->> 'locale' and d.state = 'draft'),
            'assigned', (select coalesce(jsonb_agg(distinct c.name), '[]') from assignment x join account c on c.id = x.account
                         where x.article = p.id and x.locale = a ->> 'locale')) order by p.id), '[]'),
        'next', case when count(*) = (a ->> 'limit')::int then max(p.id) end)
    from page p);
end $$;
