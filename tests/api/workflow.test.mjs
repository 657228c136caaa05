// A text on its way: stages and who may move it on, what a change does to an approval, returning
// it, talking about it, giving tasks; the workflow itself; and two who write at once.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bring, done, everybody, newsroom, problem } from '../lib/newsroom.mjs';
import { startPortal } from '../lib/portal.mjs';

let portal, server, room, admin, desk;
before(async () => {
  portal = await startPortal();
  await portal.sql(`insert into agency (id, names) values ('desk', '{"en": "Desk"}'), ('own', '{"en": "Own ways"}')`);
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  room = await newsroom(portal, server, { ...everybody, both: ['author', 'publisher'], second: 'publisher', administrator: 'administrator' });
  admin = room.administrator;
  desk = await newsroom(portal, server, { author: 'author', publisher: 'publisher', administrator: 'administrator' }, { agency: 'own', suffix: '-own' });
});
after(() => portal?.stop());

let made = 0;
const text = (title, more = {}) => ({ title, body: `Về ${title}.\n\nĐoạn thứ hai.`, ...more });
async function draft(by = room.author, more = {}) {
  const id = `text-${++made}`;
  done(await by.create({ id, source_locale: 'vi', ...more }), 201);
  done(await by.save(id, 'vi', text(`Bài ${made}`)), 201);
  return id;
}
const stage = async (id, locale = 'vi') => done(await admin.read(id, locale)).stage;
const events = (id) => portal.sql(`select string_agg(action || ' ' || name, ', ' order by seq) from audit where subject = 'article:${id}'`);

describe('the way of a text', () => {
  test('draft, edited, proofread, approved, published: each by those whose work it is', async () => {
    const id = await draft();
    const roles = { edited: 'editor', proofread: 'proofreader', approved: 'publisher' };
    let before = 'draft';
    for (const [to, who] of Object.entries(roles)) {
      for (const other of Object.keys(everybody).filter((name) => name !== who)) {
        const answer = await room[other].move(id, 'vi', to);
        problem(answer, 403, 'forbidden', undefined);
        assert.equal(answer.body.stage, before);
      }
      for (const ahead of ['proofread', 'approved'].filter((name) => name !== to && name !== before)) {
        const answer = await room[who].move(id, 'vi', ahead);
        problem(answer, 409, 'wrong_stage', undefined);
        assert.ok(answer.body.moves.some((move) => move.to === to && move.may === 'ok'), JSON.stringify(answer.body));
      }
      problem(await room.publisher.publish(id, 'vi'), 409, 'wrong_stage', undefined);
      const moved = done(await room[who].move(id, 'vi', to));
      assert.deepEqual([moved.stage, moved.state, moved.revision], [to, 'draft', 1]);
      assert.equal(await stage(id), to);
      before = to;
    }
    problem(await room.editor.publish(id, 'vi'), 403, 'forbidden', undefined);
    const live = done(await room.publisher.publish(id, 'vi', {}, {}));
    assert.deepEqual([live.state, live.version], ['live', 1]);
    assert.equal(await stage(id), 'published');
    assert.equal(await events(id), 'article_create author, text_save author, text_move editor, text_move proofreader, text_move publisher, text_publish publisher');
  });

  test('a stage that there is not, and the last one, which is publishing', async () => {
    const id = await draft();
    problem(await room.editor.move(id, 'vi', 'printed'), 422, 'unknown_reference', 'to');
    problem(await room.publisher.move(id, 'vi', 'published'), 422, 'unknown_reference', 'to');
    problem(await room.editor.move(id, 'vi', 'draft'), 409, 'wrong_stage', undefined);
    problem(await room.editor.move(id, 'en', 'edited'), 409, 'no_draft', undefined);
    problem(await room.editor.move('none', 'vi', 'edited'), 404, 'not_found', undefined);
    problem(await room.editor.move(id, 'vi', 'edited', undefined, { 'if-match': '"r7"' }), 412, 'stale', 'If-Match');
    assert.equal(await stage(id), 'draft');
  });

  test('who wrote the last change cannot approve it; another can', async () => {
    const id = await draft(room.both);
    await bring(room, id, 'vi', 'proofread');
    const refused = await room.both.move(id, 'vi', 'approved');
    problem(refused, 403, 'own_change', undefined);
    assert.equal(refused.body.moves.find((move) => move.to === 'approved').may, 'own_change');
    assert.equal(await stage(id), 'proofread');
    done(await room.second.move(id, 'vi', 'approved'));
    done(await room.both.publish(id, 'vi'));

    // Somebody else's last change makes it theirs to approve.
    const edited = await draft(room.both);
    done(await room.editor.save(edited, 'vi', text('Sửa'), '"r1"'));
    await bring(room, edited, 'vi', 'proofread');
    done(await room.both.move(edited, 'vi', 'approved'));
  });

  test('a change after the approval needs another', async () => {
    const id = await draft();
    await bring(room, id, 'vi');
    const saved = done(await room.editor.save(id, 'vi', text('Đổi sau khi duyệt'), '"r1"'));
    assert.equal(saved.stage, 'draft');
    problem(await room.publisher.publish(id, 'vi'), 409, 'wrong_stage', undefined);
    problem(await room.both.publish(id, 'vi'), 409, 'wrong_stage', undefined);
    await bring(room, id, 'vi');
    done(await room.publisher.publish(id, 'vi'));
    assert.equal(await portal.sql(`select title from edition where article = '${id}' and state = 'live'`), 'Đổi sau khi duyệt');
  });

  test('who could have brought it where it is leaves it there, others bring it back to a draft', async () => {
    for (const [at, who, then] of [
      ['edited', 'editor', 'edited'], ['edited', 'proofreader', 'edited'], ['edited', 'author', 'draft'],
      ['proofread', 'proofreader', 'proofread'], ['proofread', 'editor', 'draft'], ['proofread', 'author', 'draft'],
      ['approved', 'proofreader', 'draft'], ['approved', 'author', 'draft'], ['draft', 'editor', 'draft'],
    ]) {
      const id = await draft();
      if (at !== 'draft') await bring(room, id, 'vi', at);
      assert.equal(done(await room[who].save(id, 'vi', text('Khác'), '"r1"')).stage, then, `${who} at ${at}`);
    }
  });

  test('reverting to an approved revision brings no approval back', async () => {
    const id = await draft();
    await bring(room, id, 'vi');
    done(await room.editor.save(id, 'vi', text('Khác'), '"r1"'));
    const back = done(await room.editor.act(id, 'vi', 'revert', { revision: 1 }, { 'if-match': '"r2"' }));
    assert.deepEqual([back.revision, back.stage, back.title], [3, 'draft', `Bài ${made}`]);
    problem(await room.editor.act(id, 'vi', 'revert', { revision: 9 }, { 'if-match': '"r3"' }), 404, 'not_found', undefined);
    problem(await room.editor.act(id, 'vi', 'revert', { revision: 1 }), 428, 'if_match_missing', 'If-Match');
    problem(await room.editor.act(id, 'vi', 'revert', { revision: 1 }, { 'if-match': '"r2"' }), 412, 'stale', 'If-Match');
    const { items } = done(await room.author.list(id, 'vi', 'revisions'));
    assert.deepEqual(items.map((one) => [one.revision, one.state, one.writer]), [[3, 'draft', 'editor'], [2, 'superseded', 'editor'], [1, 'superseded', 'author']]);
  });

  test('it goes back with a word why', async () => {
    for (const [at, who] of [['edited', 'editor'], ['edited', 'proofreader'], ['proofread', 'publisher'], ['approved', 'publisher']]) {
      const id = await draft();
      await bring(room, id, 'vi', at);
      problem(await room[who].move(id, 'vi', 'draft'), 422, 'invalid', 'comment');
      problem(await room.author.move(id, 'vi', 'draft', 'Cho tôi lại.'), 403, 'forbidden', undefined);
      assert.equal(await stage(id), at);
      done(await room[who].move(id, 'vi', 'draft', 'Câu cuối chưa rõ.'));
      assert.equal(await stage(id), 'draft');
      const [said] = done(await room.author.list(id, 'vi', 'comments')).items;
      assert.deepEqual([said.text, said.by, said.revision, said.resolved_at], ['Câu cuối chưa rõ.', who, 1, null]);
      const mine = done(await room.author.api('GET', '/v1/me/work')).drafts.find((one) => one.article === id);
      assert.deepEqual([mine.stage, mine.comments], ['draft', 1]);
    }
  });

  test('put away: the draft is gone, what is live stays, its history too', async () => {
    const id = await draft();
    problem(await room.author.api('DELETE', `/v1/articles/${id}/texts/vi`), 428, 'if_match_missing', 'If-Match');
    await bring(room, id, 'vi');
    done(await room.publisher.publish(id, 'vi'));
    done(await room.author.save(id, 'vi', text('Bản thứ hai'), '"r1"'));
    const away = (match) => room.author.api('DELETE', `/v1/articles/${id}/texts/vi`, { headers: { 'if-match': match } });
    problem(await away('"r1"'), 412, 'stale', 'If-Match');
    done(await away('"r2"'));
    problem(await away('"r2"'), 409, 'no_draft', undefined);
    assert.deepEqual([done(await room.author.read(id, 'vi')).revision, done(await room.author.read(id, 'vi')).state], [1, 'live']);
    assert.equal(done(await room.author.save(id, 'vi', text('Bản thứ ba'), '"r1"')).revision, 3);
    assert.equal(done(await room.author.api('GET', `/v1/articles/${id}/texts/vi?revision=2`)).title, 'Bản thứ hai');
  });
});

describe('who proofread', () => {
  test('is known from the workflow, and nobody’s word is taken who may not say it', async () => {
    const id = await draft();
    const claim = (who, revision) => room[who].save(id, 'en', { title: 'T', body: `B ${revision}`, translation: { method: 'person', proofread: true } }, revision && `"r${revision}"`);
    assert.equal(done(await claim('translator', 0), 201).translation.proofread, false);
    assert.equal(done(await claim('proofreader', 1)).translation.proofread, true);
    assert.equal(done(await claim('translator', 2)).translation.proofread, false);
    await bring(room, id, 'en', 'proofread');
    assert.equal(done(await admin.read(id, 'en')).translation.proofread, true);
    assert.equal(done(await room.translator.save(id, 'en', { title: 'T', body: 'Again' }, '"r3"')).translation.proofread, false);
  });
});

describe('what waits for whom', () => {
  const waiting = async (who) => done(await room[who].api('GET', '/v1/me/waiting?limit=200')).items;
  test('each sees what they can move on, and nobody their own to approve', async () => {
    const id = await draft(room.both);
    const of = async (who) => (await waiting(who)).filter((one) => one.article === id).map((one) => one.to);
    const seen = async () => Object.fromEntries(await Promise.all([...Object.keys(everybody), 'both'].map(async (who) => [who, (await of(who)).join()])));
    const nobody = { author: '', translator: '', proofreader: '', editor: '', publisher: '', both: '' };
    assert.deepEqual(await seen(), { ...nobody, editor: 'edited' });
    await bring(room, id, 'vi', 'edited');
    assert.deepEqual(await seen(), { ...nobody, proofreader: 'proofread' });
    done(await room.proofreader.move(id, 'vi', 'proofread'));
    assert.deepEqual(await seen(), { ...nobody, publisher: 'approved' });
    done(await room.publisher.move(id, 'vi', 'approved'));
    assert.deepEqual(await seen(), { ...nobody, publisher: 'published', both: 'published' });
    done(await room.publisher.publish(id, 'vi'));
    assert.deepEqual(await seen(), nobody);
  });

  test('limits', async () => {
    for (const path of ['/v1/me/waiting', '/v1/me/work']) {
      problem(await room.editor.api('GET', `${path}?limit=0`), 400, 'limit', 'limit');
      for (const limit of ['201', '-1', 'x']) problem(await room.editor.api('GET', `${path}?limit=${limit}`), 400, limit === '201' ? 'fault.number_range' : 'fault.not_number', 'limit');
      problem(await room.editor.api('GET', `${path}?who=ann`), 400, 'query_unknown', 'who');
      assert.equal(done(await room.editor.api('GET', `${path}?limit=200`)).next ?? null, null);
    }
  });
});

describe('comments', () => {
  test('said, listed in pages, resolved once', async () => {
    const id = await draft();
    for (const n of [1, 2, 3]) done(await room.translator.act(id, 'vi', 'comments', { text: `Ý ${n}` }), 201);
    const page = done(await room.author.list(id, 'vi', 'comments?limit=2'));
    assert.deepEqual(page.items.map((one) => one.text), ['Ý 1', 'Ý 2']);
    const rest = done(await room.author.list(id, 'vi', `comments?limit=2&after=${page.next}`));
    assert.deepEqual([rest.items.map((one) => one.text), rest.next], [['Ý 3'], null]);
    const number = page.items[0].number;
    const resolve = (by = room.editor, locale = 'vi', which = number) => by.act(id, locale, `comments/${which}/resolve`, {});
    assert.equal(done(await resolve()).resolved_by, 'editor');
    assert.equal(done(await resolve(room.author)).resolved_by, 'editor', 'the first who said so');
    problem(await resolve(room.editor, 'en'), 404, 'not_found', undefined);
    problem(await resolve(room.editor, 'vi', 999999), 404, 'not_found', undefined);
    problem(await resolve(room.editor, 'vi', 'one'), 404, 'not_found', undefined);
    assert.deepEqual(done(await room.author.list(id, 'vi', 'comments?open=true')).items.map((one) => one.text), ['Ý 2', 'Ý 3']);
    assert.deepEqual(done(await room.author.list(id, 'vi', 'comments?open=false')).items.map((one) => one.text), ['Ý 1']);
  });

  test('limits: as long as may be and one more; nothing; no text at all', async () => {
    const id = await draft();
    const say = (said) => room.author.act(id, 'vi', 'comments', said);
    done(await say({ text: `${'x'.repeat(16383)}y` }), 201);
    assert.equal((await say({ text: 'x'.repeat(16385) })).status, 400);
    problem(await say({}), 400, 'fault.required', 'text');
    assert.equal((await say({ text: '  ' })).status, 400);
    problem(await say({ text: 'a', to: 'b' }), 400, 'fault.unknown_key', 'to');
    assert.equal(done(await room.author.list(id, 'vi', 'comments')).items.length, 1);
    const lines = 'Dòng một\nDòng hai — ხმა, 漢字, العربية 🪷';
    assert.equal(done(await say({ text: lines }), 201).text, lines);
  });
});

describe('tasks', () => {
  test('given, changed, seen as my work, done', async () => {
    const id = await draft();
    const give = (body, by = room.editor) => by.act(id, 'en', 'assignments', body, {}, 'PUT');
    done(await give({ to: 'translator', task: 'translate', due: '2026-12-01', note: 'Trước thứ hai' }));
    done(await give({ to: 'translator', task: 'translate', due: '2026-12-02' }));
    const { items } = done(await room.author.list(id, 'en', 'assignments'));
    assert.deepEqual(items.map((one) => [one.to, one.task, one.due, one.note]), [['translator', 'translate', '2026-12-02', null]]);
    const mine = done(await room.translator.api('GET', '/v1/me/work')).assignments.filter((one) => one.article === id);
    assert.equal(mine.length, 1);
    const end = (by) => by.act(id, 'en', 'assignments', { to: 'translator', task: 'translate' }, {}, 'DELETE');
    problem(await end(room.author), 403, 'forbidden', undefined);
    done(await end(room.translator));
    problem(await end(room.translator), 404, 'not_found', undefined);
    problem(await give({ to: 'translator', task: 'translate' }, room.author), 403, 'forbidden', undefined);
  });

  test('to somebody who is there and may see the text', async () => {
    const id = await draft(room.author, { agency: 'desk' });
    const give = (body) => room.editor.act(id, 'vi', 'assignments', body, {}, 'PUT');
    problem(await give({ to: 'nobody', task: 'edit' }), 422, 'unknown_reference', 'to');
    problem(await give({ to: 'author-own', task: 'edit' }), 422, 'unknown_reference', 'to');
    assert.equal((await give({ to: 'editor', task: 'dance' })).status, 400);
    assert.equal((await give({ to: 'editor', task: 'edit', due: '2026-02-30' })).status, 400);
    problem(await give({ task: 'edit' }), 400, 'fault.required', 'to');
    assert.equal(await portal.sql(`select count(*) from assignment where article = '${id}'`), '0');
  });
});

describe('the workflow is data', () => {
  const get = async (agency) => done(await admin.api('GET', `/v1/workflow${agency ? `?agency=${agency}` : ''}`));
  const set = (body, by = admin) => by.api('PUT', '/v1/workflow', { body });

  test('an agency’s own: two stages, and its writers approve themselves', async () => {
    const before = await get();
    const moves = [{ from: 'draft', to: 'approved', roles: ['author', 'publisher'] }, { from: 'approved', to: 'published', roles: ['publisher'] }];
    problem(await set({ agency: 'own', moves }, desk.publisher), 403, 'forbidden', undefined);
    problem(await set({ moves }, desk.administrator), 403, 'forbidden', undefined);
    problem(await set({ agency: 'desk', moves }, desk.administrator), 403, 'forbidden', undefined);
    const own = done(await set({ agency: 'own', moves }, desk.administrator));
    assert.equal(own.agency, 'own');
    assert.deepEqual(own.moves.map((move) => [move.from, move.to, move.by_writer]), [['draft', 'approved', true], ['approved', 'published', true]]);
    assert.deepEqual(await get(), before, 'everybody else goes the old way');
    const id = await draft(desk.author);
    problem(await desk.author.move(id, 'vi', 'edited'), 409, 'wrong_stage', undefined);
    done(await desk.author.move(id, 'vi', 'approved'));
    done(await desk.publisher.publish(id, 'vi'));
    done(await set({ agency: 'own', moves: [] }, desk.administrator));
    assert.equal((await get('own')).agency, null);
    assert.deepEqual((await get('own')).moves, before.moves);
  });

  test('one’s own change may be approved where the rows say so', async () => {
    const before = await get();
    const moves = before.moves.map((move) => (move.to === 'approved' ? { ...move, by_writer: true } : move));
    done(await set({ moves }));
    const id = await draft(room.both);
    await bring(room, id, 'vi', 'proofread');
    done(await room.both.move(id, 'vi', 'approved'));
    done(await set({ moves: before.moves }));
    assert.deepEqual(await get(), before);
  });

  test('a stage more, and none that texts are in less', async () => {
    const before = await get();
    const stages = [...before.stages.slice(0, 4), { id: 'legal-read', names: { vi: 'Đã soát luật', en: 'Legally read' } }, before.stages[4]];
    const moves = [...before.moves.filter((move) => move.to !== 'published'),
      { from: 'approved', to: 'legal-read', roles: ['administrator'] }, { from: 'legal-read', to: 'published', roles: ['publisher'] }];
    assert.deepEqual(done(await set({ stages, moves })).stages.map((one) => one.id), ['draft', 'edited', 'proofread', 'approved', 'legal-read', 'published']);
    const id = await draft();
    await bring(room, id, 'vi');
    problem(await room.publisher.publish(id, 'vi'), 409, 'wrong_stage', undefined);
    done(await admin.move(id, 'vi', 'legal-read'));
    const refused = await set({ stages: before.stages, moves: before.moves });
    problem(refused, 409, 'conflict', 'stages');
    assert.equal(refused.body.stage, 'legal-read');
    assert.equal(done(await room.publisher.publish(id, 'vi', {}, {})).state, 'live');
    done(await set({ stages: before.stages, moves: before.moves }));
    assert.deepEqual(await get(), before);
  });

  test('what is none is refused, and nothing of it is kept', async () => {
    const before = await get();
    const move = (more) => ({ moves: [{ from: 'draft', to: 'edited', roles: ['editor'], ...more }] });
    for (const [body, status] of [
      [move({ roles: ['king'] }), 422], [move({ from: 'nowhere' }), 422], [move({ to: 'nowhere' }), 422], [move({ to: 'draft' }), 422],
      [move({ from: 'published', to: 'draft' }), 422], [{ moves: [move().moves[0], move().moves[0]] }, 409],
      [{ stages: [] }, 422], [{ stages: before.stages.slice(1) }, 422], [{ stages: [...before.stages, before.stages[0]] }, 422],
      [{ agency: 'own', stages: before.stages }, 422], [{ agency: 'nobody', moves: [] }, 422],
      [{ rules: [{ id: 'none', level: 'off' }] }, 422], [{ rules: [{ id: 'none', level: 'sometimes' }] }, 400],
      [move({ roles: Array(7).fill('editor') }), 400], [{ colour: 1 }, 400],
      [{ stages: [...before.stages, { id: 'x9', names: { en: 'X' } }] }, 422], [{ stages: [...before.stages, { id: 'x', names: {} }] }, 400],
      [{ stages: [...before.stages, { id: `${'x'.repeat(41)}`, names: { en: 'X' } }] }, 400],
    ]) {
      const answer = await set(body);
      assert.equal(answer.status, status, `${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`);
      assert.deepEqual(await get(), before, JSON.stringify(body));
    }
  });
});

describe('two who write at once', () => {
  test('the loser gets the text as it is now and what was done to it', async () => {
    const id = await draft();
    const base = text('Chung');
    done(await room.author.save(id, 'vi', base, '"r1"'));
    done(await room.editor.save(id, 'vi', { ...base, title: 'Chung một', body: 'Về Chung.\n\nĐoạn hai đã đổi.' }, '"r2"'));
    const lost = await room.author.save(id, 'vi', { ...base, body: 'Của tôi.' }, '"r2"');
    problem(lost, 412, 'stale', 'If-Match');
    assert.equal(lost.headers.get('etag'), '"r3"');
    const { article, moves, ...now } = done(await room.author.read(id, 'vi'));
    assert.deepEqual([lost.body.current, article.id, moves.length], [now, id, 1]);
    assert.equal(lost.body.base, undefined);
    const title = lost.body.changes.find((one) => one.field === 'title');
    assert.deepEqual([title.before, title.after], ['Chung', 'Chung một']);
    const body = lost.body.changes.find((one) => one.field === 'body');
    assert.ok(body.paragraphs.some((one) => one.op === 'equal'));
    const replaced = body.paragraphs.find((one) => one.op === 'replace');
    assert.deepEqual([replaced.before, replaced.after], [['Đoạn thứ hai.'], ['Đoạn hai đã đổi.']]);
    for (const what of ['publish', 'stage', 'publish-at', 'correct', 'revert']) {
      const bodies = { publish: {}, stage: { to: 'edited' }, 'publish-at': { at: '2030-01-01T00:00:00Z' }, correct: { reason: 'fact', note: 'x' }, revert: { revision: 1 } };
      const answer = await admin.act(id, 'vi', what, bodies[what], { 'if-match': '"r2"' });
      problem(answer, 412, 'stale', 'If-Match');
    }
    problem(await room.author.save(id, 'vi', base, '"r77"'), 412, 'stale', 'If-Match');
  });
});

describe('doing it twice', () => {
  test('one key, one answer, one event: for everything that is written', async () => {
    const id = await draft();
    await bring(room, id, 'vi');
    const at = new Date(Date.now() + 3600e3).toISOString();
    const path = `/v1/articles/${id}/texts/vi`;
    const steps = [
      [room.publisher, 'POST', `${path}/stage`, { to: 'draft', comment: 'Lại' }],
      [room.editor, 'PUT', path, text('Lần nữa'), { 'if-match': '"r1"' }],
      [room.editor, 'POST', `${path}/revert`, { revision: 1 }, { 'if-match': '"r2"' }],
      [room.editor, 'POST', `${path}/comments`, { text: 'Một lần' }],
      [room.editor, 'PUT', `${path}/assignments`, { to: 'author', task: 'write' }],
      [room.editor, 'DELETE', `${path}/assignments`, { to: 'author', task: 'write' }],
      [room.editor, 'POST', '/v1/articles', { id: `${id}-more`, source_locale: 'vi' }],
      [room.editor, 'PATCH', `/v1/articles/${id}`, { kind: 'news' }],
      [room.editor, 'POST', `${path}/stage`, { to: 'edited' }],
      [room.proofreader, 'POST', `${path}/stage`, { to: 'proofread' }],
      [room.publisher, 'POST', `${path}/stage`, { to: 'approved' }],
      [room.publisher, 'PUT', `/v1/releases/${id}`, { title: 'Đợt', texts: [{ id, locale: 'vi' }] }],
      [room.publisher, 'POST', `/v1/releases/${id}/publish-at`, { at }],
      [room.publisher, 'DELETE', `/v1/releases/${id}`, undefined],
      [room.publisher, 'POST', `${path}/publish`, {}],
      [room.publisher, 'POST', `${path}/withdraw-at`, { at, reason: 'Hết hạn' }],
      [room.publisher, 'POST', `${path}/withdraw`, { reason: 'Sai' }],
    ];
    for (const [n, [by, method, target, body, headers = {}]] of steps.entries()) {
      const key = { 'idempotency-key': `step-${n}` };
      const count = async () => Number(await portal.sql('select count(*) from audit'));
      const had = await count();
      const once = await by.api(method, target, { body, headers: { ...headers, ...key } });
      assert.ok([200, 201].includes(once.status), `${method} ${target}: ${JSON.stringify(once.body)}`);
      assert.equal(await count(), had + 1, `${method} ${target}: one event`);
      const twice = await by.api(method, target, { body, headers: { ...headers, ...key } });
      assert.deepEqual([twice.status, twice.body], [once.status, once.body], `${method} ${target}`);
      assert.equal(await count(), had + 1, `${method} ${target}: no second event`);
      const other = await by.api(method, target, { body: { ...body, note: 'x' }, headers: { ...headers, ...key } });
      assert.ok([400, 422].includes(other.status), `${method} ${target}: another body: ${other.status}`);
      assert.equal(await count(), had + 1);
    }
  });

  test('an upload too', async () => {
    const { png } = await import('../lib/png.mjs');
    const upload = (bytes) => room.editor.api('POST', '/v1/media?credit=a&licence=b&locale=en&alt=c', { body: bytes, headers: { 'content-type': 'image/png', 'idempotency-key': 'upload' } });
    const once = await upload(png(7, 7));
    assert.equal(once.status, 201);
    const twice = await upload(png(7, 7));
    assert.equal(twice.body.id, once.body.id);
    problem(await upload(png(8, 8)), 422, 'key_reused', undefined);
    const wrong = await room.editor.api('POST', '/v1/media?credit=a&licence=b&locale=en&alt=c', { body: png(9, 9), headers: { 'content-type': 'image/png', 'idempotency-key': 'x'.repeat(201) } });
    problem(wrong, 400, 'idempotency_key', 'Idempotency-Key');
  });
});
