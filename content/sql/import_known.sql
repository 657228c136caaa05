-- kind: enum record_kind of content/import_internal.h
select 0 as kind, id from topic union all
select 1, id from agency union all
select 2, id from media union all
select 3, id from province
