-- Pictures that people upload.

-- Keep a picture; the same bytes twice are one medium. a: id, type, file, bytes, width, height,
-- credit, licence, alt. Whoever may upload for any agency may.
create or replace function media_add(who jsonb, a jsonb) returns jsonb language plpgsql as $$
declare
    is_new boolean;
begin
    perform must(exists (select from role_grant g where g.account = (who ->> 'account')::bigint
                         and may(who, 'media', g.agency, null)), 'forbidden');
    insert into media (id, type, file, bytes, width, height, credit, licence, alt)
    values (a ->> 'id', a ->> 'type', a ->> 'file', (a ->> 'bytes')::bigint, (a ->> 'width')::int, (a ->> 'height')::int,
            a ->> 'credit', a ->> 'licence', coalesce(a -> 'alt', '{}'))
    on conflict (id) do nothing;
    is_new := found;
    if is_new then
        perform change_append('media', a ->> 'id', null, null, array['media', 'media:' || (a ->> 'id')]);
        perform audit_append(who, 'media_add', 'media:' || (a ->> 'id'), null, null, a);
    end if;
    return jsonb_build_object('is_new', is_new);
end $$;
