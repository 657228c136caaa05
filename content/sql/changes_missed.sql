-- What a follower missed: the changes after $1 (at most 1,000), and the head of the log.
select h.seq as head, c.seq, c.kind, array_to_string(c.tags, ' ') as tags
from change_head h
left join lateral (
    select x.seq, x.kind, x.tags from change x where x.seq > $1::bigint order by x.seq limit 1000
) c on true
order by c.seq
