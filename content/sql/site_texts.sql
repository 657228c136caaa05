-- $1: editions; $2: their Markdown instead of their HTML.
select e.id, e.locale, case when $2::boolean then e.body else e.html end as content,
       case when $2::boolean then null else e.toc end as toc, e.words, e.author, e.licence,
       e.sources, e.method, e.proofread,
       (select extract(epoch from s.updated_at)::bigint from edition s
        where s.id = e.source_edition) as followed
from edition e where e.id = any($1::bigint[])
