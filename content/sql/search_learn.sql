-- $1: how many texts at most.
select search_learn($1::int) as learnt
