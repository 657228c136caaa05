-- One writer of the site at a time: builds and followers wait for one another.
select pg_advisory_lock(hashtext('sen.site'))
