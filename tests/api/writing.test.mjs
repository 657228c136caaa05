// Editors at work: create, save, publish, withdraw, upload; and every way to do it wrong, of which
// nothing may be left behind.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { openapi } from '../lib/openapi.mjs';
import { png } from '../lib/png.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';

const jpeg = Buffer.from('/9j/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/'
  + '2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAIABADASIAAhEBAxEB'
  + '/8QAFQABAQAAAAAAAAAAAAAAAAAAAAL/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAABf/EABQRAQAAAAAAAAAAAAAAAAAA'
  + 'AAD/2gAMAwEAAhEDEQA/ALAFkn//2Q==', 'base64'); // 16 × 8 pixels

let portal, server, api, reader, other, revoked;
before(async () => {
  portal = await startPortal();
  await portal.sql(`insert into agency (id, names) values ('desk', '{"en": "Desk"}'), ('ministry', '{"en": "Ministry"}');
    insert into topic (id, names) values ('food', '{"en": "Food"}');
    insert into province (id) values ('hue'), ('ha-noi')`);
  await portal.person('ministry-editor', { agency: 'ministry', grants: [{ role: 'administrator', agency: 'ministry' }] });
  server = await portal.serve({ SEN_BODY_BYTES: 600000, SEN_UPLOAD_BYTES: 300000, SEN_REQUESTS_PER_SECOND: 0, SEN_JSON_DEPTH: 8, SEN_JSON_VALUES: 300 });
  api = await openapi(server, { token: await portal.token() });
  reader = await openapi(server);
  other = await openapi(server, { token: await portal.person('ministry-editor') });
  revoked = (await portal.must(['token', 'new', 'editor', '--label', 'lost'])).stdout.trim();
  const prefix = (await portal.must(['token', 'list'])).stdout.split('\n').find((line) => /lost/.test(line)).split('\t')[0];
  await portal.must(['token', 'revoke', prefix]);
});
after(() => portal?.stop());

let made = 0;
async function article(more = {}) {
  const id = `article-${++made}`;
  const { status, body } = await api('POST', '/v1/articles', { body: { id, source_locale: 'vi', ...more } });
  assert.equal(status, 201);
  return body.id;
}
const text = (title, more = {}) => ({ title, body: `Về ${title}.`, ...more });
const first = { 'if-none-match': '*' };
const save = (id, body, headers = first, locale = 'vi', by = api) => by('PUT', `/v1/articles/${id}/texts/${locale}`, { headers, body });
const publish = (id, headers = {}, locale = 'vi', by = api) => by('POST', `/v1/articles/${id}/texts/${locale}/publish`, { headers, body: { note: 'Đã sửa.' } });
async function published(title, more) {
  const id = await article();
  assert.equal((await save(id, text(title, more))).status, 201);
  assert.equal((await publish(id)).status, 200);
  return id;
}
function problem(answer, status, key, field) {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.match(answer.body.type, new RegExp(`#problem-${key.replace('.', '\\.')}$`));
  assert.equal(answer.body.field, field);
  assert.ok(answer.body.title.length > 10);
}

describe('from nothing to a page', () => {
  test('create, save, save again, publish, correct, withdraw', async () => {
    const created = await api('POST', '/v1/articles', { body: { id: 'life', source_locale: 'vi', topic: 'food', provinces: ['hue', 'ha-noi'], agency: 'desk', kind: 'news' } });
    assert.equal(created.status, 201);
    assert.deepEqual(created.body, { id: 'life', kind: 'news', source_locale: 'vi', agency: 'desk', topic: 'food', provinces: ['hue', 'ha-noi'], recording: null, embargo: null });
    assert.equal((await reader('GET', '/v1/articles/life')).status, 404);

    const draft = await save('life', text('Bún bò', { summary: 'Một món Huế', author: 'An', licence: 'CC-BY-4.0', sources: [{ title: 'Sổ tay', url: 'https://example.org/' }] }));
    assert.equal(draft.status, 201);
    assert.equal(draft.headers.get('etag'), '"r1"');
    assert.deepEqual([draft.body.state, draft.body.revision, draft.body.slug], ['draft', 1, 'bun-bo']);
    assert.match(draft.body.html, /<p>Về Bún bò\.<\/p>/);
    assert.equal((await reader('GET', '/v1/articles/life')).status, 404, 'a draft is nobody else’s business');

    const second = await save('life', text('Bún bò Huế', { slug: 'bun-bo' }), { 'if-match': '"r1"' });
    assert.equal(second.status, 200);
    assert.equal(second.headers.get('etag'), '"r2"');
    const seen = await api('GET', '/v1/articles/life/texts/vi');
    const { article: about, moves, ...same } = seen.body;
    assert.deepEqual(same, second.body);
    assert.deepEqual([about, moves.map((move) => move.to)], [created.body, ['edited', 'published']]);
    assert.equal(seen.headers.get('etag'), '"r2"');

    const live = await publish('life', { 'if-match': '"r2"' });
    assert.equal(live.status, 200);
    assert.deepEqual([live.body.state, live.body.version, live.body.path], ['live', 1, '/vi/articles/bun-bo/']);
    const shown = await waitFor(async () => {
      const answer = await reader('GET', '/v1/articles/life?locale=vi');
      return answer.status === 200 && answer.body;
    });
    assert.deepEqual([shown.title, shown.status, shown.version, shown.topic.id], ['Bún bò Huế', 'live', 1, 'food']);
    assert.deepEqual(shown.provinces.map((one) => one.id), ['hue', 'ha-noi']);
    const change = (await reader('GET', `/v1/changes?after=${live.body.change - 1}`)).body.items[0];
    assert.deepEqual([change.kind, change.subject, change.locale, change.version], ['publish', 'life', 'vi', 1]);

    await save('life', text('Bún bò Huế', { body: 'Sửa lại.', slug: 'bun-bo-hue' }), { 'if-match': '"r2"' });
    assert.equal((await publish('life')).body.version, 2);
    await waitFor(async () => (await reader('GET', '/v1/articles/life')).body.version === 2);
    const moved = await reader('GET', '/v1/articles/bun-bo');
    assert.deepEqual([moved.status, moved.headers.get('location')], [308, '/v1/articles/life']);

    const withdrawn = await api('POST', '/v1/articles/life/texts/vi/withdraw', { body: { reason: 'Có sai sót.' } });
    assert.deepEqual([withdrawn.status, withdrawn.body.state, withdrawn.body.version], [200, 'withdrawn', 3]);
    const gone = await waitFor(async () => {
      const { body } = await reader('GET', '/v1/articles/life');
      return body.status === 'withdrawn' && body;
    });
    assert.deepEqual([gone.notice, gone.html, gone.summary, gone.texts], ['Có sai sót.', null, null, []]);
    assert.ok(!(await reader('GET', '/v1/articles?limit=100')).body.items.some((one) => one.id === 'life'));
    const again = await api('POST', '/v1/articles/life/texts/vi/withdraw', { body: { reason: 'Có sai sót.' } });
    assert.deepEqual([again.status, again.body.change], [200, null]);
  });

  test('a translation remembers its source, and falls behind when that changes', async () => {
    const id = await published('Nón lá');
    const english = await save(id, { title: 'Conical hat', body: 'A hat.', translation: { method: 'machine', proofread: true } }, first, 'en');
    assert.equal(english.body.translation.source_version, 1);
    await publish(id, {}, 'en');
    const state = async () => (await reader('GET', `/v1/articles/${id}?locale=en`)).body.translation?.state;
    await waitFor(async () => await state() === 'current');
    await save(id, text('Nón lá', { body: 'Đã đổi.' }), { 'if-match': '"r1"' });
    await publish(id);
    await waitFor(async () => await state() === 'behind-major');
    const { body } = await reader('GET', `/v1/articles/${id}?locale=vi`);
    assert.equal(body.translation.state, 'original');
  });
});

describe('two editors', () => {
  test('a save that names no revision, a wrong one, or nonsense', async () => {
    const id = await article();
    problem(await save(id, text('A'), {}), 428, 'if_match_missing', 'If-Match');
    for (const value of ['r1', '"1"', '"r"', '*', 'W/"r1"', '"r1", "r2"', '"r9999999999"'])
      problem(await save(id, text('A'), { 'if-match': value }), 400, 'if_match', 'If-Match');
    problem(await save(id, text('A'), { 'if-none-match': '"r1"' }), 400, 'if_match', 'If-None-Match');
    const early = await save(id, text('A'), { 'if-match': '"r1"' });
    assert.equal(early.status, 412);
    assert.equal(await portal.sql(`select count(*) from edition where article = '${id}'`), '0');
  });

  test('the loser of a race gets the present text', async () => {
    const id = await article();
    await save(id, text('Lúc đầu'));
    const both = await Promise.all(['Của An', 'Của Bình'].map((title) => save(id, text(title), { 'if-match': '"r1"' })));
    const winner = both.find((answer) => answer.status === 200);
    const loser = both.find((answer) => answer.status === 412);
    assert.ok(winner && loser, both.map((answer) => answer.status).join());
    problem(loser, 412, 'stale', 'If-Match');
    assert.equal(loser.headers.get('etag'), '"r2"');
    assert.deepEqual(loser.body.current, winner.body);
    problem(await save(id, text('B'), first), 412, 'stale', 'If-Match');
    problem(await publish(id, { 'if-match': '"r1"' }), 412, 'stale', 'If-Match');
    assert.equal((await publish(id, { 'if-match': '"r2"' })).status, 200);
    assert.equal(await portal.sql(`select string_agg(state, ' ' order by revision) from edition where article = '${id}'`), 'superseded live');
  });

  test('publishing what is not there', async () => {
    const id = await article();
    problem(await publish(id), 409, 'no_draft', undefined);
    await published('Đã đăng');
    problem(await publish('there-is-none'), 404, 'not_found', undefined);
    problem(await save('there-is-none', text('A')), 404, 'not_found', undefined);
    problem(await api('POST', `/v1/articles/${id}/texts/vi/withdraw`, { body: { reason: 'x' } }), 404, 'not_found', undefined);
    problem(await api('GET', `/v1/articles/${id}/texts/vi`), 404, 'not_found', undefined);
  });

  test('a slug that another text has', async () => {
    await published('Trùng', { slug: 'trung' });
    const id = await article();
    problem(await save(id, text('Trùng', { slug: 'trung' })), 409, 'conflict', 'slug');
    // Two drafts may want it; the second to be published hears of it.
    const [one, two] = [await article(), await article()];
    for (const each of [one, two]) assert.equal((await save(each, text('Đôi', { slug: 'doi' }))).status, 201);
    assert.equal((await publish(one)).status, 200);
    problem(await publish(two), 409, 'conflict', 'slug');
    assert.equal((await save(two, text('Đôi', { slug: 'doi' }), first, 'en')).status, 201, 'another language has its own');
  });
});

describe('doing it twice', () => {
  test('the same key and request give the same answer, another request is refused', async () => {
    const key = { 'idempotency-key': 'a-key-of-mine' };
    const create = (body) => api('POST', '/v1/articles', { headers: key, body });
    const once = await create({ source_locale: 'vi' });
    assert.equal(once.status, 201);
    assert.match(once.body.id, /^[0-9a-f]{24}$/);
    const twice = await create({ source_locale: 'vi' });
    assert.deepEqual([twice.status, twice.body], [201, once.body]);
    problem(await create({ source_locale: 'en' }), 422, 'key_reused', undefined);
    assert.equal((await other('POST', '/v1/articles', { headers: key, body: { source_locale: 'en' } })).status, 201, 'keys are each account’s own');
    assert.equal(await portal.sql(`select count(*) from article where id = '${once.body.id}'`), '1');
  });

  test('many at once make one', async () => {
    const headers = { 'idempotency-key': 'at-once' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => api('POST', '/v1/articles', { headers, body: { source_locale: 'vi', kind: 'statement' } })));
    assert.deepEqual(new Set(answers.map((answer) => answer.body.id)).size, 1);
    assert.equal(await portal.sql("select count(*) from article where kind = 'statement'"), '1');
  });

  test('publishing and withdrawing', async () => {
    const id = await article();
    await save(id, text('Hai lần'));
    const key = { 'idempotency-key': 'publish-twice' };
    const [a, b] = [await publish(id, key), await publish(id, key)];
    assert.deepEqual([b.status, b.body], [200, a.body]);
    const withdraw = () => api('POST', `/v1/articles/${id}/texts/vi/withdraw`, { headers: { 'idempotency-key': 'w' }, body: { reason: 'x' } });
    const [c, d] = [await withdraw(), await withdraw()];
    assert.deepEqual(d.body, c.body);
    assert.equal(await portal.sql(`select count(*) from change where subject = '${id}'`), '2');
  });

  test('a key that was refused may be used again; one that is none is refused', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    problem(await api('POST', '/v1/articles', { headers, body: { source_locale: 'vi', topic: 'none' } }), 422, 'unknown_reference', 'topic');
    assert.equal((await api('POST', '/v1/articles', { headers, body: { source_locale: 'vi', topic: 'food' } })).status, 201);
    const key = async (value) => (await api('POST', '/v1/articles', { headers: { 'idempotency-key': value }, body: { source_locale: 'vi' } })).status;
    assert.equal(await key('x'.repeat(200)), 201);
    for (const value of ['x'.repeat(201), 'a b', 'ü'])
      problem(await api('POST', '/v1/articles', { headers: { 'idempotency-key': value }, body: { source_locale: 'vi' } }), 400, 'idempotency_key', 'Idempotency-Key');
  });
});

describe('who may', () => {
  test('no token, no such token, a revoked one', async () => {
    for (const value of [undefined, 'Bearer', 'Bearer x', `Bearer ${revoked}`, `Basic ${revoked}`, `Bearer sen_${'x'.repeat(300)}`]) {
      const headers = value ? { authorization: value } : {};
      const answer = await reader('POST', '/v1/articles', { headers, body: { source_locale: 'vi' } });
      problem(answer, 401, 'unauthorised', undefined);
      assert.match(answer.headers.get('www-authenticate'), /^Bearer/);
    }
    for (const [method, path] of [['PUT', ''], ['GET', ''], ['POST', '/publish'], ['POST', '/withdraw']])
      assert.equal((await reader(method, `/v1/articles/x/texts/vi${path}`, method === 'GET' ? {} : { body: {} })).status, 401);
    assert.equal((await reader('POST', '/v1/media?credit=a&licence=b&locale=vi&alt=c', { body: png(2, 2), headers: { 'content-type': 'image/png' } })).status, 401);
  });

  test('an account of one agency writes for that one only', async () => {
    const id = await article({ agency: 'desk' });
    problem(await save(id, text('A'), first, 'vi', other), 403, 'forbidden', undefined);
    problem(await publish(id, {}, 'vi', other), 403, 'forbidden', undefined);
    problem(await other('POST', `/v1/articles/${id}/texts/vi/withdraw`, { body: { reason: 'x' } }), 403, 'forbidden', undefined);
    await save(id, text('A'));
    problem(await other('GET', `/v1/articles/${id}/texts/vi`), 403, 'forbidden', undefined);
    problem(await other('POST', '/v1/articles', { body: { source_locale: 'vi', agency: 'desk' } }), 403, 'forbidden', undefined);
    const own = await other('POST', '/v1/articles', { body: { id: 'own', source_locale: 'vi' } });
    assert.equal(own.body.agency, 'ministry');
    assert.equal((await save('own', text('Của bộ'), first, 'vi', other)).status, 201);
    assert.equal((await publish('own', {}, 'vi', other)).status, 200);
  });
});

describe('bodies that are wrong', () => {
  const post = (body, headers = { 'content-type': 'application/json' }) => api('POST', '/v1/articles', { body, headers });
  const count = () => portal.sql('select count(*) from article');

  test('what is no JSON object', async () => {
    const had = await count();
    problem(await post(''), 400, 'json_missing', undefined);
    problem(await post('[]'), 400, 'json_object', undefined);
    for (const body of ['"x"', '3', 'null', 'true', '{', '{"id": }', '{}x', "{'a': 1}", '{"a": 01}', '\u{feff}{}', '{"id": "\\ud800"}', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])]) {
      const answer = await post(body);
      assert.equal(answer.status, 400, String(body));
      assert.match(answer.body.type, /fault\.(json|bad_utf8)$/, String(body));
    }
    assert.equal(await count(), had);
  });

  test('doubled and unknown keys', async () => {
    const doubled = await post('{"source_locale": "vi", "kind": "a", "kind": "b"}');
    problem(doubled, 400, 'fault.doubled_key', doubled.body.field);
    assert.match(doubled.body.title + doubled.body.detail, /kind/);
    problem(await post('{"source_locale": "vi", "colour": 1}'), 400, 'fault.unknown_key', 'colour');
    const id = await article();
    for (const key of ['id', 'locale', 'topic', 'state', 'html', 'colour'])
      problem(await save(id, text('A', { [key]: 'x' })), 400, 'fault.unknown_key', key);
    problem(await save(id, text('A', { translation: { by: 'x' } })), 400, 'fault.unknown_key', 'translation.by');
    problem(await save(id, text('A', { sources: [{ title: 'a' }, { name: 'b' }] })), 400, 'fault.unknown_key', 'sources[1].name');
    problem(await api('POST', `/v1/articles/${id}/texts/vi/publish`, { body: { at: 'noon' } }), 400, 'fault.unknown_key', 'at');
    problem(await api('POST', `/v1/articles/${id}/texts/vi/withdraw`, { body: {} }), 400, 'fault.required', 'reason');
  });

  test('nested as deep as may be, and one deeper', async () => {
    const nested = (depth) => `{"source_locale": "vi", "x": ${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    problem(await post(nested(8)), 400, 'fault.unknown_key', 'x');
    const deep = await post(nested(9));
    problem(deep, 400, 'json_depth', undefined);
    assert.match(deep.body.title, /8/);
    problem(await post('['.repeat(500000)), 400, 'json_depth', undefined);
  });

  test('as many values as may be, and one more', async () => {
    // The object, the array, its values, and one for the second member.
    const many = (count) => `{"source_locale": "vi", "x": [${Array(count).fill(0)}]}`;
    problem(await post(many(297)), 400, 'fault.unknown_key', 'x');
    const more = await post(many(298));
    problem(more, 400, 'json_values', undefined);
    assert.match(more.body.title, /300/);
  });

  test('as long as may be, and one byte more', async () => {
    const long = (length) => `{"source_locale": "vi"}${' '.repeat(length - 23)}`;
    assert.equal((await post(long(600000))).status, 201);
    problem(await post(long(600001)), 413, 'body_too_large', undefined);
    const id = await article();
    const body = (length) => 'chữ '.repeat(length).slice(0, length);
    const bytes = (length) => 'x '.repeat(length).slice(0, length);
    assert.equal((await save(id, { title: 'Dài', body: bytes(262143) })).status, 201);
    assert.equal((await save(id, { title: 'Dài', body: `${bytes(262143)}x` }, { 'if-match': '"r1"' })).status, 200);
    problem(await save(id, { title: 'Dài', body: `${bytes(262143)}xx` }, { 'if-match': '"r2"' }), 400, 'fault.too_many_bytes', 'body');
    assert.equal((await save(id, { title: body(500).trim() + 'x', body: 'x' }, { 'if-match': '"r2"' })).status, 200);
    problem(await save(id, { title: 'x'.repeat(501), body: 'x' }, { 'if-match': '"r3"' }), 400, 'fault.too_long', 'title');
  });

  test('of another type or coding', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])
      problem(await post('{}', { 'content-type': type }), 415, 'content_type', 'Content-Type');
    assert.equal((await post('{"source_locale": "vi"}', { 'content-type': 'Application/JSON; charset=utf-8' })).status, 201);
    problem(await post('{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' }), 415, 'content_encoding', 'Content-Encoding');
  });

  test('values that there are not', async () => {
    const had = await count();
    problem(await post('{"source_locale": "tlh"}'), 400, 'fault.unknown_locale', 'source_locale');
    problem(await post('{"source_locale": "vi", "topic": "gossip"}'), 422, 'unknown_reference', 'topic');
    problem(await post('{"source_locale": "vi", "agency": "nobody"}'), 422, 'unknown_reference', 'agency');
    problem(await post('{"source_locale": "vi", "provinces": ["hue", "atlantis"]}'), 422, 'unknown_reference', 'provinces');
    problem(await post('{}'), 400, 'fault.required', 'source_locale');
    problem(await post('{"source_locale": 7}'), 400, 'fault.not_text', 'source_locale');
    problem(await post('{"source_locale": "vi", "id": "-x"}'), 400, 'fault.key', 'id');
    problem(await post('{"source_locale": "vi", "provinces": "hue"}'), 400, 'fault.not_list', 'provinces');
    const list = (length) => JSON.stringify({ source_locale: 'vi', provinces: Array(length).fill('hue') });
    assert.equal((await post(list(40))).status, 201);
    problem(await post(list(41)), 400, 'fault.too_many', 'provinces');
    assert.equal(await count(), String(Number(had) + 1));
    const id = await article();
    problem(await api('POST', '/v1/articles', { body: { id, source_locale: 'vi' } }), 409, 'conflict', 'id');
    problem(await save(id, text('A'), first, 'tlh'), 404, 'unknown_locale', 'locale');
    problem(await save(id, text('A', { image: { media: 'none', alt: 'x' } })), 422, 'fault.unknown_media', 'image.media');
    const inside = await save(id, text('A', { body: '![x](media:none)' }));
    assert.equal(inside.status, 422);
    assert.match(inside.body.type, /markdown\.media_unknown$/);
    for (const slug of ['Hoa', 'a--b', '-a', 'a b', 'a/b', '../x'])
      assert.equal((await save(id, text('A', { slug }))).status, 400, slug);
    assert.equal((await save(id, text('A', { title: 'a\u0000b' }))).status, 400);
    assert.equal((await save(id, text('A', { title: ' \n ' }))).status, 400);
    assert.equal(await portal.sql(`select count(*) from edition where article = '${id}'`), '0');
  });

  test('text is kept in NFC, and raw HTML is dropped', async () => {
    const id = await article();
    const { body } = await save(id, text('Ha\u0300 No\u0323\u0302i', { body: 'Ha\u0300 <script>alert(1)</script> [x](javascript:alert(1))' }));
    assert.equal(body.title, 'Hà Nội');
    assert.equal(body.slug, 'ha-noi');
    assert.doesNotMatch(body.html, /<script|javascript:/i);
    assert.ok(body.html.includes('Hà'));
  });
});

describe('pictures', () => {
  const words = 'credit=An&licence=CC0-1.0&locale=en&alt=A+red+square';
  const upload = (bytes, query = words, type = 'image/png') => api('POST', `/v1/media?${query}`, { body: bytes, headers: { 'content-type': type } });

  test('a PNG and a JPEG, and the same twice is one', async () => {
    for (const [bytes, type, width, height] of [[png(12, 7), 'image/png', 12, 7], [jpeg, 'image/jpeg', 16, 8]]) {
      const kept = await upload(bytes, words, type);
      assert.equal(kept.status, 201, JSON.stringify(kept.body));
      assert.deepEqual([kept.body.type, kept.body.width, kept.body.height], [type, width, height]);
      assert.equal(kept.headers.get('location'), `/v1/media/${kept.body.id}`);
      const again = await upload(bytes, words, type);
      assert.deepEqual([again.status, again.body], [200, kept.body]);
      const shown = await waitFor(async () => {
        const answer = await reader('GET', `/v1/media/${kept.body.id}`);
        return answer.status === 200 && answer.body;
      });
      assert.deepEqual([shown.credit, shown.licence, shown.alt], ['An', 'CC0-1.0', { en: 'A red square' }]);
      const file = await fetch(server.url + shown.src);
      assert.equal(file.headers.get('content-type'), type);
      assert.equal((await file.arrayBuffer()).byteLength, shown.bytes);
    }
    assert.equal(await portal.sql('select count(*) from media'), '2');
  });

  test('a text shows it', async () => {
    const { body } = await upload(png(40, 20, { colour: [1, 2, 3] }));
    const id = await article();
    const saved = await save(id, text('Ảnh', { body: `![Một ô đen](media:${body.id} "Chú thích")`, image: { media: body.id, alt: 'Một ô đen' } }));
    assert.equal(saved.status, 201, JSON.stringify(saved.body));
    assert.match(saved.body.html, /<figure/);
    assert.match(saved.body.html, /width="40" height="20"/);
    await publish(id);
    const shown = await waitFor(async () => (await reader('GET', `/v1/articles/${id}`)).body.image);
    assert.deepEqual([shown.id, shown.alt, shown.width], [body.id, 'Một ô đen', 40]);
  });

  test('what is no picture, or lies', async () => {
    const had = await portal.sql('select count(*) from media');
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    for (const [name, bytes] of [['SVG', Buffer.from(svg)], ['HTML', Buffer.from('<html></html>')], ['GIF', Buffer.from('GIF89a\x01\x00\x01\x00\x00\x00\x00;')], ['noise', Buffer.alloc(3000, 7)]]) {
      const answer = await upload(bytes);
      assert.equal(answer.status, 415, name);
      assert.match(answer.body.type, /media\.type$/, name);
    }
    problem(await upload(''), 400, 'media_missing', undefined);
    const whole = png(300, 300, { colour: [9, 8, 7] });
    for (const bytes of [whole.subarray(0, whole.length - 20), whole.subarray(0, 40), png(50, 50, { rows: 10 }), jpeg.subarray(0, 150)]) {
      const answer = await upload(bytes);
      assert.equal(answer.status, 415, `${bytes.length} bytes`);
      assert.match(answer.body.type, /media\.(damaged|type)$/);
    }
    const large = await upload(png(20000, 20000, { rows: 1 }));
    assert.equal(large.status, 422);
    assert.match(large.body.type, /media\.pixels$/);
    assert.equal(await portal.sql('select count(*) from media'), had);
  });

  test('as large as may be, and one byte more', async () => {
    const padded = (length) => Buffer.concat([png(3, 3), Buffer.alloc(length - png(3, 3).length)]);
    assert.ok([200, 201, 415].includes((await upload(padded(300000))).status));
    problem(await upload(padded(300001)), 413, 'body_too_large', undefined);
  });

  test('what has to be said of it', async () => {
    for (const name of ['credit', 'licence', 'locale', 'alt']) {
      const query = new URLSearchParams(words);
      query.delete(name);
      problem(await upload(png(2, 2), query), 400, 'query_missing', name);
    }
    problem(await upload(png(2, 2), `${words}&title=x`), 400, 'query_unknown', 'title');
    problem(await upload(png(2, 2), words.replace('locale=en', 'locale=tlh')), 400, 'unknown_locale', 'locale');
  });

  test('nothing of a refused upload stays on the disk', async () => {
    await waitFor(async () => (await readdir(`${portal.home}/media`)).every((name) => !name.startsWith('.')));
  });
});
