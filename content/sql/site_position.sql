-- How far the change log is, and the day in Viet Nam of its last entry: what is dated later is not
-- shown yet. The day comes from the data, so the same database always gives the same pages.
select h.seq,
       coalesce((select to_char(c.at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD')
                 from change c order by c.seq desc limit 1), '9999-12-31') as day
from change_head h
