-- The place $1 in the nearest language of $2, whose first is there because of $3: all its names.
select ($2::text[])[1] as locale, 'places provinces place:' || p.id as tags,
    (place_brief(p, $2::text[], $3)
     || jsonb_build_object('requested', ($2::text[])[1], 'names', p.names, 'former', p.former, 'source', p.source))::text as body
from place p where p.id = $1
