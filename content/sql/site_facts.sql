-- $1: the day; facts that begin later are left out, the newest comes first.
select province, attribute, locale, value, to_char(valid_from, 'YYYY-MM-DD') as valid_from,
       to_char(valid_to, 'YYYY-MM-DD') as valid_to, label, source
from province_fact
where valid_from is null or valid_from <= $1::date
order by province collate "C", attribute, locale nulls first, valid_from desc nulls last
