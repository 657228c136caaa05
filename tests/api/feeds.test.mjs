// The feeds, as the press reads them: three formats that agree, older pages, corrections and
// withdrawals, and how often they have to be fetched.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { exchange, request } from '../lib/http.mjs';
import { openapi } from '../lib/openapi.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';
import { parseXml } from '../lib/xml.mjs';

const ORIGIN = 'https://sen.example';
const ATOM = 'http://www.w3.org/2005/Atom';
const TOMBSTONES = 'http://purl.org/atompub/tombstones/1.0';
const HISTORY = 'http://purl.org/syndication/history/1.0';
const TOTAL = 120;
let portal, server, api, folder;

before(async () => {
  portal = await startPortal();
  await portal.sql(`insert into topic (id, names) values ('food', '{"en": "Food & drink", "vi": "Ẩm thực"}'), ('empty', '{"en": "Empty"}');
    insert into agency (id, names) values ('desk', '{"en": "The <desk>"}');
    insert into province (id) values ('hue');
    insert into province_fact (province, attribute, locale, value, source) values ('hue', 'name', 'vi', 'Huế', 'x')`);
  folder = await mkdtemp(join(tmpdir(), 'sen-feeds-'));
  await chmod(folder, 0o755);
  const lines = Array.from({ length: TOTAL }, (_, i) => JSON.stringify({
    id: `item-${i}`, locale: 'vi', title: `Bài số ${i} <&> "x"`, summary: `Tóm tắt ${i}`,
    body: `Chữ *${i}* & <b>không</b> [nối](/vi/) \u{1f35c}]]>`, agency: 'desk', licence: 'CC-BY-4.0', author: 'An',
    topic: i % 3 ? undefined : 'food', provinces: i % 4 ? [] : ['hue'],
    published_at: new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString(),
  }));
  lines.push(JSON.stringify({ id: 'item-0', locale: 'en', source_locale: 'vi', title: 'Item 0', body: 'Text.', translation: { method: 'machine' } }));
  await writeFile(join(folder, 'items.jsonl'), lines.join('\n'));
  await portal.must(['import', folder]);
  server = await portal.serve({ SEN_ORIGIN: ORIGIN, SEN_REQUESTS_PER_SECOND: 0 });
  api = await openapi(server, { token: await portal.token() });
});
after(async () => {
  await portal?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const here = (url) => {
  assert.ok(url.startsWith(`${ORIGIN}/`), url);
  return url.slice(ORIGIN.length);
};
const read = async (target) => (await api('GET', target)).body;
const atom = async (target) => parseXml(await read(target));
const rss = async (target) => parseXml(await read(target)).one('channel');
const link = (element, rel) => element.all('link', ATOM).filter((one) => one.attributes.rel === rel).map((one) => one.attributes.href);

describe('formats', () => {
  test('Atom', async () => {
    const feed = await atom('/feeds/vi/atom.xml');
    assert.deepEqual([feed.uri, feed.name, feed.attributes['xml:lang']], [ATOM, 'feed', 'vi']);
    for (const name of ['id', 'title', 'updated']) assert.ok(feed.one(name).text, name);
    assert.deepEqual(link(feed, 'self'), [`${ORIGIN}/feeds/vi/atom.xml`]);
    assert.deepEqual(link(feed, 'alternate'), [`${ORIGIN}/vi/`]);
    const entries = feed.all('entry');
    assert.equal(entries.length, 50);
    assert.equal(new Set(entries.map((entry) => entry.one('id').text)).size, 50);
    const [first] = entries;
    assert.equal(first.one('title').text, `Bài số ${TOTAL - 1} <&> "x"`);
    const times = entries.map((entry) => Date.parse(entry.one('updated').text));
    assert.deepEqual(times, [...times].sort((a, b) => b - a));
    assert.equal(Date.parse(feed.one('updated').text), times[0]);
    for (const entry of entries) {
      assert.match(entry.one('id').text, /^https:\/\/sen\.example\/id\/articles\/item-\d+\/vi$/);
      assert.match(entry.one('updated').text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/);
      assert.equal(link(entry, 'alternate').filter((href) => href.startsWith(`${ORIGIN}/vi/articles/`)).length, 1);
      const html = entry.one('content').text;
      assert.match(html, /<em>/);
      assert.doesNotMatch(html, /<b>|href="\//);
    }
  });

  test('RSS', async () => {
    const channel = await rss('/feeds/vi/rss.xml');
    for (const name of ['title', 'link', 'description']) assert.ok(channel.one(name).text, name);
    assert.deepEqual(link(channel, 'self'), [`${ORIGIN}/feeds/vi/rss.xml`]);
    const items = channel.all('item');
    assert.equal(items.length, 50);
    for (const item of items) {
      assert.ok(item.one('guid').text);
      assert.match(item.one('pubDate').text, /^(\w{3}, )?\d\d? \w{3} \d{4} \d\d:\d\d:\d\d (\+0000|GMT)$/);
    }
  });

  test('JSON Feed, and all three agree', async () => {
    const json = await read('/feeds/vi/feed.json');
    assert.equal(json.feed_url, `${ORIGIN}/feeds/vi/feed.json`);
    assert.ok(JSON.stringify(json).length < 260000);
    const feed = await atom('/feeds/vi/atom.xml');
    const channel = await rss('/feeds/vi/rss.xml');
    const fromAtom = feed.all('entry').map((entry) => [entry.one('id').text, entry.one('title').text, Date.parse(entry.one('published').text)]);
    const fromJson = json.items.map((item) => [item.id, item.title, Date.parse(item.date_published)]);
    const fromRss = channel.all('item').map((item) => [item.one('guid').text, item.one('title').text, Date.parse(item.one('pubDate').text)]);
    assert.deepEqual(fromJson, fromAtom);
    assert.deepEqual(fromRss, fromAtom);
  });

  test('of a topic and of a province, and of what there is not', async () => {
    const food = await read('/feeds/vi/topics/food/feed.json');
    assert.equal(food.items.length, 40);
    assert.match(food.title, /Ẩm thực/);
    assert.ok(food.items.every((item) => item.tags.includes('Ẩm thực')));
    const hue = await atom('/feeds/vi/provinces/hue/atom.xml');
    assert.equal(hue.all('entry').length, 30);
    assert.notEqual(hue.one('id').text, (await atom('/feeds/vi/atom.xml')).one('id').text);
    const none = await atom('/feeds/vi/topics/empty/atom.xml');
    assert.equal(none.all('entry').length, 0);
    assert.match((await atom('/feeds/en/topics/food/atom.xml')).one('title').text, /Food & drink/);
    for (const path of ['/feeds/vi/topics/none/atom.xml', '/feeds/vi/provinces/none/rss.xml', '/feeds/tlh/atom.xml', '/feeds/vi/atom.json', '/feeds/vi/index.html'])
      assert.equal((await api('GET', path)).status, 404, path);
  });

  test('a translation says so', async () => {
    const { items: [item] } = await read('/feeds/en/feed.json');
    assert.equal(item.id, `${ORIGIN}/id/articles/item-0/en`);
    assert.equal(item._portal.method, 'machine');
    assert.deepEqual(item._portal.translations.map((one) => one.language), ['vi']);
    const [entry] = (await atom('/feeds/en/atom.xml')).all('entry');
    assert.ok(entry.all('link').some((one) => one.attributes.rel === 'alternate' && one.attributes.hreflang === 'vi'));
  });
});

describe('older pages', () => {
  test('the chain of archives holds everything once', async () => {
    for (const [path, total] of [['/feeds/vi/atom.xml', TOTAL], ['/feeds/vi/topics/food/atom.xml', 40]]) {
      const ids = [];
      const seen = new Set();
      let target = path;
      while (target) {
        assert.ok(!seen.has(target), target);
        seen.add(target);
        const feed = await atom(target);
        assert.deepEqual(link(feed, 'self').map(here), [target]);
        assert.equal(Boolean(feed.one('archive', HISTORY)), target !== path);
        if (target !== path) assert.deepEqual(link(feed, 'current').map(here), [path]);
        ids.push(...feed.all('entry').map((entry) => entry.one('id').text));
        target = link(feed, 'prev-archive').map(here)[0];
      }
      assert.equal(ids.length, total);
      assert.equal(new Set(ids).size, total);
      assert.equal(seen.size, Math.ceil(total / 50));
    }
  });

  test('next_url of JSON Feed leads through all of them too', async () => {
    const ids = [];
    let target = '/feeds/vi/feed.json';
    while (target) {
      const feed = await read(target);
      ids.push(...feed.items.map((item) => item.id));
      target = feed.next_url && here(feed.next_url);
    }
    assert.equal(new Set(ids).size, TOTAL);
    assert.equal(ids.length, TOTAL);
    assert.equal((await api('GET', '/feeds/vi/atom.xml?before=nonsense')).status, 400);
  });
});

test('asked for again: 304 for each validator, HEAD, gzip, and the same bytes', async () => {
  for (const [file, type] of [['atom.xml', 'application/atom+xml'], ['rss.xml', 'application/rss+xml'], ['feed.json', 'application/feed+json']]) {
    const raw = async (method, headers = {}) => (await exchange(server.port, request(method, `/feeds/vi/${file}`, headers), { methods: [method], quiet: 0 })).answers[0];
    const first = await raw('GET');
    assert.equal(first.headers['content-type'], `${type}; charset=utf-8`);
    assert.match(first.headers['cache-control'], /max-age=\d+/);
    assert.match(first.headers.etag, /^"/);
    assert.ok(first.headers['last-modified']);
    assert.equal((await raw('GET', { 'If-None-Match': first.headers.etag })).status, 304);
    assert.equal((await raw('GET', { 'If-Modified-Since': first.headers['last-modified'] })).status, 304);
    const head = await raw('HEAD');
    for (const name of ['etag', 'last-modified', 'content-length', 'content-type', 'link']) assert.equal(head.headers[name], first.headers[name]);
    assert.equal((await raw('GET', { 'Accept-Encoding': 'gzip' })).headers['content-encoding'], 'gzip');
    for (let i = 0; i < 4; i++) assert.deepEqual((await raw('GET')).body, first.body);
  }
});

describe('a life in the feed', () => {
  const id = `${ORIGIN}/id/articles/story/vi`;
  const save = (title, body, headers) => api('PUT', '/v1/articles/story/texts/vi', { headers, body: { title, body } });
  const publish = () => api('POST', '/v1/articles/story/texts/vi/publish', { body: { note: 'Đã sửa.' } });
  const entry = async () => (await atom('/feeds/vi/atom.xml')).all('entry').find((one) => one.one('id').text === id);

  test('published, corrected, withdrawn', async () => {
    await api('POST', '/v1/articles', { body: { id: 'story', source_locale: 'vi' } });
    await save('Tin mới', 'Một.', { 'if-none-match': '*' });
    assert.equal(await entry(), undefined, 'a draft is not in it');
    await publish();
    const first = await waitFor(entry);
    const etag = (await api('GET', '/feeds/vi/atom.xml')).headers.get('etag');

    await save('Tin đã sửa', 'Hai.', { 'if-match': '"r1"' });
    await publish();
    const second = await waitFor(async () => {
      const one = await entry();
      return one.one('title').text === 'Tin đã sửa' && one;
    });
    assert.equal(second.one('published').text, first.one('published').text);
    assert.ok(Date.parse(second.one('updated').text) >= Date.parse(first.one('updated').text));
    const { headers } = await api('GET', '/feeds/vi/atom.xml', { headers: { 'if-none-match': etag } });
    assert.notEqual(headers.get('etag'), etag);

    await api('POST', '/v1/articles/story/texts/vi/withdraw', { body: { reason: 'Nguồn sai.' } });
    const tombstone = await waitFor(async () => (await atom('/feeds/vi/atom.xml')).all('deleted-entry', TOMBSTONES).find((one) => one.attributes.ref === id));
    assert.match(tombstone.attributes.when, /^\d{4}-/);
    assert.match(tombstone.text, /Nguồn sai\./);
    assert.equal(await entry(), undefined);
    const item = (await read('/feeds/vi/feed.json')).items.find((one) => one.id === id);
    assert.deepEqual([item._portal.status, item.content_text, item.content_html], ['withdrawn', 'Nguồn sai.', undefined]);
    const inRss = (await rss('/feeds/vi/rss.xml')).all('item').find((one) => one.one('guid').text === id);
    assert.match(inRss.text, /Nguồn sai\./);
    assert.doesNotMatch(inRss.text, /Hai\./);
  });
});
