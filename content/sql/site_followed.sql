insert into follower (name, seq) values ('site', $1::bigint)
on conflict (name) do update set seq = excluded.seq
