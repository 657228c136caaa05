-- Agencies, with names in the nearest language of $1.
select ($1::text[])[1] as locale, 'agencies' as tags,
    coalesce(json_agg(agency_brief(g.id, $1::text[]) order by g.id), '[]')::text as items
from agency g
