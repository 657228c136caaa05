select province_link($1::jsonb) as outcome
