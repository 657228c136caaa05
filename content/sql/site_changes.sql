-- The changes after $1; one more than the follower is ready to follow tells it to build anew.
select seq, kind, subject from change where seq > $1::bigint order by seq limit $2::int
