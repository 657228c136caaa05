-- Do what is due, one thing at most; $1: the time on this machine, in seconds since 1970.
select done, wait_ms from schedule_run(to_timestamp($1::double precision))
