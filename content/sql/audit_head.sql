select seq, encode(hash, 'hex') as hash from audit_head
