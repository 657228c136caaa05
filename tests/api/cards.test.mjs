// Cards: the pictures that stand for pages where their addresses are shared.
import assert from 'node:assert/strict';
import { chmod, cp, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { nginx } from '../lib/front.mjs';
import { startPortal, top, waitFor } from '../lib/portal.mjs';

const origin = 'https://portal.example';
const settings = { SEN_ORIGIN: origin, SEN_CARDS: '1', SEN_LOCALES: 'vi,ar,km,ja' };
let portal, content;
before(async () => {
  // A few texts are enough: drawing takes its time with sanitizers.
  content = await mkdtemp(join(tmpdir(), 'sen-cards-'));
  await chmod(content, 0o755); // the portal runs as another user
  const starter = join(top, 'content/starter');
  const few = { articles: ['pho', 'fish-sauce', 'ha-long-bay'], provinces: ['hue'] };
  const keep = ([folder, name]) => folder !== 'fronts.json' && (!few[folder] || !name || few[folder].includes(name));
  await cp(starter, content, { recursive: true, filter: (path) => keep(relative(starter, path).split('/')) });
  portal = await startPortal({ content: [content], settings });
}, { timeout: 300000 });
after(async () => {
  await portal?.stop();
  if (content) await rm(content, { recursive: true });
});

const cards = () => join(portal.home, 'cards');
const tag = (html, property) => [...html.matchAll(/<meta (?:property|name)="([^"]+)" content="([^"]*)">/g)]
  .filter(([, name]) => name === property).map(([, , value]) => value);
const plain = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

async function pages() {
  const site = join(portal.home, 'site');
  const found = [];
  for (const name of await readdir(site, { recursive: true })) {
    if (name.endsWith('.html')) found.push([`/${name}`, await readFile(join(site, name), 'utf8')]);
  }
  return found;
}

// Width and height of a JPEG: its frame header.
function size(bytes) {
  assert.equal(bytes.readUInt16BE(0), 0xffd8);
  for (let at = 2; ;) {
    const marker = bytes[at + 1];
    if (marker >= 0xc0 && marker <= 0xc2) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
    at += 2 + bytes.readUInt16BE(at + 2);
  }
}

test('every page that can be shared names a card that is there, small and of the size it says', { timeout: 300000 }, async () => {
  const { stdout } = await portal.must(['build']);
  assert.match(stdout, /\d+ cards for shared links/);
  const known = new Map();
  let count = 0;
  for (const [path, html] of await pages()) {
    if (!tag(html, 'og:title').length) continue;
    count++;
    const [image] = tag(html, 'og:image');
    assert.match(image, /^https:\/\/portal\.example\/cards\/[0-9a-f]{32}\.jpg$/, path);
    assert.deepEqual(['type', 'width', 'height'].map((name) => tag(html, `og:image:${name}`)[0]), ['image/jpeg', '1200', '630'], path);
    assert.ok(tag(html, 'og:image:alt')[0], path);
    assert.deepEqual(tag(html, 'twitter:card'), ['summary_large_image'], path);
    known.set(image.split('/').at(-1), plain(tag(html, 'og:image:alt')[0]));
  }
  assert.ok(count > 50);
  const there = await readdir(cards());
  for (const [name, title] of known) {
    assert.ok(there.includes(name), title);
    const bytes = await readFile(join(cards(), name));
    assert.ok(bytes.length <= 60000, `${title}: ${bytes.length} bytes`);
    assert.deepEqual(size(bytes), [1200, 630], title);
  }
});

test('a card is drawn once, the same each time, and again when it is lost', { timeout: 120000 }, async () => {
  const [name] = await readdir(cards());
  const path = join(cards(), name);
  const [bytes, { mtimeMs }] = [await readFile(path), await stat(path)];
  assert.doesNotMatch((await portal.must(['build'])).stdout, /cards/);
  assert.equal((await stat(path)).mtimeMs, mtimeMs);
  await rm(path);
  assert.match((await portal.must(['build'])).stdout, /^1 cards/m);
  assert.deepEqual(await readFile(path), bytes);
});

test('what no page has named for a day is removed, the rest stays', async () => {
  const [stale, fresh] = [`${'0'.repeat(32)}.jpg`, `${'1'.repeat(32)}.jpg`];
  for (const name of [stale, fresh]) await writeFile(join(cards(), name), 'x');
  const old = Date.now() / 1000 - 25 * 3600;
  await utimes(join(cards(), stale), old, old);
  const wanted = (await readdir(cards())).find((name) => name !== stale && name !== fresh);
  await utimes(join(cards(), wanted), old, old);
  await portal.must(['build']);
  const left = await readdir(cards());
  assert.deepEqual([stale, fresh, wanted].map((name) => left.includes(name)), [false, true, true]);
});

test('the worker makes the card of a text after its page; a broken picture costs a card its picture', { timeout: 120000 }, async () => {
  const worker = portal.worker();
  await waitFor(() => /event=site.follow/.test(worker.log), { seconds: 60, describe: () => worker.log });
  const title = `Một tiêu đề rất dài ${'và dài hơn '.repeat(18)}`.trim();
  const text = (image) => `'${JSON.stringify({ search: '', search_title: '', slug: 'the', skeleton: 'the', title, summary: 'S', body: 'T', html: '<p>T</p>', renderer: 1, words: 1,
    licence: 'CC-BY-4.0', method: 'person', image })}'`;
  await portal.sql(`insert into media (id, type, file, bytes, width, height, credit, licence) values ('broken', 'image/png', 'broken.png', 5, 10, 10, 'A', 'CC0-1.0');
    insert into article (id, kind, source_locale, topic) values ('the', 'news', 'vi', 'food');
    select draft_save(null, 'the', 'vi', null, ${text({ media: 'broken', alt: 'x' })});
    select draft_publish('the', 'vi', null, '{}', '2026-03-01T00:00:00Z')`);
  const page = join(portal.home, 'site/vi/articles/the/index.html');
  const html = await waitFor(() => readFile(page, 'utf8').catch(() => ''), { seconds: 30, describe: () => worker.log.slice(-2000) });
  assert.deepEqual(tag(html, 'article:published_time'), ['2026-03-01T07:00:00+07:00']);
  assert.equal(tag(html, 'article:section').length, 1);
  const name = tag(html, 'og:image')[0].split('/').at(-1);
  const bytes = await waitFor(() => readFile(join(cards(), name)).catch(() => null), { seconds: 60, describe: () => worker.log.slice(-2000) });
  assert.deepEqual(size(bytes), [1200, 630]);
  assert.match(worker.log, /broken\.png cannot be read/);
  await worker.stop();
});

test('cards are served to everybody and may be kept for ever, by sen and by nginx', async () => {
  const server = await portal.serve({ SEN_PROXY: '127.0.0.1' });
  const front = await nginx(portal, server, { origin });
  try {
    const [name] = await readdir(cards());
    for (const base of [server.url, front.url]) {
      const answer = await fetch(`${base}/cards/${name}`);
      assert.equal(answer.status, 200);
      assert.deepEqual(size(Buffer.from(await answer.arrayBuffer())), [1200, 630]);
      const expected = { 'content-type': 'image/jpeg', 'cache-control': 'public, max-age=31536000, immutable',
        'cross-origin-resource-policy': 'cross-origin', 'content-security-policy': "default-src 'none'; sandbox", 'x-content-type-options': 'nosniff' };
      for (const [field, value] of Object.entries(expected)) assert.equal(answer.headers.get(field), value, `${base} ${field}`);
      for (const none of [`${'2'.repeat(32)}.jpg`, '.hidden', '..%2fpg%2fPG_VERSION']) {
        const missing = await fetch(`${base}/cards/${none}`);
        await missing.arrayBuffer();
        assert.ok(missing.status === 404 || missing.status === 400, `${base} ${none}: ${missing.status}`);
      }
    }
  } finally {
    await front.stop();
    await server.stop();
  }
});

test('without cards no page names one', async () => {
  await portal.must(['build'], { settings: { ...settings, SEN_CARDS: '0' } });
  for (const [path, html] of await pages()) assert.doesNotMatch(html, /\/cards\//, path);
});
