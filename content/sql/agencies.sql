-- Agencies, with all they say in the nearest language of $1.
select ($1::text[])[1] as locale, 'agencies' as tags,
    coalesce(jsonb_agg(agency_json(g.id, $1::text[]) order by g.id), '[]')::text as items
from agency g
