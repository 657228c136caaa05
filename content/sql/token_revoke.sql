update token set revoked_at = coalesce(revoked_at, now()) where prefix = $1 returning id
