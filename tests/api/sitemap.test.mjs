// What search engines are told of the whole site: which pages there are, in which languages each of
// them really is, what is new, and what changed when.
import assert from 'node:assert/strict';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run, startPortal, top } from '../lib/portal.mjs';

const origin = 'https://portal.example';
const day = '2027-02-03T10:00:00Z'; // of the newest text, later than all of the starter content
let portal, pages;

async function addTexts() {
  const edition = (locale, title) => `'${JSON.stringify({ search: '', search_title: '', slug: `x-${locale.toLowerCase()}`, skeleton: `x-${locale.toLowerCase()}`, title,
    summary: 'S', body: 'T', html: '<p>T</p>\\n', renderer: 1, words: 1, licence: 'CC-BY-4.0', method: 'person', image: { media: 'lotus-pond', alt: 'A pond' } })}'`;
  await portal.sql(`insert into article (id, kind, source_locale, topic) values ('x', 'news', 'vi', 'food'), ('y', 'news', 'vi', 'food');
    select draft_save(null, 'x', 'vi', null, ${edition('vi', 'Tin <mới> & hay')});
    select draft_publish('x', 'vi', null, '{}', '${day}');
    select draft_save(null, 'x', 'zh-Hant', null, ${edition('zh-Hant', '新聞')});
    select draft_publish('x', 'zh-Hant', null, '{}', '2027-02-01T10:00:00Z');
    select draft_save(null, 'x', 'rad', null, ${edition('rad', 'Klei mrâo')});
    select draft_publish('x', 'rad', null, '{}', '2027-02-03T09:00:00Z');
    select draft_save(null, 'y', 'vi', null, ${edition('en', 'Cũ hơn')});
    select draft_publish('y', 'vi', null, '{}', '2027-02-01T09:59:59Z')`);
}

before(async () => {
  portal = await startPortal({ content: ['content/starter'], settings: { SEN_ORIGIN: origin } });
  await addTexts();
  await portal.must(['build']);
  const site = join(portal.home, 'site');
  pages = new Map();
  for (const name of await readdir(site, { recursive: true })) {
    if (name.endsWith('.html')) pages.set(`/${name.replace(/index\.html$/, '')}`, await readFile(join(site, name), 'utf8'));
  }
}, { timeout: 300000 });
after(() => portal?.stop());

const all = (text, pattern) => [...text.matchAll(pattern)];
const site = (name) => join(portal.home, 'site', name);
const pathOf = (url) => { assert.ok(url.startsWith(`${origin}/`), url); return decodeURIComponent(url.slice(origin.length)); };
const canonical = (html) => /<link rel="canonical" href="([^"]+)">/.exec(html)?.[1];
const mayList = (path) => {
  const html = pages.get(path);
  return Boolean(html) && !html.includes('name="robots" content="noindex"') && pathOf(canonical(html) ?? `${origin}/none`) === path;
};
const alternates = (html) => new Map(all(html, /<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">/g).map(([, language, href]) => [language, pathOf(href)]));
const readMap = async (name) => all(await readFile(site(name), 'utf8'), /<url>(.*?)<\/url>/gs).map(([, xml]) => ({ xml, path: pathOf(/<loc>([^<]+)</.exec(xml)[1]) }));
const readIndex = async () => all(await readFile(site('sitemap.xml'), 'utf8'), /<loc>([^<]+)<\/loc>/g).map(([, url]) => pathOf(url).slice(1));

test('every set of languages is mutual, names itself, and leads to pages that may be listed', () => {
  let sets = 0;
  for (const [path, html] of pages) {
    const set = alternates(html);
    if (!set.size) continue;
    sets++;
    assert.ok(mayList(path), `${path} may be listed`);
    assert.ok([...set.values()].includes(path), `${path} names itself`);
    assert.ok(set.has('x-default'), `${path} has one for everybody else`);
    for (const [language, other] of set) {
      assert.match(language, /^(x-default|[a-z]{2}(-[A-Z][a-z]{3})?)$/, `${path}: ${language} is read by search engines`);
      assert.ok(mayList(other), `${path}: ${other} may be listed`);
      assert.deepEqual(alternates(pages.get(other)), set, `${path} and ${other} name the same`);
      if (language !== 'x-default') assert.ok(other.startsWith(`/${language}/`), `${path}: ${language} is ${other}`);
    }
  }
  assert.ok(sets > 300, `${sets} sets`);
  for (const [path, html] of pages) {
    if (/^\/(rad|jra|bdq|cjm|hmn|blt)\//.test(path)) assert.ok(![...alternates(html).values()].includes(path), path);
  }
});

test('the canonical address of a page leads to a page that is its own', () => {
  for (const [path, html] of pages) {
    const address = canonical(html);
    if (!address || path === '/' || !address.startsWith(origin) || html.includes('http-equiv="refresh"')) continue;
    const target = pathOf(address);
    assert.equal(canonical(pages.get(target)), address, `${path} → ${target}`);
  }
});

test('the maps are valid, small enough, and in the index', async () => {
  const names = (await readdir(join(portal.home, 'site'))).filter((name) => /^sitemap.*\.xml$/.test(name));
  assert.deepEqual((await readIndex()).sort(), names.filter((name) => name !== 'sitemap.xml').sort());
  const schema = join(top, 'tests/lib/schemas/sitemap.xsd');
  const { status, stderr } = await run('xmllint', ['--noout', '--nonet', '--schema', schema, ...names.map(site)]);
  assert.equal(status, 0, stderr.split('\n').filter((line) => !line.endsWith('validates')).join('\n'));
  for (const name of names) assert.ok((await stat(site(name))).size < 50e6, name);
  const robots = await readFile(site('robots.txt'), 'utf8');
  assert.match(robots, /^Sitemap: https:\/\/portal\.example\/sitemap\.xml$/m);
  assert.match(robots, /^User-agent: \*$/m);
});

test('the maps name every page that is its own, once, and nothing else', async () => {
  const seen = new Set();
  for (const name of await readIndex()) {
    if (name === 'sitemap-news.xml') continue;
    for (const { path } of await readMap(name)) {
      assert.ok(mayList(path), `${name}: ${path}`);
      assert.ok(path.startsWith(`/${/^sitemap-([A-Za-z-]+?)(-\d+)?\.xml$/.exec(name)[1]}/`), `${name}: ${path}`);
      assert.ok(!seen.has(path), `${path} once`);
      seen.add(path);
    }
  }
  const left = [...pages.keys()].filter((path) => path !== '/' && mayList(path) && !seen.has(path));
  // Texts of one year, or of one year's corrections, are found through the list above them; nobody
  // looks for a search page.
  assert.deepEqual(left.filter((path) => !/\/\d{4}\/(\d+\/)?$|\/search\/$/.test(path)), []);
});

test('a text has the date of its last change and its picture; a list has neither', async () => {
  const map = await readMap('sitemap-vi.xml');
  const entry = (path) => map.find((one) => one.path === path).xml;
  assert.match(entry('/vi/articles/x-vi/'), /<lastmod>2027-02-03T10:00:00Z<\/lastmod>/);
  const [, picture] = /<image:image><image:loc>([^<]+)<\/image:loc><\/image:image>/.exec(entry('/vi/articles/x-vi/'));
  assert.ok((await stat(join(portal.home, pathOf(picture)))).size > 0);
  for (const path of ['/vi/', '/vi/topics/food/', '/vi/people/']) assert.doesNotMatch(entry(path), /lastmod|image:/);
});

test('the news map has the two days before the newest text, the newest first', async () => {
  const news = await readMap('sitemap-news.xml');
  assert.deepEqual(news.map(({ path }) => path), ['/vi/articles/x-vi/', '/rad/articles/x-rad/', '/zh-Hant/articles/x-zh-hant/']);
  assert.match(news[0].xml, /<news:title>Tin &lt;mới&gt; &amp; hay<\/news:title>/);
  assert.deepEqual(news.map(({ xml }) => /<news:language>([^<]+)</.exec(xml)[1]), ['vi', 'rad', 'zh-tw']);
  assert.equal(/<news:publication_date>([^<]+)</.exec(news[0].xml)[1], day.replace('.000', ''));
});

test('pages lead to the feeds of what they show', () => {
  const expected = { '/en/': '', '/ja/topics/food/': 'topics/food/', '/vi/provinces/hue/': 'provinces/hue/', '/ar/corrections/': 'corrections/' };
  for (const [path, part] of Object.entries(expected)) {
    const feeds = all(pages.get(path), /<link rel="alternate" type="([^"]+)" title="([^"]+)" href="([^"]+)">/g);
    const folder = `/feeds/${path.split('/')[1]}/${part}`;
    assert.deepEqual(feeds.map(([, type, , href]) => [type, href]), [['application/atom+xml', `${folder}atom.xml`],
      ['application/rss+xml', `${folder}rss.xml`], ['application/feed+json', `${folder}feed.json`]], path);
    assert.equal(new Set(feeds.map(([, , title]) => title)).size, 3, path);
  }
});
