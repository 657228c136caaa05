insert into migration (number, name, checksum) values ($1::int, $2, $3)
on conflict (number) do update set checksum = excluded.checksum, applied_at = now()
