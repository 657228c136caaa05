-- The one door for people who edit: ask() looks an operation up and answers. Each is a function of
-- (who, a) that returns its document or refuses through must(), and then nothing of it has happened.

-- key: an Idempotency-Key or null; request: the hash of the request it came with. A repeat gets the
-- answer of the first; two at once wait for one another.
create or replace function ask(who jsonb, key text, request bytea, operation text, a jsonb, out outcome text, out answer jsonb)
language plpgsql as $$
declare
    kept idempotency%rowtype;
    more text;
begin
    if key is not null then
        insert into idempotency (account, key, request, answer)
        values ((who ->> 'account')::bigint, ask.key, ask.request, 'null') on conflict do nothing;
        if not found then
            select * into kept from idempotency i where i.account = (who ->> 'account')::bigint and i.key = ask.key;
            outcome := case when kept.request = ask.request then 'ok' else 'key_reused' end;
            answer := case when outcome = 'ok' then kept.answer end;
            return;
        end if;
    end if;
    answer := case operation
        when 'article_change' then article_change(who, a)
        when 'article_create' then article_create(who, a)
        when 'assignment_end' then assignment_end(who, a)
        when 'assignment_list' then assignment_list(who, a)
        when 'assignment_set' then assignment_set(who, a)
        when 'audit_list' then audit_list(who, a)
        when 'comment_add' then comment_add(who, a)
        when 'comment_list' then comment_list(who, a)
        when 'comment_resolve' then comment_resolve(who, a)
        when 'coverage_get' then coverage_get(who, a)
        when 'coverage_texts' then coverage_texts(who, a)
        when 'front_get' then front_get(who, a)
        when 'front_remove' then front_remove(who, a)
        when 'front_set' then front_set(who, a)
        when 'glossary_list' then glossary_list(who, a)
        when 'glossary_remove' then glossary_remove(who, a)
        when 'glossary_set' then glossary_set(who, a)
        when 'me_get' then me_get(who, a)
        when 'me_password' then me_password(who, a)
        when 'media_add' then media_add(who, a)
        when 'media_caption' then media_caption(who, a)
        when 'memory_add' then memory_add(who, a)
        when 'memory_list' then memory_list(who, a)
        when 'people_may' then people_may(who, a)
        when 'person_add' then person_add(who, a)
        when 'person_disable' then person_disable(who, a)
        when 'person_enable' then person_enable(who, a)
        when 'person_get' then person_get(who, a)
        when 'person_grants' then person_grants(who, a)
        when 'person_list' then person_list(who, a)
        when 'person_password' then person_password(who, a)
        when 'preview_create' then preview_create(who, a)
        when 'preview_list' then preview_list(who, a)
        when 'preview_revoke' then preview_revoke(who, a)
        when 'release_cancel' then release_cancel(who, a)
        when 'release_get' then release_get(who, a)
        when 'release_list' then release_list(who, a)
        when 'release_publish' then release_publish(who, a)
        when 'release_schedule' then release_schedule(who, a)
        when 'release_set' then release_set(who, a)
        when 'schedule_cancel' then schedule_cancel(who, a)
        when 'schedule_list' then schedule_list(who, a)
        when 'session_end' then session_end(who, a)
        when 'text_check_list' then text_check_list(who, a)
        when 'text_correct' then text_correct(who, a)
        when 'text_discard' then text_discard(who, a)
        when 'text_exchange' then text_exchange(who, a)
        when 'text_get' then text_get(who, a)
        when 'text_move' then text_move(who, a)
        when 'text_publish' then text_publish(who, a)
        when 'text_revisions' then text_revisions(who, a)
        when 'text_save' then text_save(who, a)
        when 'text_schedule' then text_schedule(who, a)
        when 'text_schedule_withdrawal' then text_schedule_withdrawal(who, a)
        when 'text_source_changes' then text_source_changes(who, a)
        when 'text_suggestions' then text_suggestions(who, a)
        when 'text_take_back' then text_take_back(who, a)
        when 'token_list' then token_list(who, a)
        when 'token_make' then token_make(who, a)
        when 'token_revoke' then token_revoke(who, a)
        when 'work_mine' then work_mine(who, a)
        when 'work_waiting' then work_waiting(who, a)
        when 'workflow_get' then workflow_get(who, a)
        when 'workflow_set' then workflow_set(who, a)
        end;
    outcome := 'ok';
    if answer is null then
        raise exception 'no operation %', operation;
    end if;
    if key is not null then
        update idempotency i set answer = ask.answer where i.account = (who ->> 'account')::bigint and i.key = ask.key;
    end if;
exception when sqlstate 'SEN01' then
    get stacked diagnostics outcome = message_text, more = pg_exception_detail;
    answer := nullif(more, '')::jsonb;
end $$;
