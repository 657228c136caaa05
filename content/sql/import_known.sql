-- kind: enum record_kind of content/import_internal.h; -1: a recording
select 0 as kind, id from topic union all
select 1, id from agency union all
select case when media_plays(type) then -1 else 2 end, id from media union all
select 3, id from province
