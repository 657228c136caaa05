-- Units, with names in the nearest language of $1. $2: current (on day $3), former or all.
with units as (
    select p.id, p.valid_from, p.valid_to, p.tile,
           (p.valid_from is null or p.valid_from <= d.day) and (p.valid_to is null or d.day < p.valid_to) as current,
           d.day
    from province p, (select coalesce($3::date, today_in_viet_nam()) as day) d
)
select ($1::text[])[1] as locale, 'provinces' as tags,
    coalesce(json_agg(json_build_object(
        'id', u.id,
        'name', province_value(u.id, 'name', $1::text[], w.day),
        'type', province_value(u.id, 'type', $1::text[], w.day),
        'code', province_value(u.id, 'code', $1::text[], w.day),
        'region', province_value(u.id, 'region', $1::text[], w.day), 'tile', u.tile,
        'current', u.current, 'valid_from', u.valid_from, 'valid_to', u.valid_to,
        'successors', (select coalesce(json_agg(s.successor order by s.successor), '[]')
                       from province_succession s where s.predecessor = u.id)
    ) order by u.id), '[]')::text as items
from units u
-- What is no more is shown as it was on its last day.
cross join lateral (select case when u.valid_to <= u.day then u.valid_to - 1 else u.day end as day) w
where $2 = 'all' or ($2 = 'current') = u.current
