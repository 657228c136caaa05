// Translations beside their sources: what readers are told has changed, what translators are told,
// what there is in which language, what was translated before, what is called how.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openapi } from '../lib/openapi.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';

let portal, server, api, reader, translator, author, stranger;
before(async () => {
  portal = await startPortal();
  await portal.sql(`insert into agency (id, names) values ('desk', '{"en": "Desk"}'), ('ministry', '{"en": "Ministry"}');
    insert into topic (id, names) values ('food', '{"en": "Food"}')`);
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0, SEN_ORIGIN: 'https://sen.example' });
  api = await openapi(server, { token: await portal.token() });
  reader = await openapi(server);
  translator = await openapi(server, { token: await portal.person('translator', { agency: 'desk', grants: [{ role: 'translator', agency: 'desk', locales: ['en'] }] }) });
  author = await openapi(server, { token: await portal.person('author', { agency: 'ministry', grants: [{ role: 'editor', agency: 'ministry', locales: ['fr'] }] }) });
  stranger = await openapi(server, { token: await portal.person('stranger') });
});
after(() => portal?.stop());

function problem(answer, status, key, field) {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.match(answer.body.type, new RegExp(`#problem-${key.replace('.', '\\.')}$`));
  assert.equal(answer.body.field, field);
}
const create = async (id, more = {}) => assert.equal((await api('POST', '/v1/articles', { body: { id, source_locale: 'vi', ...more } })).status, 201);
async function save(id, locale, revision, text) {
  const saved = await api('PUT', `/v1/articles/${id}/texts/${locale}`, {
    headers: revision ? { 'if-match': `"r${revision}"` } : { 'if-none-match': '*' },
    body: { title: `${id} ${locale}`, body: 'Một.\n\nHai.', ...text },
  });
  assert.ok([200, 201].includes(saved.status), JSON.stringify(saved.body));
  return saved.body;
}
async function act(id, locale, action, body = {}) {
  const done = await api('POST', `/v1/articles/${id}/texts/${locale}/${action}`, { body });
  assert.ok([200, 201].includes(done.status), JSON.stringify(done.body));
  return done.body;
}
async function issue(id, locale, revision, text, publication = { note: 'Changed.' }) {
  await save(id, locale, revision, text);
  return act(id, locale, 'publish', publication);
}
const seen = (condition) => waitFor(condition, { seconds: 5 });

describe('the public history', () => {
  const history = async (id, query = '') => (await reader('GET', `/v1/articles/${id}/history${query}`)).body;
  const told = ({ items }) => items.map(({ locale, version, kind, note, reason }) => [locale, version, kind, note, reason]);

  test('tells versions, corrections, withdrawals and what came back', async () => {
    await create('story');
    await issue('story', 'vi', 0, {});
    await issue('story', 'vi', 1, { body: 'Ba.' }, { update: 'minor' });
    await save('story', 'vi', 2, { body: 'Bốn.' });
    await act('story', 'vi', 'correct', { reason: 'figure', note: 'Bốn, không phải ba.' });
    await issue('story', 'en', 0, {});
    await act('story', 'en', 'withdraw', { reason: 'Not right.' });
    await issue('story', 'en', 1, { body: 'Right.' }, { note: 'Back.' });
    const all = await seen(async () => {
      const now = await history('story');
      return now.items.length === 6 && now;
    });
    assert.deepEqual(told(all), [
      ['en', 3, 'restoration', 'Back.', null],
      ['en', 2, 'withdrawal', 'Not right.', null],
      ['en', 1, 'first', 'Changed.', null],
      ['vi', 3, 'correction', 'Bốn, không phải ba.', 'figure'],
      ['vi', 2, 'minor', null, null],
      ['vi', 1, 'first', 'Changed.', null],
    ]);
    assert.deepEqual(told(await history('story', '?locale=vi')).map((one) => one[1]), [3, 2, 1]);
    problem(await reader('GET', '/v1/articles/story/history?locale=fr'), 404, 'not_found');
    assert.deepEqual(told(await history('story-en')), told(all), 'by slug');
  });

  test('goes page by page', async () => {
    const all = await history('story');
    const items = [];
    for (let next = '/v1/articles/story/history?limit=1'; next;) {
      const { body } = await reader('GET', next);
      items.push(...body.items);
      next = body.next && `/v1/articles/story/history?limit=1&cursor=${body.next}`;
    }
    assert.deepEqual(items, all.items);
  });

  test('an article tells its own corrections, the newest first', async () => {
    await save('story', 'vi', 3, { body: 'Năm.' });
    await act('story', 'vi', 'correct', { reason: 'other', note: 'Năm.' });
    const shown = await seen(async () => {
      const { body } = await reader('GET', '/v1/articles/story?locale=vi');
      return body.corrections.length === 2 && body;
    });
    assert.deepEqual(shown.corrections.map(({ version, reason, note }) => [version, reason, note]),
      [[4, 'other', 'Năm.'], [3, 'figure', 'Bốn, không phải ba.']]);
    assert.match(shown.corrections[0].at, /^20\d\d-.*Z$/);
    assert.deepEqual((await reader('GET', '/v1/articles/story?locale=en')).body.corrections, [], 'not those of another language');
  });

  test('what vanished leaves no trace, not even when it is back', async () => {
    await create('ghost');
    await issue('ghost', 'vi', 0, {});
    await issue('ghost', 'en', 0, {});
    await act('ghost', 'en', 'withdraw', { kind: 'vanish', status: 451, reason: 'A court says so.' });
    await seen(async () => (await history('ghost')).items.every((one) => one.locale === 'vi'));
    await issue('ghost', 'en', 1, { body: 'New.' });
    const back = await seen(async () => {
      const { items } = await history('ghost', '?locale=en');
      return items.length && items;
    });
    assert.deepEqual(back.map((one) => one.kind), ['restoration', 'first']);
    await act('ghost', 'en', 'withdraw', { kind: 'vanish', reason: 'Again.' });
    await act('ghost', 'vi', 'withdraw', { kind: 'vanish', reason: 'Again.' });
    await seen(async () => (await reader('GET', '/v1/articles/ghost/history')).status === 404);
  });

  test('drafts are in none, and mistakes are refused', async () => {
    await create('unborn');
    await save('unborn', 'vi', 0, {});
    problem(await reader('GET', '/v1/articles/unborn/history'), 404, 'not_found');
    problem(await reader('GET', '/v1/articles/none/history'), 404, 'not_found');
    problem(await reader('GET', '/v1/articles/story/history?limit=101'), 400, 'limit', 'limit');
    problem(await reader('GET', '/v1/articles/story/history?cursor=x'), 400, 'cursor', 'cursor');
    problem(await reader('GET', '/v1/articles/story/history?kind=major'), 400, 'query_unknown', 'kind');
  });
});

describe('what has changed in the source', () => {
  const changes = (id, locale = 'en', by = api) => by('GET', `/v1/articles/${id}/texts/${locale}/source-changes`);

  test('paragraph by paragraph, with what readers were told', async () => {
    await create('tea', { agency: 'desk' });
    await issue('tea', 'vi', 0, { title: 'Trà' });
    await save('tea', 'en', 0, {});
    const { body: same } = await changes('tea');
    assert.deepEqual([same.state, same.from, same.to, same.publications, same.changes],
      ['current', { revision: 1, version: 1 }, { revision: 1, version: 1 }, [], []]);

    await issue('tea', 'vi', 1, { title: 'Trà', body: 'Một.\n\nHai!' }, { update: 'minor' });
    assert.equal((await changes('tea')).body.state, 'behind-minor');
    await issue('tea', 'vi', 2, { title: 'Trà xanh', body: 'Một.\n\nHai!\n\nBa.' }, { note: 'Thêm đoạn ba.' });
    await save('tea', 'vi', 3, { title: 'Chưa đăng', body: 'Một.' });
    const { body: behind } = await changes('tea');
    assert.deepEqual([behind.state, behind.from, behind.to], ['behind-major', { revision: 1, version: 1 }, { revision: 3, version: 3 }]);
    assert.deepEqual(behind.publications.map(({ version, kind, note }) => [version, kind, note]), [[2, 'minor', null], [3, 'major', 'Thêm đoạn ba.']]);
    const field = (name) => behind.changes.find((one) => one.field === name);
    assert.deepEqual([field('title').before, field('title').after], ['Trà', 'Trà xanh']);
    assert.deepEqual(field('body').paragraphs, [
      { op: 'equal', paragraphs: 1 },
      { op: 'replace', before: ['Hai.'], after: ['Hai!', 'Ba.'] },
    ]);
  });

  test('a translation brought up to date says so', async () => {
    await save('tea', 'en', 1, { translation: { method: 'person', source_version: 3 } });
    const { body } = await changes('tea');
    assert.deepEqual([body.state, body.revision, body.changes], ['current', 2, []]);
  });

  test('of a translation of a draft', async () => {
    await create('early', { agency: 'desk' });
    await save('early', 'vi', 0, { body: 'Một.' });
    await save('early', 'en', 0, {});
    await save('early', 'vi', 1, { body: 'Hai.' });
    const { body } = await changes('early');
    assert.deepEqual([body.state, body.from, body.to], ['behind-major', { revision: 1, version: null }, { revision: 2, version: null }]);
    assert.deepEqual(body.changes[0].paragraphs, [{ op: 'replace', before: ['Một.'], after: ['Hai.'] }]);
  });

  test('where nobody knows what it was made from', async () => {
    await portal.sql(`update edition set source_edition = null, source_version = null where article = 'tea' and locale = 'en'`);
    const { body } = await changes('tea');
    assert.deepEqual([body.state, body.from, body.changes], ['unknown', { revision: null, version: null }, null]);
  });

  test('refusals', async () => {
    problem(await changes('tea', 'fr'), 404, 'not_found');
    problem(await changes('none'), 404, 'not_found');
    problem(await changes('tea', 'xx'), 404, 'unknown_locale', 'locale');
    problem(await changes('tea', 'vi'), 422, 'invalid', 'locale');
    problem(await changes('tea', 'en', stranger), 403, 'forbidden');
    assert.equal((await changes('tea', 'en', translator)).status, 200);
    problem(await changes('tea', 'en', author), 403, 'forbidden');
    problem(await changes('tea', 'en', reader), 401, 'unauthorised');
  });
});

describe('coverage', () => {
  before(async () => {
    for (const [id, agency, more] of [['c1', 'ministry', { topic: 'food' }], ['c2', 'ministry', { kind: 'news' }], ['c3', 'ministry', {}]]) {
      await create(id, { agency, ...more });
      await issue(id, 'vi', 0, {});
    }
    await issue('c1', 'fr', 0, {});
    await issue('c2', 'fr', 0, {});
    await issue('c2', 'ru', 0, {});
    await issue('c2', 'vi', 1, { body: 'x' }, { update: 'minor' });
    await issue('c1', 'vi', 1, { body: 'x' });
    await save('c3', 'fr', 0, {});
    await save('c3', 'ru', 0, {});
    await act('c3', 'ru', 'publish-at', { at: new Date(Date.now() + 3600e3).toISOString() });
    await issue('c1', 'es', 0, {});
    await act('c1', 'es', 'withdraw', { reason: 'Wrong.' });
  });
  const coverage = async (query = '', by = api) => {
    const { status, body } = await by('GET', `/v1/coverage${query}`);
    assert.equal(status, 200);
    return body.items;
  };
  const cell = (items, locale, agency = 'ministry') => items.find((one) => one.locale === locale && one.agency === agency);

  test('counts what there is, what is stale, what waits', async () => {
    const items = await coverage();
    const none = { live: 0, original: 0, current: 0, 'behind-minor': 0, 'behind-major': 0, unknown: 0, drafts: 0, scheduled: 0, stages: {} };
    assert.deepEqual(cell(items, 'vi'), { ...none, locale: 'vi', agency: 'ministry', articles: 3, live: 3, original: 3, missing: 0 });
    assert.deepEqual(cell(items, 'fr'), { ...none, locale: 'fr', agency: 'ministry', articles: 3, live: 2, 'behind-major': 1, 'behind-minor': 1, missing: 1, drafts: 1, stages: { draft: 1 } });
    assert.deepEqual(cell(items, 'ru'), { ...none, locale: 'ru', agency: 'ministry', articles: 3, live: 1, 'behind-minor': 1, missing: 2, drafts: 1, stages: { draft: 1 }, scheduled: 1 });
    assert.deepEqual(cell(items, 'es'), { ...none, locale: 'es', agency: 'ministry', articles: 3, missing: 3 });
    assert.ok(cell(items, 'en', 'desk') && cell(items, 'en', null));
    const locales = (await reader('GET', '/v1/locales')).body.items.map((one) => one.tag);
    assert.deepEqual([...new Set(items.map((one) => one.locale))].sort(), locales.sort());
  });

  test('of one agency, topic or kind, and of what one may see', async () => {
    assert.deepEqual([...new Set((await coverage('?agency=ministry')).map((one) => one.agency))], ['ministry']);
    assert.equal(cell(await coverage('?agency=ministry&topic=food'), 'fr').articles, 1);
    assert.equal(cell(await coverage('?kind=news'), 'fr')['behind-minor'], 1);
    assert.deepEqual([...new Set((await coverage('', translator)).map((one) => one.agency))], ['desk']);
    problem(await stranger('GET', '/v1/coverage'), 403, 'forbidden');
    problem(await reader('GET', '/v1/coverage'), 401, 'unauthorised');
    problem(await api('GET', '/v1/coverage?locale=fr'), 400, 'query_unknown', 'locale');
    problem(await api('GET', '/v1/coverage?format=xml'), 400, 'fault.choice', 'format');
  });

  test('as a table', async () => {
    for (const [query, accept] of [['&format=csv', '*/*'], ['', 'text/csv'], ['&format=csv', 'application/json']]) {
      const { status, headers, body } = await api('GET', `/v1/coverage?agency=ministry${query}`, { headers: { accept } });
      assert.equal(status, 200);
      assert.match(headers.get('content-type'), /^text\/csv; charset=utf-8/);
      assert.match(headers.get('content-disposition'), /coverage\.csv/);
      const lines = body.split('\r\n');
      assert.equal(lines.at(-1), '');
      assert.equal(lines[0], '"locale","agency","articles","live","original","current","behind-minor","behind-major","unknown","missing","drafts","scheduled","draft","edited","proofread","approved"');
      assert.ok(lines.includes('"fr","ministry","3","2","0","0","1","1","0","1","1","0","1","0","0","0"'), body);
    }
    const { headers } = await api('GET', '/v1/coverage?format=json', { headers: { accept: 'text/csv' } });
    assert.match(headers.get('content-type'), /json/);
    assert.equal(headers.get('vary'), 'Accept');
  });

  test('text by text', async () => {
    const lacking = async (query, by = api) => (await by('GET', `/v1/coverage/texts?locale=fr&agency=ministry${query}`)).body;
    const brief = ({ items }) => items.map(({ article, state, version, source_version }) => [article, state, version, source_version]);
    assert.deepEqual(brief(await lacking('')), [['c1', 'behind-major', 2, 1], ['c2', 'behind-minor', 2, 1], ['c3', 'missing', 1, null]]);
    assert.deepEqual(brief(await lacking('&state=missing')), [['c3', 'missing', 1, null]]);
    assert.deepEqual((await lacking('&state=missing')).items[0].draft, { revision: 1, stage: 'draft' });
    const page = await lacking('&limit=2');
    assert.equal(page.next, 'c2');
    assert.deepEqual(brief(await lacking('&limit=2&after=c2')), [['c3', 'missing', 1, null]]);
    await api('PUT', '/v1/articles/c3/texts/fr/assignments', { body: { to: 'author', task: 'translate' } });
    assert.deepEqual((await lacking('&after=c2')).items[0].assigned, ['author']);
    assert.deepEqual((await lacking('', translator)).items, []);
    problem(await api('GET', '/v1/coverage/texts'), 400, 'fault.required', 'locale');
    problem(await api('GET', '/v1/coverage/texts?locale=xx'), 400, 'fault.unknown_locale', 'locale');
    problem(await api('GET', '/v1/coverage/texts?locale=fr&limit=201'), 400, 'fault.number_range', 'limit');
    problem(await api('GET', '/v1/coverage/texts?locale=fr&limit=0'), 400, 'limit', 'limit');
  });
});

describe('suggestions', () => {
  const segments = (...texts) => JSON.stringify({ pieces: [], units: texts.map((text) => ({ text, place: 'block', tokens: [text] })) }).replaceAll("'", "''");
  const suggest = async (query, by = api, path = 'memo/texts/en') => by('GET', `/v1/articles/${path}/suggestions?${new URLSearchParams(query)}`);
  const long = 'Đờn ca tài tử là một dòng nhạc dân tộc của Nam Bộ, ra đời từ cuối thế kỷ mười chín.';

  before(async () => {
    await create('learned');
    await save('learned', 'vi', 0, {});
    await portal.sql(`update edition set segments = '${segments('Nón lá', long, 'Chợ nổi')}' where article = 'learned' and locale = 'vi'`);
    await act('learned', 'vi', 'publish');
    await save('learned', 'en', 0, {});
    await portal.sql(`update edition set segments = '${segments('Conical hat', 'Southern music.', 'Floating market')}' where article = 'learned' and locale = 'en'`);
    await act('learned', 'en', 'publish');
    await create('memo', { agency: 'desk' });
    await save('memo', 'vi', 0, {});
    await portal.sql(`update edition set segments = '${segments('Nón lá', 'Chợ nổi lớn')}' where article = 'memo' and locale = 'vi'`);
  });

  test('what was published is remembered: the same first, then what is alike', async () => {
    await portal.sql(`insert into memory (source_locale, locale, source, target) values ('vi', 'en', 'Nón lá to', 'A large conical hat'), ('vi', 'fr', 'Nón lá', 'Chapeau')`);
    const { body } = await suggest({ text: 'Nón lá' });
    assert.deepEqual(body.items.map(({ score, target, article }) => [score, target, article]),
      [[1, 'Conical hat', 'learned'], [0.7, 'A large conical hat', null]]);
    assert.deepEqual([body.text, body.source_locale], ['Nón lá', 'vi']);
    assert.equal((await suggest({ text: 'Nón lá' }, api, 'memo/texts/fr')).body.items.length, 1);
    assert.deepEqual((await suggest({ text: 'Nón lá' }, api, 'memo/texts/ru')).body.items, []);
    assert.deepEqual((await suggest({ text: 'Đàn bầu' })).body.items, []);
  });

  test('what was put right is not suggested any more', async () => {
    await create('mended');
    await issue('mended', 'vi', 0, { body: 'Thúng chai đi biển.' });
    const told = async () => (await suggest({ text: 'Thúng chai đi biển.' })).body.items.map(({ score, target }) => [score, target]);
    await issue('mended', 'en', 0, { body: 'Basket goes sea.' });
    assert.deepEqual(await told(), [[1, 'Basket goes sea.']]);
    await issue('mended', 'en', 1, { body: 'Basket boats go to sea.' });
    assert.deepEqual(await told(), [[1, 'Basket boats go to sea.']]);
  });

  test('of long segments, with pieces that mean something in patterns', async () => {
    await portal.sql(`insert into memory (source_locale, locale, source, target) values ('vi', 'en', '100% _bông_ và \\ gạch chéo, để may áo dài cho người ta mặc', 'Cotton')`);
    const [music] = (await suggest({ text: long.replace('cuối', 'những năm cuối') })).body.items;
    assert.equal(music.target, 'Southern music.');
    assert.ok(music.score > 0.7 && music.score < 1);
    const [cotton] = (await suggest({ text: '100% _bông_ và \\ gạch chéo, để may áo dài' })).body.items;
    assert.equal(cotton.target, 'Cotton');
    assert.deepEqual((await suggest({ text: `${long} ${'Một đoạn khác hẳn nối vào phía sau. '.repeat(8)}` })).body.items, [], 'less than half');
    assert.equal((await suggest({ text: 'x'.repeat(1001) })).body.items.length, 0);
  });

  test('five at most, the best', async () => {
    await portal.sql(`insert into memory (source_locale, locale, source, target)
      select 'vi', 'en', 'Phở bò chín tái số ' || n, 'Pho ' || n from generate_series(1, 30) n`);
    const { body } = await suggest({ text: 'Phở bò chín tái số 7' });
    assert.equal(body.items.length, 5);
    assert.deepEqual([body.items[0].score, body.items[0].target], [1, 'Pho 7']);
    assert.ok(body.items.every((one, i) => !i || one.score <= body.items[i - 1].score));
  });

  test('by the number of a segment of the live source', async () => {
    problem(await suggest({ unit: 0 }), 422, 'unknown_reference', 'unit');
    await act('memo', 'vi', 'publish');
    assert.equal((await suggest({ unit: 0 })).body.items[0].target, 'Conical hat');
    const [market] = (await suggest({ unit: 1 })).body.items;
    assert.equal(market.target, 'Floating market');
    assert.ok(market.score < 1);
    problem(await suggest({ unit: 2 }), 422, 'unknown_reference', 'unit');
  });

  test('refusals', async () => {
    problem(await suggest({}), 422, 'invalid', 'text');
    problem(await suggest({ text: 'a', unit: 0 }), 422, 'invalid', 'text');
    problem(await suggest({ text: 'a', limit: 9 }), 400, 'query_unknown', 'limit');
    problem(await suggest({ unit: 1000001 }), 400, 'fault.number_range', 'unit');
    problem(await suggest({ text: 'a' }, api, 'none/texts/en'), 404, 'not_found');
    assert.equal((await suggest({ text: 'a' }, translator)).status, 200);
    problem(await suggest({ text: 'a' }, translator, 'memo/texts/fr'), 403, 'forbidden');
    problem(await suggest({ text: 'a' }, reader), 401, 'unauthorised');
  });
});

describe('the glossary', () => {
  const entry = (more = {}) => ({ kind: 'term', source_locale: 'vi', source: 'phở', locale: 'fr', preferred: 'phở', ...more });
  const put = (id, body, by = api) => by('PUT', `/v1/glossary/${encodeURIComponent(id)}`, { body });
  const list = async (query = '', by = api) => (await by('GET', `/v1/glossary?${query}`)).body;

  test('written, found, changed, removed, all in the audit log', async () => {
    const first = await put('pho.fr', entry({ allowed: ['pho'], forbidden: ['soupe tonkinoise'], note: 'Le plat.' }));
    assert.equal(first.status, 200);
    assert.deepEqual(first.body, { id: 'pho.fr', ...entry(), allowed: ['pho'], forbidden: ['soupe tonkinoise'], note: 'Le plat.' });
    await put('pho.en', entry({ locale: 'en', preferred: 'pho' }));
    await put('pm.fr', entry({ kind: 'office', source: 'Thủ tướng', preferred: 'Premier ministre' }));
    assert.deepEqual((await list()).items.map((one) => one.id), ['pho.en', 'pho.fr', 'pm.fr']);
    assert.deepEqual((await list('locale=fr')).items.map((one) => one.id), ['pho.fr', 'pm.fr']);
    assert.deepEqual((await list('source_locale=en')).items, []);
    assert.deepEqual((await list('kind=office')).items.map((one) => one.id), ['pm.fr']);
    for (const [q, ids] of [['TONKIN', ['pho.fr']], ['thủ', ['pm.fr']], ['Pho', ['pho.en', 'pho.fr']], ['%', []]]) {
      assert.deepEqual((await list(`q=${encodeURIComponent(q)}`)).items.map((one) => one.id), ids);
    }
    const page = await list('limit=2');
    assert.deepEqual([page.items.length, page.next], [2, 'pho.fr']);
    assert.deepEqual(await list('limit=2&after=pho.fr').then(({ items, next }) => [items.length, next]), [1, null]);

    assert.equal((await put('pho.fr', entry({ preferred: 'pho' }))).body.preferred, 'pho');
    assert.equal((await put('pho.fr', entry({ preferred: 'pho' }))).status, 200, 'again: nothing new');
    const gone = await api('DELETE', '/v1/glossary/pho.fr');
    assert.deepEqual([gone.status, gone.body.preferred], [200, 'pho']);
    problem(await api('DELETE', '/v1/glossary/pho.fr'), 404, 'not_found');
    const events = await portal.sql(`select string_agg(action || ' ' || coalesce(before ->> 'preferred', '-') || ' ' || coalesce(after ->> 'preferred', '-'), ', ' order by seq) from audit where subject = 'glossary:pho.fr'`);
    assert.equal(events, 'glossary_set - phở, glossary_set phở pho, glossary_remove pho -');
  });

  test('by whoever has the right for the language', async () => {
    assert.equal((await put('own.fr', entry({ source: 'bún' }), author)).status, 200);
    problem(await put('own.en', entry({ source: 'bún', locale: 'en' }), author), 403, 'forbidden');
    problem(await put('pho.en', entry({ source: 'bún', locale: 'fr' }), author), 403, 'forbidden');
    problem(await author('DELETE', '/v1/glossary/pho.en'), 403, 'forbidden');
    problem(await put('x', entry(), translator), 403, 'forbidden');
    problem(await stranger('GET', '/v1/glossary'), 403, 'forbidden');
    problem(await reader('GET', '/v1/glossary'), 401, 'unauthorised');
    assert.equal((await translator('GET', '/v1/glossary')).status, 200);
  });

  test('what it does not take', async () => {
    const fails = async (more, status, key, field, id = 'wrong') => problem(await put(id, entry(more)), status, key, field);
    await fails({ colour: 'red' }, 400, 'fault.unknown_key', 'colour');
    await fails({ kind: 'verb' }, 400, 'fault.choice', 'kind');
    await fails({ locale: 'xx' }, 400, 'fault.unknown_locale', 'locale');
    await fails({ locale: 'vi' }, 422, 'invalid', 'locale');
    await fails({ preferred: '' }, 400, 'fault.empty', 'preferred');
    await fails({ preferred: 'x'.repeat(201) }, 400, 'fault.too_long', 'preferred');
    await fails({ allowed: Array(51).fill('x') }, 400, 'fault.too_many', 'allowed');
    await fails({ forbidden: ['phở'] }, 422, 'invalid', 'forbidden');
    await fails({ allowed: ['a'], forbidden: ['a'] }, 422, 'invalid', 'forbidden');
    await fails({ source: 'bún' }, 409, 'conflict', 'source', 'another');
    await fails({}, 422, 'invalid', 'id', '-x');
    await fails({}, 422, 'invalid', 'id', 'x'.repeat(201));
    assert.equal((await put('x'.repeat(200), entry({ source: 'a'.repeat(200), preferred: 'x'.repeat(200), allowed: Array.from({ length: 50 }, (_, i) => `f${i}`) }))).status, 200);
    problem(await api('GET', '/v1/glossary?order=name'), 400, 'query_unknown', 'order');
  });
});

test('the glossary goes out and comes back', async () => {
  const { stdout } = await portal.must(['export', '--jsonl', '-']);
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"type":"glossary"'));
  assert.ok(lines.length >= 3);
  const other = await startPortal();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'sen-glossary-'));
    await chmod(folder, 0o755);
    const bad = ['{"type":"glossary","id":"bad","kind":"term","source_locale":"vi","source":"a","locale":"en","preferred":"b","forbidden":["b"]}',
      '{"type":"glossary","id":"worse","kind":"verb","source_locale":"vi","source":"a","locale":"en","preferred":"b"}'];
    await writeFile(`${folder}/a.jsonl`, [...lines, ...bad].join('\n'));
    const first = await other.run(['import', `${folder}/a.jsonl`]);
    assert.equal(first.status, 1);
    assert.match(first.stdout, new RegExp(`^${lines.length} topics.*: ${lines.length} added`, 'm'));
    assert.match(first.stderr, /:\d+: .*right and wrong/);
    assert.match(first.stderr, /:\d+: kind: /);
    const exported = (await other.must(['export', '--jsonl', '-'])).stdout.split('\n').filter((line) => line.startsWith('{"type":"glossary"'));
    assert.deepEqual(exported, lines);
    await rm(folder, { recursive: true });
  } finally {
    await other.stop();
  }
});
