select seq from follower where name = 'site'
