-- What lists show of every text that readers can see; the order is made by the reader.
select id, article, locale, state = 'withdrawn' as withdrawn, slug, title, summary,
       image ->> 'media' as image, image ->> 'alt' as image_alt, version, source_version, notice,
       extract(epoch from published_at)::bigint as published,
       extract(epoch from updated_at)::bigint as updated
from edition where state in ('live', 'withdrawn')
