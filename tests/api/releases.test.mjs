// Publishing: updates and their notes, corrections, withdrawals, at a time, together as a release,
// and not before an embargo ends.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bring, done, everybody, newsroom, problem } from '../lib/newsroom.mjs';
import { openapi } from '../lib/openapi.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';

let portal, server, room, desk, reader;
before(async () => {
  portal = await startPortal();
  await portal.sql(`insert into agency (id, names) values ('desk', '{"en": "Desk"}')`);
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  room = await newsroom(portal, server, { ...everybody, administrator: 'administrator' });
  desk = await newsroom(portal, server, everybody, { agency: 'desk', suffix: '-desk' });
  reader = await openapi(server);
});
after(() => portal?.stop());

let made = 0;
const text = (title, more = {}) => ({ title, body: `Về ${title}.`, ...more });
// An article whose Vietnamese draft is approved.
async function approved(more = {}, content = {}, people = room) {
  const n = ++made;
  const id = `story-${n}`;
  done(await people.author.create({ id, source_locale: 'vi', ...more }), 201);
  done(await people.author.save(id, 'vi', text(`Chuyện ${n}`, content)), 201);
  await bring(people, id, 'vi');
  return id;
}
async function published(more, content) {
  const id = await approved(more, content);
  done(await room.publisher.publish(id, 'vi'));
  return id;
}
// A further draft of a text, approved.
async function changed(id, revision, content, locale = 'vi') {
  done(await room.editor.save(id, locale, content, revision ? `"r${revision}"` : undefined), revision ? 200 : 201);
  await bring(room, id, locale);
}
const soon = (ms = 1500) => new Date(Date.now() + ms).toISOString();
const states = (id) => portal.sql(`select string_agg(locale || ' ' || revision || ' ' || state, ', ' order by locale, revision) from edition where article = '${id}'`);
const shown = (id, locale = 'vi') => reader('GET', `/v1/articles/${id}?locale=${locale}&fallback=none`);
const history = (id) => portal.sql(`select string_agg(concat_ws(' ', version, kind, reason, note), '; ' order by version) from publication where article = '${id}'`);

describe('updates', () => {
  test('tell readers what changed, unless they are minor', async () => {
    const id = await published();
    await changed(id, 1, text('Đổi một'));
    const publish = (body) => room.publisher.publish(id, 'vi', {}, body);
    problem(await publish({}), 422, 'note_missing', 'note');
    problem(await publish({ update: 'major' }), 422, 'note_missing', 'note');
    assert.equal((await publish({ update: 'huge', note: 'x' })).status, 400);
    assert.equal((await publish({ note: '' })).status, 400);
    assert.equal((await publish({ note: 'x'.repeat(1001) })).status, 400);
    assert.equal(await states(id), 'vi 1 live, vi 2 draft');
    done(await publish({ update: 'minor' }));
    await changed(id, 2, text('Đổi hai'));
    done(await publish({ note: 'x'.repeat(1000) }));
    assert.equal(await history(id), `1 first What changed.; 2 minor; 3 major ${'x'.repeat(1000)}`);
  });

  test('a translation is behind by what the source did', async () => {
    const id = await published();
    done(await room.translator.save(id, 'en', { title: 'A story', body: 'One.' }), 201);
    await bring(room, id, 'en');
    done(await room.publisher.publish(id, 'en'));
    const state = async () => {
      const { body } = await reader('GET', `/v1/articles/${id}/texts`);
      return body.items.find((one) => one.locale === 'en').translation.state;
    };
    assert.equal(await state(), 'current');
    await changed(id, 1, text('Nhỏ'));
    done(await room.publisher.publish(id, 'vi', {}, { update: 'minor', note: 'Chính tả' }));
    await waitFor(async () => await state() === 'behind-minor');
    await changed(id, 2, text('Lớn'));
    done(await room.publisher.publish(id, 'vi', {}, { note: 'Số mới' }));
    await waitFor(async () => await state() === 'behind-major');
    // Brought up to date: the translator says of which version it is.
    done(await room.translator.save(id, 'en', { title: 'A story', body: 'Two.', translation: { method: 'person', source_version: 3 } }, '"r1"'));
    await bring(room, id, 'en');
    done(await room.publisher.publish(id, 'en', {}, { note: 'Up to date' }));
    await waitFor(async () => await state() === 'current');
    // Nobody else's text was touched.
    assert.equal(await states(id), 'en 1 superseded, en 2 live, vi 1 superseded, vi 2 superseded, vi 3 live');
  });
});

describe('corrections', () => {
  test('are of what is live, with a kind of error and words for readers', async () => {
    const id = await approved();
    const correct = (body, headers) => room.publisher.act(id, 'vi', 'correct', body, headers);
    const words = { reason: 'figure', note: 'Con số đúng là 34.' };
    problem(await correct(words), 409, 'not_live', undefined);
    problem(await room.author.act(id, 'vi', 'correct', words), 403, 'forbidden', undefined);
    done(await room.publisher.publish(id, 'vi'));
    problem(await correct(words), 409, 'no_draft', undefined);
    await changed(id, 1, text('Đã sửa số'));
    problem(await correct({ reason: 'figure' }), 400, 'fault.required', 'note');
    problem(await correct({ note: 'x' }), 400, 'fault.required', 'reason');
    assert.equal((await correct({ ...words, reason: 'mood' })).status, 400);
    problem(await correct({ ...words, update: 'minor' }), 400, 'fault.unknown_key', 'update');
    problem(await correct(words, { 'if-match': '"r1"' }), 412, 'stale', 'If-Match');
    problem(await room.editor.act(id, 'vi', 'correct', words), 403, 'forbidden', undefined);
    const live = done(await correct(words, { 'if-match': '"r2"' }));
    assert.deepEqual([live.version, live.state], [2, 'live']);
    assert.equal(await history(id), '1 first What changed.; 2 correction figure Con số đúng là 34.');
    // It goes the same way as every other text.
    done(await room.editor.save(id, 'vi', text('Chưa duyệt'), '"r2"'));
    problem(await correct(words), 409, 'wrong_stage', undefined);
  });
});

describe('taking back', () => {
  test('the four kinds, and what each of them takes', async () => {
    const take = (id, body, by = room.publisher) => by.act(id, 'vi', 'withdraw', body);
    const [notice, gone, redirect, vanish, legal] = await Promise.all([1, 2, 3, 4, 5].map(() => published()));
    problem(await take(notice, { reason: 'x' }, room.editor), 403, 'forbidden', undefined);
    problem(await take(notice, { reason: 'x', to: '/vi/' }), 422, 'invalid', 'to');
    problem(await take(redirect, { kind: 'redirect', reason: 'x' }), 422, 'invalid', 'to');
    problem(await take(gone, { kind: 'gone', reason: 'x', status: 410 }), 422, 'invalid', 'status');
    assert.equal((await take(gone, { kind: 'burn', reason: 'x' })).status, 400);
    problem(await take(gone, { kind: 'gone' }), 400, 'fault.required', 'reason');
    for (const to of ['javascript:alert(1)', '//evil.example', 'ftp://x.example/', 'vi/', '/vi/\\evil'])
      assert.equal((await take(redirect, { kind: 'redirect', reason: 'x', to })).status, 400, to);
    assert.ok([400, 422].includes((await take(vanish, { kind: 'vanish', reason: 'x', status: 403 })).status));
    assert.equal(await portal.sql("select count(*) from publication where kind = 'withdrawal'"), '0');

    done(await take(notice, { reason: 'Nguồn rút lại.' }));
    done(await take(gone, { kind: 'gone', reason: 'Hết hạn.' }));
    done(await take(redirect, { kind: 'redirect', reason: 'Đã nhập vào bài khác.', to: '/vi/articles/khac/' }));
    done(await take(vanish, { kind: 'vanish', reason: 'Lộ danh tính.' }));
    done(await take(legal, { kind: 'vanish', reason: 'Lệnh toà.', status: 451 }));
    assert.equal(await portal.sql(`select string_agg(concat_ws(' ', state, withdrawal, withdrawn_to, withdrawn_as), ', ' order by array_position(array['${[notice, gone, redirect, vanish, legal].join("','")}'], article))
      from edition where state in ('withdrawn', 'removed')`), 'withdrawn notice, withdrawn gone, withdrawn redirect /vi/articles/khac/, removed vanish 404, removed vanish 451');
    assert.equal(done(await take(notice, { reason: 'Nguồn rút lại.' })).change, null, 'the same again is nothing new');
    assert.equal((await portal.sql(`select count(*) from audit where subject = 'article:${notice}' and action = 'text_withdraw'`)), '1');
    // And back again: the history says so.
    await changed(notice, 1, text('Trở lại'));
    done(await room.publisher.publish(notice, 'vi', {}, { note: 'Nguồn xác nhận lại.' }));
    assert.equal(await history(notice), '1 first What changed.; 2 withdrawal Nguồn rút lại.; 3 restoration Nguồn xác nhận lại.');
  });

  test('one language, not the others', async () => {
    const id = await published();
    done(await room.translator.save(id, 'en', { title: 'Story', body: 'One.' }), 201);
    await bring(room, id, 'en');
    done(await room.publisher.publish(id, 'en'));
    done(await room.publisher.withdraw(id, 'en', 'Wrong.'));
    assert.equal(await states(id), 'en 1 withdrawn, vi 1 live');
    problem(await room.publisher.withdraw(id, 'fr', 'Wrong.'), 404, 'not_found', undefined);
  });
});

describe('at a time', () => {
  const at = (id, moment, body = {}, by = room.publisher) => by.act(id, 'vi', 'publish-at', { at: moment, ...body });
  const cancel = (number, by = room.publisher) => by.api('DELETE', `/v1/schedule/${number}`);

  test('once, at the moment, by who asked for it', async () => {
    const id = await approved();
    const moment = soon();
    const asked = done(await at(id, moment), 201);
    assert.deepEqual([asked.action, asked.article, asked.revision, asked.state, asked.by], ['publish', id, 1, 'waiting', 'publisher']);
    assert.equal((await shown(id)).status, 404);
    const listed = done(await room.editor.api('GET', '/v1/schedule')).items;
    assert.deepEqual(listed.map((one) => one.number), [asked.number]);
    await waitFor(async () => (await shown(id)).status === 200);
    const late = await portal.sql(`select extract(epoch from at - '${moment}'::timestamptz) from publication where article = '${id}'`);
    assert.ok(late >= 0 && late < 2, `${late} s after`);
    assert.equal(await portal.sql(`select string_agg(action || ' ' || name, ', ' order by seq) from audit where subject = 'article:${id}' and action <> 'text_move'`),
      'article_create author, text_save author, schedule publisher, text_publish publisher');
    const [was] = done(await room.editor.api('GET', '/v1/schedule?state=done')).items;
    assert.deepEqual([was.number, was.outcome.version], [asked.number, 1]);
  });

  test('nothing changes until then, unless it is cancelled', async () => {
    const id = await approved();
    const asked = done(await at(id, '2030-01-01T00:00:00+07:00'), 201);
    assert.equal(asked.at, '2029-12-31T17:00:00Z');
    problem(await at(id, '2030-01-02T00:00:00Z'), 409, 'scheduled', undefined);
    problem(await room.editor.save(id, 'vi', text('Khác'), '"r1"'), 409, 'scheduled', undefined);
    problem(await room.editor.act(id, 'vi', 'revert', { revision: 1 }, { 'if-match': '"r1"' }), 409, 'scheduled', undefined);
    problem(await room.publisher.move(id, 'vi', 'draft', 'Chờ đã'), 409, 'scheduled', undefined);
    problem(await room.author.api('DELETE', `/v1/articles/${id}/texts/vi`, { headers: { 'if-match': '"r1"' } }), 409, 'scheduled', undefined);
    problem(await room.publisher.api('PUT', `/v1/releases/r-${id}`, { body: { title: 'R', texts: [{ id, locale: 'vi' }] } }), 409, 'scheduled', 'texts');
    problem(await cancel(asked.number, room.editor), 403, 'forbidden', undefined);
    problem(await cancel(asked.number, desk.publisher), 403, 'forbidden', undefined);
    problem(await cancel(999999), 404, 'not_found', undefined);
    assert.equal(done(await cancel(asked.number)).state, 'cancelled');
    problem(await cancel(asked.number), 409, 'conflict', 'state');
    done(await room.editor.save(id, 'vi', text('Khác'), '"r1"'));
    assert.equal(await portal.sql(`select string_agg(action, ' ' order by seq) from audit where action like 'schedule%' and subject = 'article:${id}'`), 'schedule schedule_cancel');
  });

  test('published by hand before: the moment passes without a second time', async () => {
    const id = await approved();
    const asked = done(await at(id, soon(1000)), 201);
    done(await room.publisher.publish(id, 'vi'));
    assert.equal(await portal.sql(`select state from schedule where id = ${asked.number}`), 'cancelled');
    await waitFor(() => Date.now() > Date.parse(asked.at) + 1000);
    assert.equal(await history(id), '1 first What changed.');
  });

  test('moments that are none', async () => {
    const id = await approved();
    for (const moment of ['2020-01-01T00:00:00Z', new Date().toISOString(), '2099-01-01T00:00:00Z'])
      problem(await at(id, moment), 422, 'not_to_come', 'at');
    for (const moment of ['noon', '2030-01-01', '2030-02-30T00:00:00Z', '2030-01-01T00:00:00', '2030-01-01T24:01:00Z', 1893456000])
      assert.equal((await at(id, moment)).status, 400, String(moment));
    problem(await at(id, soon(), {}, room.editor), 403, 'forbidden', undefined);
    problem(await at(id, soon(), { colour: 1 }), 400, 'fault.unknown_key', 'colour');
    assert.equal(await portal.sql(`select count(*) from schedule where article = '${id}'`), '0');
  });

  test('what stands in the way then is told, and audited', async () => {
    const [one, two] = [await approved({}, { slug: 'cung-dia-chi' }), await approved({}, { slug: 'cung-dia-chi' })];
    const asked = done(await at(one, soon(1200)), 201);
    done(await room.publisher.publish(two, 'vi'));
    const failed = await waitFor(async () => done(await room.editor.api('GET', '/v1/schedule?state=failed')).items.find((item) => item.number === asked.number));
    assert.deepEqual([failed.outcome.refused, failed.outcome.field], ['conflict', 'slug']);
    assert.equal(await states(one), 'vi 1 draft');
    assert.equal(await portal.sql(`select name is null and origin = 'program' from audit where action = 'schedule_failed' and subject = 'article:${one}'`), 't');
    // It can be mended and published.
    await changed(one, 1, text('Khác', { slug: 'dia-chi-khac' }));
    done(await room.publisher.publish(one, 'vi'));
  });

  test('withdrawn at a time', async () => {
    const id = await published();
    const withdraw = (body, by = room.publisher) => by.act(id, 'vi', 'withdraw-at', body);
    problem(await withdraw({ at: soon(), reason: 'x' }, room.editor), 403, 'forbidden', undefined);
    problem(await withdraw({ at: soon(), reason: 'x', kind: 'redirect' }), 422, 'invalid', 'to');
    problem(await withdraw({ at: soon(), reason: 'x', status: 451 }), 422, 'invalid', 'status');
    problem(await withdraw({ reason: 'x' }), 400, 'fault.required', 'at');
    const moment = soon();
    done(await withdraw({ at: moment, reason: 'Hết hạn.', kind: 'notice' }), 201);
    problem(await withdraw({ at: moment, reason: 'Hết hạn.' }), 409, 'scheduled', undefined);
    await waitFor(async () => (await shown(id)).body.status === 'withdrawn');
    assert.equal(await history(id), '1 first What changed.; 2 withdrawal Hết hạn.');
    assert.ok(await portal.sql(`select max(at) >= '${moment}' from publication where article = '${id}'`) === 't');
  });

  test('both: out at one moment, back at another', async () => {
    const id = await approved();
    done(await at(id, soon(1000)), 201);
    done(await room.publisher.act(id, 'vi', 'withdraw-at', { at: soon(2200), reason: 'Chỉ một ngày.' }), 201);
    await waitFor(async () => (await shown(id)).status === 200 && (await shown(id)).body.status === 'live', { every: 30 });
    await waitFor(async () => (await shown(id)).body.status === 'withdrawn');
    assert.equal(await history(id), '1 first; 2 withdrawal Chỉ một ngày.');
  });

  test('lists: states, limits, and only what one may read', async () => {
    const id = await approved({}, {}, desk);
    const asked = done(await at(id, '2030-06-01T00:00:00Z', {}, desk.publisher), 201);
    const has = async (by) => done(await by.api('GET', '/v1/schedule?limit=200')).items.some((item) => item.number === asked.number);
    assert.deepEqual([await has(desk.author), await has(room.author)], [true, true]);
    const other = await approved();
    const theirs = done(await at(other, '2030-06-01T00:00:00Z'), 201);
    assert.ok(!done(await desk.publisher.api('GET', '/v1/schedule?limit=200')).items.some((item) => item.number === theirs.number));
    problem(await desk.publisher.api('DELETE', `/v1/schedule/${theirs.number}`), 403, 'forbidden', undefined);
    assert.equal((await room.author.api('GET', '/v1/schedule?state=soon')).status, 400);
    assert.equal((await room.author.api('GET', '/v1/schedule?limit=201')).status, 400);
  });
});

describe('embargo', () => {
  test('nothing of it is public before, by whatever way', async () => {
    const until = new Date(Date.now() + 2500).toISOString();
    const id = await approved({ embargo: until });
    const early = await room.publisher.publish(id, 'vi');
    problem(early, 409, 'embargo', undefined);
    assert.equal(Date.parse(early.body.embargo), Date.parse(until));
    problem(await room.publisher.act(id, 'vi', 'publish-at', { at: soon(1000) }), 409, 'embargo', 'at');
    done(await room.publisher.api('PUT', `/v1/releases/of-${id}`, { body: { title: 'Đợt', texts: [{ id, locale: 'vi' }] } }));
    const together = await room.publisher.api('POST', `/v1/releases/of-${id}/publish`);
    problem(together, 409, 'release', undefined);
    assert.deepEqual(together.body.texts.map((one) => one.refused), ['embargo']);
    problem(await room.publisher.api('POST', `/v1/releases/of-${id}/publish-at`, { body: { at: soon(1000) } }), 409, 'embargo', 'at');
    done(await room.publisher.api('DELETE', `/v1/releases/of-${id}`));
    assert.equal((await shown(id)).status, 404);
    done(await room.publisher.act(id, 'vi', 'publish-at', { at: until }), 201);
    await waitFor(async () => (await shown(id)).status === 200);
    assert.equal(await portal.sql(`select min(at) >= '${until}' from publication where article = '${id}'`), 't');
  });

  test('is set and lifted by those who publish; one that comes later stops what is scheduled', async () => {
    const id = await approved();
    const change = (body, by) => by.api('PATCH', `/v1/articles/${id}`, { body });
    problem(await change({ embargo: '2030-01-01T00:00:00Z' }, room.author), 403, 'forbidden', undefined);
    problem(await change({ embargo: '2030-01-01T00:00:00Z' }, room.editor), 403, 'forbidden', undefined);
    const asked = done(await room.publisher.act(id, 'vi', 'publish-at', { at: soon(1000) }), 201);
    assert.equal(done(await change({ embargo: '2030-01-01T00:00:00Z' }, room.administrator)).embargo, '2030-01-01T00:00:00Z');
    await waitFor(async () => await portal.sql(`select outcome ->> 'refused' from schedule where id = ${asked.number}`) === 'embargo');
    assert.equal((await shown(id)).status, 404);
    problem(await change({ lift_embargo: true }, room.editor), 403, 'forbidden', undefined);
    assert.equal(done(await change({ lift_embargo: true }, room.administrator)).embargo, null);
    done(await room.publisher.publish(id, 'vi'));
  });
});

describe('releases', () => {
  const set = (release, body, by = room.publisher) => by.api('PUT', `/v1/releases/${release}`, { body });
  const go = (release, by = room.publisher, headers = {}) => by.api('POST', `/v1/releases/${release}/publish`, { headers });
  const of = (...ids) => ids.map((id) => ({ id, locale: 'vi' }));

  test('all or nothing', async () => {
    const [one, two, three] = [await approved(), await approved(), await approved()];
    done(await room.editor.save(two, 'vi', text('Không duyệt'), '"r1"'));
    done(await set('half', { title: 'Nửa chừng', texts: of(one, two, three) }));
    const changes = await portal.sql('select seq from change_head');
    const refused = await go('half');
    problem(refused, 409, 'release', undefined);
    assert.deepEqual(refused.body.texts.map((each) => [each.id, each.locale, each.refused, each.stage]), [[two, 'vi', 'wrong_stage', 'draft']]);
    assert.equal(await portal.sql('select seq from change_head'), changes);
    for (const id of [one, three]) assert.equal(await states(id), 'vi 1 draft');
    assert.equal(done(await room.editor.api('GET', '/v1/releases/half')).state, 'open');
    await bring(room, two, 'vi');
    const out = done(await go('half', room.publisher, { 'idempotency-key': 'half' }));
    assert.deepEqual(out.texts.map((each) => [each.id, each.state, each.version]), [[one, 'live', 1], [two, 'live', 1], [three, 'live', 1]]);
    assert.deepEqual(done(await go('half', room.publisher, { 'idempotency-key': 'half' })), out);
    problem(await go('half'), 409, 'conflict', 'release');
    problem(await set('half', { texts: [] }), 409, 'conflict', 'release');
    problem(await room.publisher.api('DELETE', '/v1/releases/half'), 409, 'conflict', 'release');
    const whole = done(await room.editor.api('GET', '/v1/releases/half'));
    assert.equal(whole.state, 'published');
    assert.equal(await portal.sql("select string_agg(action || ' ' || name, ', ' order by seq) from audit where subject = 'release:half'"), 'release_set publisher, release_publish publisher');
  });

  test('texts that link to each other go out together, though neither could alone', async () => {
    const one = await approved({}, { slug: 'mot', body: 'Xem [hai](/vi/articles/hai/).' });
    const two = await approved({}, { slug: 'hai', body: 'Xem [một](/vi/articles/mot/).' });
    const alone = await room.publisher.publish(one, 'vi');
    problem(alone, 422, 'checks', undefined);
    assert.ok(alone.body.checks.some((each) => each.rule === 'dead_link' && each.level === 'blocking' && each.message), JSON.stringify(alone.body.checks));
    const third = await approved({}, { body: 'Xem [không có](/vi/articles/khong-co/).' });
    done(await set('linked', { title: 'Nối nhau', texts: of(one, two, third) }));
    const refused = await go('linked');
    problem(refused, 409, 'release', undefined);
    assert.deepEqual(refused.body.texts.map((each) => [each.id, each.refused]), [[third, 'checks']]);
    assert.equal(await states(one), 'vi 1 draft');
    done(await set('linked', { texts: of(one, two) }));
    done(await go('linked'));
    assert.deepEqual([await states(one), await states(two)], ['vi 1 live', 'vi 1 live']);
  });

  test('in several languages, with notes of their own', async () => {
    const id = await published();
    await changed(id, 1, text('Bản hai'));
    done(await room.translator.save(id, 'en', { title: 'Two', body: 'Two.' }), 201);
    await bring(room, id, 'en');
    done(await set('tongues', { title: 'Hai thứ tiếng', texts: [{ id, locale: 'vi' }, { id, locale: 'en' }] }));
    const refused = await go('tongues');
    assert.deepEqual(refused.body.texts.map((each) => [each.locale, each.refused]), [['vi', 'note_missing']]);
    done(await set('tongues', { texts: [{ id, locale: 'vi', note: 'Bản hai' }, { id, locale: 'en' }] }));
    done(await go('tongues'));
    assert.equal(await portal.sql(`select string_agg(concat_ws(' ', locale, version, kind, note), ', ' order by locale, version) from publication where article = '${id}'`),
      'en 1 first, vi 1 first What changed., vi 2 major Bản hai');
  });

  test('at a time: nothing in it changes until then, and it goes out whole', async () => {
    const [one, two] = [await approved(), await approved()];
    done(await set('timed', { title: 'Đúng giờ', texts: of(one, two) }));
    const at = (moment, by = room.publisher) => by.api('POST', '/v1/releases/timed/publish-at', { body: { at: moment } });
    problem(await at('2020-01-01T00:00:00Z'), 422, 'not_to_come', 'at');
    problem(await at(soon(), room.editor), 403, 'forbidden', undefined);
    const first = done(await at('2030-01-01T00:00:00Z'), 201);
    problem(await at('2030-01-02T00:00:00Z'), 409, 'scheduled', undefined);
    problem(await set('timed', { texts: of(one) }), 409, 'scheduled', undefined);
    problem(await room.editor.save(two, 'vi', text('Khác'), '"r1"'), 409, 'scheduled', undefined);
    problem(await room.publisher.publish(two, 'vi'), 409, 'scheduled', undefined);
    problem(await room.publisher.act(two, 'vi', 'publish-at', { at: soon() }), 409, 'scheduled', undefined);
    done(await room.publisher.api('DELETE', `/v1/schedule/${first.number}`));
    const moment = soon(1200);
    done(await at(moment), 201);
    assert.equal(Date.parse(done(await room.editor.api('GET', '/v1/releases/timed')).scheduled), Date.parse(moment));
    await waitFor(async () => (await shown(one)).status === 200 && (await shown(two)).status === 200);
    assert.equal(await portal.sql(`select count(*), min(at) >= '${moment}' from publication where article in ('${one}', '${two}')`), '2|t');
    assert.equal(done(await room.editor.api('GET', '/v1/releases/timed')).state, 'published');
    assert.equal(await portal.sql("select state from schedule where release = 'timed' order by id"), 'cancelled\ndone');
  });

  test('at a time, and one text cannot: none goes', async () => {
    const [one, two] = [await approved({}, { slug: 'trung-nhau' }), await approved()];
    done(await set('clash', { title: 'Vướng', texts: of(one, two) }));
    const asked = done(await room.publisher.api('POST', '/v1/releases/clash/publish-at', { body: { at: soon(1200) } }), 201);
    await published({}, { slug: 'trung-nhau' });
    await waitFor(async () => await portal.sql(`select state from schedule where id = ${asked.number}`) === 'failed');
    const failed = done(await room.editor.api('GET', '/v1/schedule?state=failed&limit=200')).items.find((item) => item.number === asked.number);
    assert.deepEqual([failed.outcome.refused, failed.outcome.texts.map((each) => [each.id, each.refused])], ['release', [[one, 'conflict']]]);
    assert.deepEqual([await states(one), await states(two)], ['vi 1 draft', 'vi 1 draft']);
    assert.equal(done(await room.editor.api('GET', '/v1/releases/clash')).state, 'open');
  });

  test('what it cannot hold', async () => {
    const id = await approved();
    const theirs = await approved({}, {}, desk);
    problem(await set('new', {}), 422, 'invalid', 'title');
    problem(await set('new', { title: 'N', agency: 'nobody' }), 422, 'unknown_reference', 'agency');
    problem(await set('new', { title: 'N', texts: of('none') }), 422, 'unknown_reference', 'texts');
    problem(await set('new', { title: 'N' }, room.editor), 403, 'forbidden', undefined);
    problem(await set('of-desk', { title: 'N', agency: 'desk', texts: of(id) }, desk.publisher), 403, 'forbidden', 'texts');
    assert.equal((await set('new', { title: 'N', texts: [{ id }] })).status, 400);
    assert.equal((await set('new', { title: 'N', texts: [{ id, locale: 'tlh' }] })).status, 400);
    assert.equal((await set('new', { title: 'N', texts: [{ id, locale: 'vi', colour: 1 }] })).status, 400);
    assert.equal((await set('x'.repeat(201), { title: 'N' })).status >= 400, true);
    assert.equal((await set('new', { title: 'N', texts: Array.from({ length: 201 }, (_, n) => ({ id, locale: 'vi', note: `${n}` })) })).status, 400);
    assert.equal(await portal.sql("select count(*) from release where id in ('new', 'of-desk')"), '0');
    done(await set('empty', { title: 'N' }));
    problem(await go('empty'), 409, 'release_empty', undefined);
    problem(await room.publisher.api('POST', '/v1/releases/empty/publish-at', { body: { at: soon() } }), 409, 'release_empty', undefined);
    // In one open release at a time.
    done(await set('empty', { texts: of(id) }));
    problem(await set('other', { title: 'O', texts: of(id) }), 409, 'conflict', 'texts');
    done(await room.publisher.api('DELETE', '/v1/releases/empty'));
    done(await set('other', { title: 'O', texts: of(id) }));
    problem(await go('none'), 404, 'not_found', undefined);
    // Of two agencies: each its own.
    done(await set('of-desk', { title: 'D', agency: 'desk', texts: of(theirs) }, desk.publisher));
    problem(await desk.publisher.api('GET', '/v1/releases/other'), 403, 'forbidden', undefined);
    problem(await go('other', desk.publisher), 403, 'forbidden', undefined);
    assert.deepEqual(done(await desk.editor.api('GET', '/v1/releases?state=open')).items.map((one) => one.id), ['of-desk']);
    done(await go('of-desk', desk.publisher));
  });

  test('two at once: one goes, and no text is in two', async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(() => approved()));
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => set(`race-${n}`, { title: `R${n}`, texts: of(...(n % 2 ? ids : [...ids].reverse())) })));
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1, answers.map((answer) => answer.status).join());
    assert.ok(answers.every((answer) => [200, 409].includes(answer.status)));
    const winner = 1 + answers.findIndex((answer) => answer.status === 200);
    const out = await Promise.all([1, 2, 3, 4].map(() => go(`race-${winner}`)));
    assert.deepEqual(out.map((answer) => answer.status).sort(), [200, 409, 409, 409]);
    assert.equal(await portal.sql(`select count(*) from publication where article in ('${ids.join("','")}')`), '4');
  });
});
