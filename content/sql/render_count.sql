select count(*) as count from edition
where state in ('draft', 'live', 'withdrawn') and ($1::boolean or renderer <> $2::int)
