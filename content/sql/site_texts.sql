-- $1: editions; $2: their Markdown instead of their HTML. history: what became of a text that was
-- published more than once, the newest first.
select e.id, e.locale, case when $2::boolean then e.body else e.html end as content,
       case when $2::boolean then null else e.toc end as toc, e.words, e.author, e.licence,
       e.sources, e.method, e.proofread,
       (select extract(epoch from s.updated_at)::bigint from edition s
        where s.id = e.source_edition) as followed,
       case when e.version > 1 or e.version is null then
           (select json_agg(json_build_object('version', p.version, 'at', extract(epoch from p.at)::bigint,
                                              'kind', p.kind, 'note', p.note, 'reason', p.reason)
                            order by p.version desc)
            from publication p where p.article = e.article and p.locale = e.locale)
       end as history
from edition e where e.id = any ($1::bigint[])
