select pg_advisory_unlock(hashtext('sen import'))
