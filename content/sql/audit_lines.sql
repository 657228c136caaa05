-- What is hashed of each event after one ($1).
select a.seq, encode(a.hash, 'hex') as hash, audit_line(a) as line from audit a where a.seq > $1::bigint order by a.seq
