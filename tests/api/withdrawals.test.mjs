// What readers see of a text that was taken back, each of the four ways, wherever it could show: the
// API, the page (from `sen serve` and through nginx), lists, feeds, search, sitemaps, exports.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { editor, plain } from '../lib/editor.mjs';
import { nginx } from '../lib/front.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';
import { difference, tree } from '../lib/tree.mjs';
import { parseXml } from '../lib/xml.mjs';

const locales = 'vi,en,fr';
let portal, server, worker, front, api, work;
before(async () => {
  portal = await startPortal({ content: ['content/starter'], site: true, settings: { SEN_LOCALES: locales } });
  server = await portal.serve();
  worker = portal.worker();
  front = await nginx(portal, server);
  api = plain(server, await portal.token());
  work = editor(api);
}, { timeout: 120000 });
after(async () => {
  await front?.stop();
  await portal?.stop();
});

const text = (title, more = {}) => ({ title, summary: `Tóm tắt: ${title}`, body: `Thân bài ${title}.\n`, ...more });
const get = (path, options = {}) => fetch(server.url + path, { redirect: 'manual', ...options });
const status = async (path, base = server.url) => (await fetch(base + path, { redirect: 'manual' })).status;
const body = async (path, base = server.url) => (await fetch(base + path)).text();
const json = async (path) => (await get(path)).json();

// nginx looks at a file it has open again after a second.
const becomes = (expected, path, base) => waitFor(async () => await status(path, base) === expected, { seconds: 5, describe: () => path });

// The site shows every change so far.
const settled = () => waitFor(async () => {
  const seq = await portal.sql("select f.seq = h.seq from follower f, change_head h where f.name = 'site'");
  return seq === 't';
}, { seconds: 30, describe: () => worker.log.slice(-3000) });

const feed = (name, locale = 'vi') => body(`/feeds/${locale}/${name}`);
const id = (article, locale) => `/id/articles/${article}/${locale}`;

// Everything that strangers can ask for, as one string a place.
async function everything() {
  const places = {};
  const paths = ['/v1/articles?locale=vi&limit=100', '/v1/articles?locale=en&limit=100', '/v1/changes', '/v1/topics?locale=vi', '/v1/provinces/hue?locale=vi',
    '/v1/search?locale=vi&q=biến+mất', '/v1/search?locale=en&q=vanishing', '/sitemap.xml', '/robots.txt'];
  for (const locale of locales.split(',')) for (const name of ['atom.xml', 'rss.xml', 'feed.json']) paths.push(`/feeds/${locale}/${name}`, `/feeds/${locale}/topics/food/${name}`);
  for (const path of paths) places[path] = await body(path);
  const root = join(portal.home, 'site');
  for (const name of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue;
    const path = join(name.parentPath ?? name.path, name.name);
    places[path.slice(root.length)] = `${path} ${await readFile(path, 'utf8')}`;
  }
  return places;
}

test('notice: the page stays and says so', async () => {
  await work.issue('tea', 'vi', text('Trà sen'), { topic: 'food' });
  await settled();
  assert.equal(await status('/vi/articles/tra-sen/'), 200);
  await work.withdraw('tea', 'vi', 'Nguồn sai');
  await settled();
  for (const base of [server.url, front.url]) {
    assert.equal(await status('/vi/articles/tra-sen/', base), 200);
    const page = await body('/vi/articles/tra-sen/', base);
    assert.match(page, /Nguồn sai/);
    assert.match(page, /<meta name="robots" content="noindex">/);
    assert.doesNotMatch(page, /Thân bài/);
  }
  const { status: code, body: article } = await api('GET', '/v1/articles/tea?locale=vi');
  assert.equal(code, 200);
  assert.equal(article.status, 'withdrawn');
});

describe('gone', () => {
  test('410 from the API, in the reader\'s language, and at the page\'s address', async () => {
    await work.issue('coffee', 'vi', text('Cà phê'), { topic: 'food' });
    await settled();
    await work.withdraw('coffee', 'vi', 'Bài đăng nhầm', { kind: 'gone' });
    await settled();
    for (const asked of ['coffee', 'ca-phe']) {
      const answer = await get(`/v1/articles/${asked}`, { headers: { 'accept-language': 'en' } });
      assert.equal(answer.status, 410);
      const problem = await answer.json();
      assert.match(problem.type, /#problem-gone$/);
      assert.equal(problem.status, 410);
      assert.doesNotMatch(JSON.stringify(problem), /Cà phê/);
    }
    for (const base of [server.url, front.url]) {
      await becomes(410, '/vi/articles/ca-phe/', base);
      const page = await body('/vi/articles/ca-phe/', base);
      assert.match(page, /Bài đăng nhầm/);
      assert.match(page, /noindex/);
      assert.doesNotMatch(page, /Thân bài|Cà phê/);
      // Who falls back to it finds it gone too.
      assert.equal(await status('/fr/articles/ca-phe/', base), 410);
      assert.equal(await status('/vi/articles/ca-phe/410.html', base), 410);
      assert.equal(await status('/vi/articles/ca-phe', base), 301);
    }
    const head = await get('/vi/articles/ca-phe/', { method: 'HEAD' });
    assert.equal(head.status, 410);
    assert.equal(head.headers.get('content-language'), 'vi');
  });

  test('another language is shown in its place where readers fall back', async () => {
    await work.issue('rice', 'vi', text('Gạo'), { topic: 'food' });
    await work.save('rice', 'en', text('Rice'));
    await work.publish('rice', 'en');
    await work.withdraw('rice', 'en', 'Wrong', { kind: 'gone' });
    await settled();
    assert.equal(await status('/en/articles/rice/'), 410);
    assert.match(await body('/en/articles/rice/'), /href="\/vi\/articles\/gao\/"/);
    assert.equal(await status('/fr/articles/gao/'), 200);
    assert.equal((await json('/v1/articles/rice?locale=en')).locale, 'vi');
    assert.equal((await get('/v1/articles/rice?locale=en&fallback=none')).status, 410);
  });

  test('published again, it is there again', async () => {
    const { headers } = await work.read('coffee', 'vi');
    await work.save('coffee', 'vi', text('Cà phê trở lại', { slug: 'ca-phe' }), headers.get('etag'));
    assert.equal((await work.publish('coffee', 'vi')).status, 200);
    await settled();
    assert.equal(await status('/vi/articles/ca-phe/'), 200);
    assert.equal(existsSync(join(portal.home, 'site/vi/articles/ca-phe/410.html')), false);
    assert.equal((await json('/v1/articles/coffee?locale=vi')).status, 'live');
  });
});

test('redirect: the API and the page lead on', async () => {
  await work.issue('old', 'vi', text('Bài cũ'), { topic: 'food' });
  await work.issue('new', 'vi', text('Bài mới'), { topic: 'food' });
  await work.withdraw('old', 'vi', 'Đã gộp', { kind: 'redirect', to: '/vi/articles/bai-moi/' });
  await work.issue('away', 'vi', text('Chuyển đi'), { topic: 'food' });
  await work.withdraw('away', 'vi', 'Đã chuyển', { kind: 'redirect', to: 'https://example.org/chè?a=b&c=%C3%A8' });
  await settled();
  const answer = await get('/v1/articles/old?locale=vi');
  assert.equal(answer.status, 308);
  assert.equal(answer.headers.get('location'), '/v1/articles/bai-moi?locale=vi');
  const moved = await body('/vi/articles/bai-cu/');
  assert.match(moved, /http-equiv="refresh" content="0; url=\/vi\/articles\/bai-moi\/"/);
  assert.match(moved, new RegExp(`rel="canonical" href="http[^"]*/vi/articles/bai-moi/"`));
  assert.doesNotMatch(moved, /Thân bài/);
  assert.equal((await get('/v1/articles/away')).headers.get('location'), 'https://example.org/ch%C3%A8?a=b&c=%C3%A8');
  assert.match(await body('/vi/articles/chuyen-di/'), /rel="canonical" href="https:\/\/example\.org\/ch%C3%A8\?a=b&amp;c=%C3%A8"/);
  assert.doesNotMatch(await body('/sitemap-vi.xml'), /bai-cu|chuyen-di/);
});

describe('vanish', () => {
  const secret = /Biến mất|bien-mat|Vanishing|vanishing\/|Lý do kín/;

  test('no page, no list, no feed, no trace of its words', async () => {
    await work.issue('lost', 'vi', text('Biến mất', { slug: 'bien-mat-cu' }), { topic: 'food', provinces: ['hue'] });
    const { headers } = await work.read('lost', 'vi');
    await work.save('lost', 'vi', text('Biến mất', { slug: 'bien-mat' }), headers.get('etag'));
    await work.publish('lost', 'vi');
    await work.save('lost', 'en', text('Vanishing'));
    await work.publish('lost', 'en');
    await settled();
    assert.ok(Object.values(await everything()).some((place) => secret.test(place)));
    for (const locale of ['vi', 'en']) assert.equal((await work.withdraw('lost', locale, 'Lý do kín', { kind: 'vanish' })).status, 200);
    await settled();
    for (const [place, content] of Object.entries(await everything())) assert.doesNotMatch(content, secret, place);
    for (const path of ['/vi/articles/bien-mat/', '/vi/articles/bien-mat-cu/', '/en/articles/vanishing/', '/fr/articles/vanishing/', '/v1/articles/lost', '/v1/articles/bien-mat',
      '/v1/articles/bien-mat-cu', '/v1/articles/lost/texts', '/v1/articles/lost/history?locale=vi']) {
      for (const base of [server.url, front.url]) await becomes(404, path, base);
      assert.doesNotMatch(await body(path), secret, path);
    }
  });

  test('451 where the law is the reason', async () => {
    await work.issue('law', 'vi', text('Bị cấm', { slug: 'bi-cam-cu' }), { topic: 'food' });
    const { headers } = await work.read('law', 'vi');
    await work.save('law', 'vi', text('Bị cấm', { slug: 'bi-cam' }), headers.get('etag'));
    await work.publish('law', 'vi');
    assert.equal((await work.withdraw('law', 'vi', 'Tòa án', { kind: 'vanish', status: 451 })).status, 200);
    await settled();
    for (const path of ['/vi/articles/bi-cam/', '/vi/articles/bi-cam-cu/', '/fr/articles/bi-cam/', '/v1/articles/law', '/v1/articles/bi-cam', '/v1/articles/bi-cam-cu']) {
      for (const base of [server.url, front.url]) {
        await becomes(451, path, base);
        assert.doesNotMatch(await body(path, base), /Bị cấm|Thân bài|Tòa án/, path);
      }
    }
    assert.equal((await (await get('/v1/articles/law')).json()).status, 451);
  });

  test('in one language, the others stay, and fall back as to a text that never was', async () => {
    await work.issue('half', 'vi', text('Một nửa'), { topic: 'food' });
    await work.save('half', 'en', text('One half'));
    await work.publish('half', 'en');
    await work.withdraw('half', 'en', 'x', { kind: 'vanish' });
    await settled();
    assert.equal(await status('/en/articles/one-half/'), 404);
    assert.equal(await status('/en/articles/mot-nua/'), 200);
    assert.equal(await status('/v1/articles/one-half'), 404);
    assert.deepEqual((await json('/v1/articles/half?locale=vi')).texts, ['vi']);
    assert.doesNotMatch(await body('/vi/articles/mot-nua/'), /one-half/);
  });

  test('published again, it is whole again, and its history does not say why it was away', async () => {
    const { headers } = await work.read('lost', 'vi');
    await work.save('lost', 'vi', text('Biến mất', { slug: 'bien-mat' }), headers.get('etag'));
    assert.equal((await work.publish('lost', 'vi')).status, 200);
    await settled();
    assert.equal(await status('/vi/articles/bien-mat/'), 200);
    const page = await body('/vi/articles/bien-mat/');
    assert.match(page, /class="versions"/);
    assert.doesNotMatch(page, /Lý do kín/);
    assert.doesNotMatch(await body('/v1/articles/lost/history?locale=vi'), /Lý do kín/);
  });
});

test('tombstones in the feeds: with the reason where it is public, with the id alone where it vanished', async () => {
  const atom = parseXml(await feed('atom.xml'));
  const stones = new Map(atom.children.filter((one) => one.name === 'deleted-entry').map((one) => [new URL(one.attributes.ref).pathname, one]));
  const comment = (article) => stones.get(id(article, 'vi')).one('comment')?.text;
  assert.match(comment('tea'), /Nguồn sai/);
  assert.match(comment('old'), /Đã gộp/);
  assert.ok(stones.has(id('law', 'vi')));
  assert.equal(comment('law'), undefined);
  assert.equal(stones.has(id('coffee', 'vi')), false, 'what is back is no tombstone');

  const rss = await feed('rss.xml');
  assert.match(rss, /Nguồn sai/);
  assert.doesNotMatch(rss, /articles\/law\//, 'RSS has no form for what may not be named');

  const { items } = JSON.parse(await feed('feed.json'));
  const item = (article) => items.find((one) => new URL(one.id).pathname === id(article, 'vi'));
  assert.equal(item('tea')._portal.status, 'withdrawn');
  assert.match(item('old')._portal.replacedBy, /\/vi\/articles\/bai-moi\/$/);
  assert.equal(item('law')._portal.status, 'withdrawn');
  for (const member of ['title', 'url', 'summary', 'content_html']) assert.equal(item('law')[member], undefined, member);
  assert.equal(item('law').content_text, '');
});

test('exports leave out what vanished, and keep how the rest was taken back', async () => {
  await work.withdraw('lost', 'vi', 'Lý do kín', { kind: 'vanish' });
  const out = join(portal.home, 'run/export.jsonl');
  await portal.must(['export', '--jsonl', out]);
  const whole = await readFile(out, 'utf8');
  assert.match(whole, /Bài mới/);
  assert.doesNotMatch(whole, /Biến mất|Lý do kín|Bị cấm/);

  // What else was taken back is brought in elsewhere as it was here; pictures lie beside the export.
  await symlink(join(portal.home, 'media'), join(portal.home, 'run/media'));
  const other = await startPortal();
  try {
    await other.must(['import', out]);
    const again = join(other.home, 'run/export.jsonl');
    await other.must(['export', '--jsonl', again]);
    assert.equal(await readFile(again, 'utf8'), whole);
    assert.equal(await other.sql("select string_agg(withdrawal, ' ' order by withdrawal) from edition where state = 'withdrawn'"), 'gone notice redirect redirect');
  } finally {
    await other.stop();
  }
});

test('the site kept up to date is the site built anew', { timeout: 120000 }, async () => {
  await settled();
  const followed = await tree(join(portal.home, 'site'));
  await portal.must(['build']);
  assert.deepEqual(difference(followed, await tree(join(portal.home, 'site'))), []);
});

test('what vanished does not come back where another text has its slug now', async () => {
  await work.issue('first', 'vi', text('Cũ', { slug: 'cung-cho' }));
  await work.withdraw('first', 'vi', 'x', { kind: 'vanish' });
  assert.equal((await work.issue('second', 'vi', text('Mới', { slug: 'cung-cho' }))).status, 200);
  const back = await work.withdraw('first', 'vi', 'x', { kind: 'notice' });
  assert.deepEqual([back.status, back.body.field], [409, 'slug']);
  assert.equal(await portal.sql("select version from edition where article = 'first' and state = 'removed'"), '2');
});
