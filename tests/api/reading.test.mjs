// Reading over the starter content: what each address answers, in which language and why, what it
// refuses, and how an answer is kept and asked for again.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { exchange, request } from '../lib/http.mjs';
import { openapi } from '../lib/openapi.mjs';
import { startPortal, top } from '../lib/portal.mjs';

const ORIGIN = 'https://sen.example';
let portal, server, api;

before(async () => {
  portal = await startPortal({ content: ['content/starter'] });
  server = await portal.serve({ SEN_ORIGIN: ORIGIN, SEN_REQUESTS_PER_SECOND: 0 });
  api = await openapi(server);
});
after(() => portal?.stop());

const english = { 'accept-language': 'en' };
const get = (target, headers = english) => api('GET', target, { headers });
// As bytes, for what fetch adds or hides.
async function raw(method, target, headers = {}) {
  const { answers } = await exchange(server.port, request(method, target, headers), { methods: [method], quiet: 0 });
  return answers[0];
}
async function refused(target, status, field, key) {
  const { status: got, body } = await get(target);
  assert.equal(got, status, target);
  assert.equal(body.field, field, target);
  assert.equal(body.type, `${ORIGIN}/docs#problem-${key}`, target);
  if (field) assert.match(body.title, new RegExp(field), target);
  return body;
}

describe('articles', () => {
  test('filters', async () => {
    const all = (await get('/v1/articles?limit=100')).body;
    assert.equal(all.next, null);
    assert.ok(all.items.length >= 46, `${all.items.length} articles`);
    const of = async (kind) => (await get(`/v1/articles?kind=${kind}&limit=100`)).body.items;
    assert.equal((await of('feature')).length, 12);
    const kinds = ['feature', 'profile', 'news', 'statement', 'interview', 'photo-essay', 'video', 'audio'];
    const each = await Promise.all(kinds.map(of));
    each.forEach((items, i) => assert.ok(items.every((item) => item.kind === kinds[i]), kinds[i]));
    assert.equal(each.flat().length, all.items.length);
    for (const [name, value, has] of [
      ['topic', 'food', (item) => item.topic?.id === 'food'],
      ['province', 'ha-noi', (item) => item.provinces.some((one) => one.id === 'ha-noi')],
      ['agency', 'sen-editorial', (item) => item.agency?.id === 'sen-editorial'],
    ]) {
      const { items } = (await get(`/v1/articles?${name}=${value}&limit=100`)).body;
      assert.ok(items.length > 0, name);
      assert.deepEqual(items.map((item) => item.id), all.items.filter(has).map((item) => item.id), name);
      assert.deepEqual((await get(`/v1/articles?${name}=there-is-none`)).body, { items: [], next: null });
    }
    const both = (await get('/v1/articles?topic=food&province=ninh-binh&kind=feature')).body.items;
    assert.deepEqual(both.map((item) => item.id), ['pho']);
  });

  test('dates are days in Viet Nam, both ends included', async () => {
    const [day] = (await portal.sql(`select (published_at at time zone 'Asia/Ho_Chi_Minh')::date from article where id = 'pho'`)).split('\n');
    const count = async (query) => (await get(`/v1/articles?kind=feature&limit=100&${query}`)).body.items.length;
    const shift = (days) => new Date(Date.parse(day) + days * 86400000).toISOString().slice(0, 10);
    const ids = async (query) => (await get(`/v1/articles?limit=100&${query}`)).body.items.map((item) => item.id);
    assert.ok((await ids(`since=${day}&until=${day}`)).includes('pho'));
    assert.ok(!(await ids(`since=${shift(1)}`)).includes('pho'));
    assert.ok(!(await ids(`until=${shift(-1)}`)).includes('pho'));
    assert.equal(await count(`since=${shift(1)}&until=${shift(-1)}`), 0);
  });

  test('newest and oldest first are each other’s reverse', async () => {
    const newest = (await get('/v1/articles?limit=100&sort=newest')).body.items;
    const oldest = (await get('/v1/articles?limit=100&sort=oldest')).body.items;
    assert.deepEqual(newest.map((item) => item.id), oldest.map((item) => item.id).reverse());
    const times = oldest.map((item) => Date.parse(item.published_at));
    assert.deepEqual(times, [...times].sort((a, b) => a - b));
  });

  test('limit at 1, 100 and past both', async () => {
    assert.equal((await get('/v1/articles?limit=1')).body.items.length, 1);
    assert.equal((await get('/v1/articles?limit=100')).status, 200);
    assert.equal((await get('/v1/articles')).body.items.length, 20);
    for (const wrong of ['0', '101', '-1', '1.5', 'ten', '1e2', '99999999999999999999'])
      await refused(`/v1/articles?limit=${wrong}`, 400, 'limit', 'limit');
  });

  test('by id, by slug in any language, and by former slug', async () => {
    const byId = (await get('/v1/articles/pho')).body;
    assert.equal(byId.slug, 'pho-a-bowl-of-clear-broth');
    assert.ok(byId.texts.length >= 16);
    assert.deepEqual((await get(`/v1/articles/${byId.slug}`)).body, byId);
    const japanese = (await get('/v1/articles/pho?locale=ja')).body;
    assert.equal((await get(`/v1/articles/${encodeURIComponent(japanese.slug)}`)).body.id, 'pho');
    await portal.sql("insert into redirect (locale, slug, article) values ('en', 'a-former-slug', 'pho')");
    const moved = await get('/v1/articles/a-former-slug');
    assert.equal(moved.status, 308);
    assert.equal(moved.headers.get('location'), '/v1/articles/pho');
    await refused('/v1/articles/there-is-none', 404, undefined, 'not_found');
  });

  test('every language that it has', async () => {
    const { items, next } = (await get('/v1/articles/pho/texts')).body;
    assert.equal(next, null);
    assert.equal(items[0].locale, 'vi');
    assert.equal(items[0].translation.state, 'original');
    assert.deepEqual(items.map((item) => item.locale).sort(), (await get('/v1/articles/pho')).body.texts);
    assert.deepEqual((await get(`/v1/articles/${encodeURIComponent(items[3].slug)}/texts`)).body.items, items);
    await refused('/v1/articles/there-is-none/texts', 404, undefined, 'not_found');
  });
});

describe('languages', () => {
  test('asked, matched, default, fallback', async () => {
    const cases = [
      ['?locale=ja', 'en', 'ja', 'asked'],
      ['?locale=JA', 'en', 'ja', 'asked'],
      ['?locale=zh-TW', 'en', 'zh-Hant', 'asked'],
      ['', 'ko', 'ko', 'matched'],
      ['', 'xx;q=1, fr-CA;q=0.8, en;q=0.5', 'fr', 'matched'],
      ['', 'ar-EG', 'ar', 'matched'],
      ['', 'xx', 'en', 'default'],
    ];
    for (const [query, accept, locale, match] of cases) {
      const { headers, body } = await get(`/v1/articles/pho${query}`, { 'accept-language': accept });
      assert.deepEqual([body.locale, body.match, body.requested], [locale, match, locale], `${query} ${accept}`);
      assert.equal(headers.get('content-language'), locale);
      assert.match(headers.get('vary'), /Accept-Language/);
    }
    const plain = await raw('GET', '/v1/articles/pho');
    assert.equal(JSON.parse(plain.body).match, 'default');
    const missing = await get('/v1/articles/fish-sauce?locale=fr');
    assert.deepEqual([missing.body.requested, missing.body.match], ['fr', 'fallback']);
    assert.equal(missing.body.locale, missing.headers.get('content-language'));
    assert.ok(['en', 'vi'].includes(missing.body.locale));
  });

  test('the chain of a minority language leads to Vietnamese', async () => {
    const { body } = await get('/v1/articles/pho?locale=rad');
    assert.deepEqual([body.requested, body.locale, body.match], ['rad', 'vi', 'fallback']);
  });

  test('fallback=none', async () => {
    await refused('/v1/articles/fish-sauce?locale=fr&fallback=none', 404, undefined, 'not_found');
    assert.equal((await get('/v1/articles/pho?locale=ja&fallback=none')).body.locale, 'ja');
    const lists = (await get('/v1/articles?locale=fr&fallback=none&limit=100')).body.items;
    const folder = join(top, 'content/starter/articles');
    const french = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('/fr.md')).map(dirname);
    assert.deepEqual(lists.map((item) => item.id).sort(), french.sort());
    assert.ok((await get('/v1/articles?locale=fr&fallback=chain&limit=100')).body.items.length > 40);
    const wrong = await refused('/v1/articles?fallback=some', 400, 'fallback', 'value');
    assert.match(wrong.title, /none/);
  });

  test('an unknown language', async () => {
    const { status, body } = await get('/v1/articles?locale=tlh');
    assert.deepEqual([status, body.field, body.detail], [400, 'locale', 'tlh']);
    assert.match(body.title, /tlh/);
  });

  test('problems speak the reader’s language', async () => {
    const vi = await get('/v1/articles?limit=0', { 'accept-language': 'vi' });
    assert.equal(vi.headers.get('content-language'), 'vi');
    assert.match(vi.body.title, /số nguyên/);
    assert.equal((await get('/v1/articles?limit=0&locale=vi')).headers.get('content-language'), 'vi');
    // A language of the registry without a catalog.
    assert.ok(['vi', 'en'].includes((await get('/v1/articles?limit=0', { 'accept-language': 'rad' })).headers.get('content-language')));
  });

  test('the registry', async () => {
    const { items } = (await get('/v1/locales')).body;
    const tags = items.map((item) => item.tag);
    for (const tag of ['vi', 'en', 'zh-Hans', 'zh-Hant', 'fr', 'es', 'ru', 'ar', 'pt', 'de', 'ja', 'ko', 'lo', 'th', 'km', 'id',
      'rad', 'jra', 'bdq', 'cjm', 'hmn', 'blt']) assert.ok(tags.includes(tag), tag);
    assert.deepEqual(items.filter((item) => item.direction === 'rtl').map((item) => item.tag), ['ar']);
    for (const item of items) for (const tag of item.fallback) assert.ok(tags.includes(tag), `${item.tag}: ${tag}`);
  });
});

describe('what is refused', () => {
  test('unknown parameters', async () => {
    for (const target of ['/v1/articles?topics=food', '/v1/articles/pho?limit=3', '/v1/articles/pho/texts?locale=en', '/v1/provinces?q=x',
      '/v1/provinces/ha-noi?status=all', '/v1/topics?limit=1', '/v1/agencies?id=x', '/v1/media?locale=en', '/v1/media/lotus-pond?on=2026-01-01',
      '/v1/search?q=x&before=3', '/v1/search/suggestions?q=x&sort=newest', '/v1/changes?before=3', '/feeds/en/atom.xml?page=2', '/v1/articles?Topic=food']) {
      const name = /\?(?:q=x&)?([^=]+)=/.exec(target)[1];
      await refused(target, 400, name, 'query_unknown');
    }
  });

  test('doubled parameters', async () => {
    await refused('/v1/articles?topic=food&topic=food', 400, 'topic', 'query_doubled');
    await refused('/v1/search?q=a&q=b', 400, 'q', 'query_doubled');
    await refused('/v1/articles?%74opic=food&topic=nature', 400, 'topic', 'query_doubled');
  });

  test('broken escapes, bytes that are no UTF-8, control characters', async () => {
    for (const value of ['%', '%4', '%zz', '%ff', '%c3', '%00', '%0a', '%ed%a0%80', '%c0%af'])
      await refused(`/v1/articles?limit=2&topic=${value}`, 400, 'topic', 'query_broken');
    const { status, body } = await get('/v1/articles?limit=2&%ff=1');
    assert.equal(status, 400);
    assert.notEqual(body.field, 'limit', 'the parameter before it is not to blame');
    for (const path of ['/v1/articles/%ff', '/v1/articles/%00', '/v1/articles/a%2fb'])
      assert.equal((await raw('GET', path)).status, 404, path);
  });

  test('parameters at their longest and one past it, as many as may be and one more', async () => {
    assert.equal((await get(`/v1/articles?topic=${'x'.repeat(200)}`)).status, 200);
    await refused(`/v1/articles?topic=${'x'.repeat(201)}`, 400, 'topic', 'query_too_long');
    assert.equal((await get(`/v1/search?q=${'x'.repeat(300)}`)).status, 200);
    await refused(`/v1/search?q=${'x'.repeat(301)}`, 400, 'q', 'query_too_long');
    const many = (count) => Array.from({ length: count }, (_, i) => `p${i}=1`).join('&');
    await refused(`/v1/articles?${many(32)}`, 400, 'p0', 'query_unknown');
    const { body } = await get(`/v1/articles?${many(33)}`);
    assert.match(body.type, /query_too_many$/);
  });

  test('dates, numbers, choices and cursors that are none', async () => {
    for (const wrong of ['2026-02-30', '2026-13-01', '26-01-01', '2026-1-1', 'today', '2026-01-01T00:00:00Z'])
      await refused(`/v1/articles?since=${wrong}`, 400, 'since', 'date');
    assert.equal((await get('/v1/articles?since=2024-02-29')).status, 200);
    await refused('/v1/provinces?on=2025-02-29', 400, 'on', 'date');
    for (const wrong of ['-1', 'x', '1.0', '9007199254740993']) await refused(`/v1/changes?after=${wrong}`, 400, 'after', 'number');
    assert.equal((await get('/v1/changes?after=9007199254740992')).status, 200);
    await refused('/v1/articles?sort=best', 400, 'sort', 'value');
    await refused('/v1/provinces?status=lost', 400, 'status', 'value');
    const { next } = (await get('/v1/articles?limit=3')).body;
    for (const wrong of ['x', 'AAAA', `${next}A`, next.slice(0, -2), `A${next.slice(1)}`, '%20'])
      await refused(`/v1/articles?cursor=${wrong}`, 400, 'cursor', 'cursor');
    await refused(`/v1/media?cursor=${next}`, 400, 'cursor', 'cursor'); // of another list
  });

  test('what is required', async () => {
    await refused('/v1/search', 400, 'q', 'query_missing');
    await refused('/v1/search?q=', 400, 'q', 'query_missing');
  });
});

describe('provinces', () => {
  test('as many as there are on a day', async () => {
    const count = async (query) => (await get(`/v1/provinces?${query}`)).body.items.length;
    assert.equal(await count('on=2026-11-02'), 34);
    assert.equal(await count('on=2025-07-01'), 34);
    assert.equal(await count('on=2025-06-30'), 63);
    const all = await count('status=all&on=2026-11-02');
    assert.equal(await count('status=current&on=2026-11-02') + await count('status=former&on=2026-11-02'), all);
  });

  test('a former one answers with what it became', async () => {
    const { status, body } = await get('/v1/provinces/ha-giang');
    assert.equal(status, 200);
    assert.equal(body.current, false);
    assert.deepEqual(body.successors.map((one) => [one.id, one.since]), [['tuyen-quang', '2025-07-01']]);
    assert.equal(body.as_of, '2025-06-30');
    const successor = (await get('/v1/provinces/tuyen-quang')).body;
    assert.ok(successor.predecessors.some((one) => one.id === 'ha-giang'));
    assert.equal((await get('/v1/provinces/ha-giang?on=2025-06-30')).body.current, true);
  });

  test('a former name leads to the unit', async () => {
    const { status, headers } = await get('/v1/provinces/thua-thien-hue');
    assert.equal(status, 308);
    assert.equal(headers.get('location'), '/v1/provinces/hue');
    await refused('/v1/provinces/atlantis', 404, undefined, 'not_found');
  });

  test('what is dated holds on its days', async () => {
    const type = async (id, day) => (await get(`/v1/provinces/${id}?on=${day}`)).body.type;
    assert.equal(await type('quang-ninh', '2026-08-31'), 'province');
    assert.equal(await type('quang-ninh', '2026-09-01'), 'city');
    const cities = async (day) => (await get(`/v1/provinces?on=${day}`)).body.items.filter((one) => one.type === 'city').length;
    assert.equal(await cities('2026-11-02') - await cities('2025-07-01'), 3);
  });

  test('names and profile in the reader’s language, figures with their source', async () => {
    const { body } = await get('/v1/provinces/ha-noi?locale=vi');
    assert.equal(body.name, 'Hà Nội');
    assert.equal(body.profile.locale, 'vi');
    assert.ok(body.articles > 0);
    const population = body.facts.find((fact) => fact.attribute === 'population');
    assert.match(population.label, /2025/);
    assert.ok(body.facts.every((fact) => fact.source));
    const german = await get('/v1/provinces/ha-noi?locale=de');
    assert.equal(german.body.match, 'asked');
    assert.equal(german.body.profile.locale, 'de');
    const other = await get('/v1/provinces/ha-noi?locale=rad');
    assert.equal(other.body.match, 'fallback');
    assert.equal(other.body.locale, 'vi');
    assert.equal(other.body.profile.locale, other.body.locale);
  });
});

describe('lists of the rest', () => {
  test('topics and agencies', async () => {
    const topics = (await get('/v1/topics?locale=vi')).body.items;
    assert.equal(topics.find((one) => one.id === 'food').articles, 2);
    assert.equal(topics.find((one) => one.id === 'heritage').name, 'Di sản');
    const agencies = (await get('/v1/agencies?locale=fr')).body.items;
    assert.match(agencies.find((one) => one.id === 'sen-editorial').name, /Rédaction/);
  });

  test('media, page by page, and their bytes', async () => {
    const seen = [];
    let next = '';
    do {
      const { body } = await get(`/v1/media?limit=5${next && `&cursor=${next}`}`);
      seen.push(...body.items);
      next = body.next;
    } while (next);
    assert.equal(new Set(seen.map((one) => one.id)).size, seen.length);
    assert.equal(seen.length, Number(await portal.sql('select count(*) from media')));
    const one = seen.find((item) => item.id === 'lotus-pond');
    assert.deepEqual((await get('/v1/media/lotus-pond')).body, one);
    await refused('/v1/media/there-is-none', 404, undefined, 'not_found');
    const file = await get(one.src);
    assert.equal(file.status, 200);
    assert.equal(Buffer.byteLength(file.body), one.bytes);
    assert.match(file.headers.get('content-security-policy'), /sandbox/);
    for (const path of ['/media/none.png', '/media/.upload-x', '/media/..%2fpg%2fPG_VERSION', '/media/%2e%2e', '/media/x.html'])
      assert.equal((await raw('GET', path)).status, 404, path);
  });

  test('changes, from the first to the head', async () => {
    const numbers = [];
    let after = 0;
    let head;
    while (after !== null) {
      const { body } = await get(`/v1/changes?after=${after}&limit=100`);
      numbers.push(...body.items.map((item) => item.seq));
      head = body.head;
      after = body.next;
    }
    assert.deepEqual(numbers, Array.from({ length: head }, (_, i) => i + 1));
    assert.deepEqual((await get(`/v1/changes?after=${head}`)).body, { items: [], next: null, head });
  });
});

describe('search', () => {
  const search = async (q, more = '') => (await get(`/v1/search?q=${encodeURIComponent(q)}${more}`)).body.items;

  test('without marks finds with marks, and what is written so comes first', async () => {
    for (const q of ['ha noi', 'HA NOI', 'Hà Nội', 'hà nội', 'Ha\u0300 No\u0323\u0302i']) {
      const [first] = await search(q, '&locale=vi');
      assert.equal(first.title, 'Hà Nội', q);
    }
    assert.equal((await search('da nang', '&locale=vi'))[0].title, 'Đà Nẵng');
  });

  test('in scripts without spaces, and in others', async () => {
    for (const [locale, q, id] of [
      ['zh-Hans', '水上木偶戏', 'water-puppets'], ['zh-Hans', '河粉', 'pho'], ['zh-Hant', '河粉', 'pho'],
      ['ja', '水上人形劇', 'water-puppets'], ['ja', 'ハロン湾', 'ha-long-bay'],
      ['th', 'หุ่นกระบอกน้ำ', 'water-puppets'], ['th', 'อ่าวฮาลอง', 'ha-long-bay'],
      ['km', 'អាយ៉ងទឹក', 'water-puppets'], ['km', 'ថ្មកំបោរ', 'ha-long-bay'],
      ['lo', 'ຫີນປູນ', 'ha-long-bay'], ['ko', '인형극', 'water-puppets'],
      ['ar', 'الدمى المائية', 'water-puppets'], ['ar', 'خليج', 'ha-long-bay'],
      ['ru', 'бухта', 'ha-long-bay'], ['de', 'nudeln', 'pho'], ['fr', 'PHO', 'pho'],
    ]) {
      const hits = await search(q, `&locale=${locale}&limit=100`);
      const hit = hits.find((one) => one.id === id);
      assert.ok(hit, `${locale} ${q}: ${hits.map((one) => one.id)}`);
      assert.equal(hit.locale, locale, `${locale} ${q}`);
    }
  });

  test('filters and pages', async () => {
    const all = await search('viet nam', '&limit=100');
    assert.ok(all.length > 5);
    const paged = [];
    let next = '';
    do {
      const { body } = await get(`/v1/search?q=viet+nam&limit=2${next && `&cursor=${next}`}`);
      paged.push(...body.items);
      next = body.next;
    } while (next);
    assert.deepEqual(paged.map((one) => one.id), all.map((one) => one.id));
    const features = await search('viet nam', '&limit=100&kind=feature');
    assert.deepEqual(features.map((one) => one.id), all.filter((one) => one.kind === 'feature').map((one) => one.id));
  });

  test('what nothing holds, and what looks like a query language', async () => {
    assert.deepEqual(await search('zzzzzzzz'), []);
    for (const q of ["a' | !b & (c:*", 'a:*', 'a\\', '%a', 'a!!!', '🍜 a', 'a <-> b', "pho' or 1=1 --"])
      assert.ok(Array.isArray(await search(q)), q);
    for (const q of ["'", '"', ':*', '\\', '%', '!!!', '🍜', '<->'])
      await refused(`/v1/search?q=${encodeURIComponent(q)}`, 400, 'q', 'search_empty');
    assert.doesNotMatch(server.log, /NOTICE/, 'the log is our own');
  });
});

describe('asking again', () => {
  test('ETag and If-None-Match, for each coding', async () => {
    const tags = new Set();
    for (const [coding, decode] of [['identity', (x) => x], ['gzip', gunzipSync], ['br', brotliDecompressSync]]) {
      const headers = { 'Accept-Encoding': coding, 'Accept-Language': 'en' };
      const first = await raw('GET', '/v1/articles/pho', headers);
      assert.equal(first.status, 200);
      assert.equal(first.headers['content-encoding'], coding === 'identity' ? undefined : coding);
      assert.equal(JSON.parse(decode(first.body)).id, 'pho');
      const { etag } = first.headers;
      assert.match(etag, /^"[^"]+"$/);
      tags.add(etag);
      for (const value of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
        const again = await raw('GET', '/v1/articles/pho', { ...headers, 'If-None-Match': value });
        assert.equal(again.status, 304, value);
        assert.equal(again.body.length, 0);
        assert.equal(again.headers.etag, etag);
        for (const name of ['cache-control', 'content-language', 'vary', 'date']) assert.ok(again.headers[name], name);
      }
      for (const value of ['"x"', `"x${etag.slice(1)}`, 'x'])
        assert.equal((await raw('GET', '/v1/articles/pho', { ...headers, 'If-None-Match': value })).status, 200, value);
      const head = await raw('HEAD', '/v1/articles/pho', headers);
      assert.equal(head.status, 200);
      for (const name of ['etag', 'content-length', 'content-type', 'content-encoding', 'last-modified', 'content-language'])
        assert.equal(head.headers[name], first.headers[name], name);
      assert.equal((await raw('HEAD', '/v1/articles/pho', { ...headers, 'If-None-Match': etag })).status, 304);
    }
    assert.equal(tags.size, 3);
  });

  test('the coding that the client likes', async () => {
    const coding = async (accept) => (await raw('GET', '/v1/articles/pho', { 'Accept-Encoding': accept })).headers['content-encoding'];
    assert.equal(await coding('gzip, br'), 'br');
    assert.equal(await coding('GZIP'), 'gzip');
    assert.equal(await coding('br;q=0, gzip;q=0.5'), 'gzip');
    assert.equal(await coding('gzip;q=0'), undefined);
    assert.equal(await coding('deflate, zstd'), undefined);
    assert.match((await raw('GET', '/v1/articles/pho')).headers.vary, /Accept-Encoding/);
  });

  test('If-Modified-Since', async () => {
    const modified = (await raw('GET', '/v1/articles/pho')).headers['last-modified'];
    const at = async (date, more) => (await raw('GET', '/v1/articles/pho', { 'If-Modified-Since': date, ...more })).status;
    assert.equal(await at(modified), 304);
    assert.equal(await at(new Date(Date.parse(modified) + 1000).toUTCString()), 304);
    assert.equal(await at(new Date(Date.parse(modified) - 1000).toUTCString()), 200);
    assert.equal(await at('yesterday'), 200);
    assert.equal(await at(modified, { 'If-None-Match': '"x"' }), 200, 'If-None-Match goes first');
  });

  test('a second reader is answered from the cache with the same bytes', async () => {
    const target = '/v1/articles?limit=7';
    const read = () => raw('GET', target);
    const first = await read();
    let status = '';
    let again;
    for (let i = 0; i < 20 && !/hit/.test(status); i++) {
      again = await read();
      status = again.headers['cache-status'];
      assert.deepEqual(again.body, first.body);
      assert.equal(again.headers.etag, first.headers.etag);
    }
    assert.match(status, /^sen; hit$/);
    assert.match(first.headers['cache-control'], /max-age=\d+, stale-while-revalidate=\d+/);
  });
});

describe('other sites, developers and operators', () => {
  test('scripts of other sites may read', async () => {
    for (const target of ['/v1/articles', '/v1/locales', '/v1/articles/there-is-none', '/feeds/en/atom.xml', '/openapi.json', '/media/x.png']) {
      const answer = await raw('GET', target, { Origin: 'https://example.org' });
      assert.equal(answer.headers['access-control-allow-origin'], '*', target);
      assert.equal(answer.headers['access-control-allow-credentials'], undefined);
    }
    const asked = await raw('OPTIONS', '/v1/articles/pho/texts/en', {
      Origin: 'https://example.org', 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'authorization,if-match',
    });
    assert.equal(asked.status, 204);
    assert.match(asked.headers['access-control-allow-methods'], /PUT/);
    for (const name of ['Authorization', 'Content-Type', 'If-Match', 'Idempotency-Key'])
      assert.match(asked.headers['access-control-allow-headers'], new RegExp(name));
  });

  test('/openapi.json is complete: each route of the code is there, with an operationId of its own', async () => {
    const ids = [];
    for (const [path, methods] of Object.entries(api.document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        assert.ok(operation.operationId, `${method} ${path}`);
        assert.ok(operation.summary, `${method} ${path}`);
        ids.push(operation.operationId);
        for (const name of path.matchAll(/\{([^}]+)\}/g)) {
          const named = operation.parameters.map((one) => (one.$ref ? api.document.components.parameters[one.$ref.split('/').pop()] : one));
          assert.ok(named.some((one) => one.name === name[1] && one.in === 'path'), `${method} ${path}: ${name[1]}`);
        }
      }
    }
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(api.document.openapi, '3.1.0');
  });

  test('/docs and what it needs', async () => {
    const page = await get('/docs');
    assert.match(page.body, /docs\.js/);
    assert.equal((await get('/docs.js')).status, 200);
    assert.equal((await get('/docs.css')).status, 200);
  });

  test('/health, /ready and /metrics', async () => {
    assert.equal((await get('/health')).body, 'ok\n');
    assert.equal((await get('/ready')).body, 'ready\n');
    const { body } = await get('/metrics');
    const lines = body.trim().split('\n');
    for (const line of lines) assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{thread="\d+"\})? \d+)$/);
    for (const name of ['sen_requests_total', 'sen_cache_hits_total', 'sen_db_queries_total', 'sen_change_seq'])
      assert.ok(lines.some((line) => line.startsWith(name)), name);
  });

  test('an address that is not there, and methods that it does not take', async () => {
    const { body } = await get('/v1/there-is-none');
    assert.match(body.type, /no_such_path$/);
    for (const [method, target, allow] of [
      ['DELETE', '/v1/articles/pho', 'GET, HEAD, PATCH, OPTIONS'], ['POST', '/v1/topics', 'GET, HEAD, OPTIONS'],
      ['PUT', '/v1/articles', 'GET, HEAD, POST, OPTIONS'], ['PATCH', '/v1/articles/pho/texts/en', 'GET, HEAD, PUT, DELETE, OPTIONS'],
      ['GET', '/v1/articles/pho/texts/en/publish', 'POST, OPTIONS'], ['DELETE', '/en/', 'GET, HEAD, OPTIONS'],
    ]) {
      const answer = await raw(method, target);
      assert.equal(answer.status, 405, `${method} ${target}`);
      assert.equal(answer.headers.allow, allow, `${method} ${target}`);
      const options = await raw('OPTIONS', target);
      assert.equal(options.status, 204);
      assert.equal(options.headers.allow, allow);
    }
  });
});
