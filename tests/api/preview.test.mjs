// Previews: who may make a link, what it shows, how long, and that it is nowhere else.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { editor, plain } from '../lib/editor.mjs';
import { nginx } from '../lib/front.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';

let portal, server, worker, api, work, reader;
before(async () => {
  portal = await startPortal({ content: ['content/starter'], site: true, settings: { SEN_LOCALES: 'vi,en,ar,ja,fr' } });
  server = await portal.serve();
  worker = portal.worker();
  api = plain(server, await portal.token());
  reader = plain(server);
  work = editor(api);
}, { timeout: 120000 });
after(() => portal?.stop());

const text = (title, more = {}) => ({ title, summary: `On ${title}`, body: `## One\n\nBody of ${title}.\n\n## Two\n\n## Three\n`, ...more });
const make = (id, locale, hours = 1, headers = {}) => api('POST', `/v1/articles/${id}/texts/${locale}/previews`, { body: { hours }, headers });
const path = (url) => new URL(url).pathname;
const open = (url, headers = {}) => fetch(server.url + path(url), { headers, redirect: 'manual' });
const page = async (url) => {
  const answer = await open(url);
  assert.equal(answer.status, 200);
  return answer.text();
};
const settled = () => waitFor(async () => await portal.sql("select f.seq = h.seq from follower f, change_head h where f.name = 'site'") === 't',
  { seconds: 30, describe: () => worker.log.slice(-3000) });

// What a preview has and the published page has not.
const unmarked = (html) => html
  .replace('<meta name="robots" content="noindex">\n', '')
  .replace(/<p class="notice preview" role="note">[^<]+<\/p>\n/, '')
  .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+07:00)/g, 'TIME');

test('a draft is shown as it will be published, and nowhere else', async () => {
  await work.create({ id: 'tea', source_locale: 'vi', topic: 'food', provinces: ['hue'] });
  await work.save('tea', 'vi', text('Trà sen', { author: 'An', sources: [{ title: 'Sổ tay', url: 'https://example.org/' }], image: { media: 'lotus-pond', alt: 'Đầm sen' } }));
  const made = await make('tea', 'vi', 2);
  assert.equal(made.status, 201);
  assert.equal(made.headers.get('cache-control'), 'no-store');
  const { url, number, expires_at: expires } = made.body;
  assert.match(url, /\/preview\/[\w-]{43}$/);
  assert.equal(made.body.hash, undefined);
  assert.ok(Math.abs(Date.parse(expires) - Date.now() - 7200000) < 60000);

  const answer = await open(url);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(answer.headers.get('x-robots-tag'), 'noindex');
  assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(answer.headers.get('content-language'), 'vi');
  assert.match(answer.headers.get('content-security-policy'), /default-src 'none'/);
  assert.equal(answer.headers.get('etag') && answer.headers.get('last-modified'), null);
  const html = await answer.text();
  assert.match(html, /<meta name="robots" content="noindex">/);
  assert.match(html, /<p class="notice preview" role="note">/);
  assert.match(html, /Body of Trà sen/);
  for (const [, asset] of html.matchAll(/(?:href|src)="(\/assets\/[^"]+|\/media\/[^"]+)"/g)) assert.equal((await fetch(server.url + asset)).status, 200, asset);

  assert.equal((await fetch(`${server.url}/vi/articles/tra-sen/`)).status, 404);
  assert.doesNotMatch(await (await fetch(`${server.url}/sitemap-vi.xml`)).text(), /tra-sen|preview/);
  assert.equal(await portal.sql(`select count(*) from preview where encode(hash, 'escape') like '%${url.slice(-20)}%'`), '0');

  assert.equal((await work.publish('tea', 'vi')).status, 200);
  await settled();
  const published = await (await fetch(`${server.url}/vi/articles/tra-sen/`)).text();
  assert.equal(unmarked(html), unmarked(published));
  assert.notEqual(html, published);
  assert.equal(number, 1);
});

test('what is saved later shows at once; live texts of other languages are linked', async () => {
  await work.save('tea', 'en', text('Lotus tea'));
  const { url } = (await make('tea', 'en')).body;
  assert.match(await page(url), /<h1[^>]*>Lotus tea<\/h1>/);
  assert.match(await page(url), /hreflang="vi" href="[^"]*\/vi\/articles\/tra-sen\/"/);
  await work.save('tea', 'en', text('Tea scented with lotus'), '"r1"');
  const html = await page(url);
  assert.match(html, /<h1[^>]*>Tea scented with lotus<\/h1>/);
  await work.publish('tea', 'en');
  await settled();
  assert.equal(unmarked(html), unmarked(await (await fetch(`${server.url}/en/articles/tea-scented-with-lotus/`)).text()));
  // A draft over what is live: readers see the one, the link the other.
  await work.save('tea', 'en', text('Tea, third draft', { slug: 'tea-scented-with-lotus' }), '"r2"');
  assert.match(await page(url), /Tea, third draft/);
  assert.doesNotMatch(await (await fetch(`${server.url}/en/articles/tea-scented-with-lotus/`)).text(), /third draft/);
});

test('in every script; and a draft over what was withdrawn', async () => {
  for (const [locale, title] of [['ar', 'شاي اللوتس'], ['ja', '蓮茶']]) {
    await work.save('tea', locale, text(title));
    const { url } = (await make('tea', locale)).body;
    const html = await page(url);
    assert.match(html, new RegExp(`<html lang="${locale}"`));
    assert.ok(html.includes(title));
  }
  await work.publish('tea', 'ja');
  await work.withdraw('tea', 'ja', 'x', { kind: 'gone' });
  const { headers } = await work.read('tea', 'ja');
  assert.equal((await make('tea', 'ja')).status, 404, 'nothing to show');
  await work.save('tea', 'ja', text('蓮のお茶'), headers.get('etag'));
  const { url } = (await make('tea', 'ja')).body;
  assert.match(await page(url), /蓮のお茶/);
});

test('a profile is shown on the page of its unit', async () => {
  await work.create({ id: 'unit', source_locale: 'fr', kind: 'profile', provinces: ['ha-giang'] });
  await work.save('unit', 'fr', text('Portrait de Hà Giang'));
  const html = await page((await make('unit', 'fr')).body.url);
  await work.publish('unit', 'fr');
  await settled();
  const published = await (await fetch(`${server.url}/fr/provinces/ha-giang/`)).text();
  assert.match(published, /Body of Portrait/);
  assert.equal(unmarked(html), unmarked(published));
});

test('an expired, a revoked, an unknown and a malformed link get one answer', async () => {
  const one = (await make('tea', 'vi')).body, other = (await make('tea', 'vi')).body;
  assert.equal((await open(one.url)).status, 200);
  await portal.sql(`update preview set expires_at = now() where id = ${one.number}`);
  assert.equal((await api('DELETE', `/v1/previews/${other.number}`)).status, 200);
  const again = await api('DELETE', `/v1/previews/${other.number}`);
  assert.equal(again.status, 200);
  assert.ok(again.body.revoked_at);
  const answers = [];
  for (const url of [one.url, other.url, `${server.url}/preview/${'A'.repeat(43)}`, `${server.url}/preview/x`, `${server.url}/preview/${'%00'.repeat(5)}`]) {
    const answer = await open(url, { 'accept-language': 'vi' });
    answers.push([answer.status, answer.headers.get('content-type'), answer.headers.get('content-length'), url.includes('%') ? null : await answer.text()]);
  }
  assert.deepEqual(answers[1], answers[0]);
  assert.deepEqual(answers[2], answers[0]);
  assert.deepEqual(answers[3], answers[0]);
  assert.equal(answers[0][0], 404);
  assert.ok([400, 404].includes(answers[4][0]));
  const { items } = (await api('GET', '/v1/articles/tea/texts/vi/previews')).body;
  assert.ok(items.length && items.every(({ number }) => number !== one.number && number !== other.number));
  assert.equal(items[0].by, 'editor');
});

test('who may, how long, and what is kept of it', async () => {
  for (const hours of [0, 337]) assert.ok([400, 422].includes((await make('tea', 'vi', hours)).status), `${hours} hours`);
  for (const hours of [1, 336]) assert.equal((await make('tea', 'vi', hours)).status, 201, `${hours} hours`);
  const post = (body, as = api) => as('POST', '/v1/articles/tea/texts/vi/previews', { body });
  assert.equal((await post({})).status, 400);
  assert.equal((await post({ hours: 1, days: 1 })).status, 400);
  assert.equal((await make('tea', 'fr')).status, 404);
  assert.equal((await make('none', 'vi')).status, 404);
  assert.equal((await reader('POST', '/v1/articles/tea/texts/vi/previews', { body: { hours: 1 } })).status, 401);
  await portal.sql("insert into agency (id, names) values ('desk', '{\"en\": \"Desk\"}')");
  const stranger = plain(server, await portal.person('stranger', { grants: [{ role: 'author', agency: 'desk' }] }));
  assert.equal((await post({ hours: 1 }, stranger)).status, 403);
  assert.equal((await stranger('GET', '/v1/articles/tea/texts/vi/previews')).status, 403);
  const { number, url } = (await make('tea', 'vi')).body;
  assert.equal((await stranger('DELETE', `/v1/previews/${number}`)).status, 403);
  assert.equal((await open(url)).status, 200);
  assert.equal((await api('DELETE', '/v1/previews/99999')).status, 404);
  assert.match(await portal.sql("select string_agg(distinct action, ' ' order by action) from audit where action like 'preview%'"), /preview_create preview_revoke/);
  assert.doesNotMatch(await portal.sql('select json_agg(audit) from audit'), new RegExp(url.slice(-43)));
  assert.doesNotMatch(server.log, new RegExp(url.slice(-43)));
});

test('a repeat under the same key makes no second link, and tells no secret twice', async () => {
  const headers = { 'idempotency-key': 'once' };
  const count = () => portal.sql('select count(*) from preview');
  const had = Number(await count());
  const first = await make('tea', 'vi', 1, headers), second = await make('tea', 'vi', 1, headers);
  assert.equal(Number(await count()), had + 1);
  assert.equal(second.status, 201);
  assert.equal(second.body.number, first.body.number);
  assert.equal(second.body.url, null);
  assert.equal((await open(first.body.url)).status, 200);
});

test('many at once are answered, and the server goes on meanwhile', { timeout: 120000 }, async () => {
  const { url } = (await make('tea', 'vi')).body;
  let longest = 0, done = false;
  const beside = (async () => {
    while (!done) {
      const began = performance.now();
      assert.equal((await fetch(`${server.url}/v1/topics`)).status, 200);
      longest = Math.max(longest, performance.now() - began);
      await new Promise((wake) => setTimeout(wake, 10));
    }
  })();
  const answers = await Promise.all(Array.from({ length: 12 }, () => open(url)));
  done = true;
  await beside;
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.ok(longest < 2000, `${longest} ms`);
  const flood = await Promise.all(Array.from({ length: 80 }, () => open(url)));
  const counts = Object.groupBy ? Object.groupBy(flood, ({ status }) => status) : flood.reduce((all, one) => ({ ...all, [one.status]: [...(all[one.status] ?? []), one] }), {});
  assert.deepEqual(Object.keys(counts).filter((code) => code !== '200' && code !== '503'), []);
  assert.ok(counts[200].length >= 16);
});

test('nginx keeps none, and has its secret in no log', async () => {
  const front = await nginx(portal, server);
  const { url, number } = (await make('tea', 'vi')).body;
  try {
    const first = await fetch(front.url + path(url));
    assert.equal(first.status, 200);
    assert.equal(first.headers.get('cache-control'), 'no-store');
    await first.text();
    await api('DELETE', `/v1/previews/${number}`);
    assert.equal((await fetch(front.url + path(url))).status, 404);
  } finally {
    await front.stop(); // and its logs are written
  }
  for (const log of ['access.log', 'error.log']) assert.ok(!(await readFile(join(portal.home, 'front', log), 'utf8')).includes(url.slice(-43)), log);
});

test('a page that is not made in time is given up, and the next is made', { timeout: 60000 }, async () => {
  const { url } = (await make('tea', 'vi')).body;
  const locked = portal.sql('begin; lock table article in access exclusive mode; select pg_sleep(13); commit');
  await waitFor(async () => (await portal.sql("select count(*) from pg_locks where relation = 'article'::regclass and mode = 'AccessExclusiveLock' and granted")) === '1');
  const began = performance.now();
  assert.equal((await open(url)).status, 503);
  const seconds = (performance.now() - began) / 1000;
  assert.ok(seconds > 9 && seconds < 12, `${seconds} s`);
  await locked;
  assert.equal((await open(url)).status, 200);
});

test('the database away: 503, never a page', { timeout: 60000 }, async () => {
  const { url } = (await make('tea', 'vi')).body;
  await portal.database('stop');
  assert.equal((await open(url)).status, 503);
  await portal.database('start');
  await waitFor(async () => (await open(url)).status === 200, { seconds: 20 });
});
