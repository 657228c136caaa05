-- What is here of the texts in $1, and what an import is to do with each (verdict). $2: overwrite.
select coalesce(history.revision, 0) as revision, other.article as owner,
    case
        when live.digest = decode(i.digest, 'hex') and live.state = i.state
             and article_is_known(i.about, a.imported, article_record(i.id)) then 'same'
        when not $2::boolean and (history.had or live.version > i.version) then 'kept'
        when not $2::boolean and history.draft then 'draft'
        when other.article is not null then 'taken'
        else 'write'
    end as verdict
from jsonb_to_recordset($1::jsonb) as i (n int, id text, locale text, digest text, skeleton text,
                                         state text, version int, about jsonb)
left join article a on a.id = i.id
left join edition live on live.article = i.id and live.locale = i.locale
                          and live.state in ('live', 'withdrawn')
left join lateral (
    select max(x.revision) as revision, bool_or(x.state = 'draft') as draft,
           -- it was published here before and something else has taken its place
           bool_or(x.version is not null and x.digest = decode(i.digest, 'hex')
                   and (live.digest is distinct from x.digest or live.state <> i.state))
               or bool_or(x.state = 'removed') as had
    from edition x where x.article = i.id and x.locale = i.locale) history on true
left join edition other on other.locale = i.locale and other.skeleton = i.skeleton
                           and other.state in ('live', 'withdrawn') and other.article <> i.id
order by i.n
