// What pages say of themselves to machines: JSON-LD in the words of schema.org.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startPortal } from '../lib/portal.mjs';

const origin = 'https://portal.example';
let portal;
let pages; // path → { html, graph }

// The nodes of a page: exactly one block, and nothing in it that could end it.
function graphOf(path, html) {
  const blocks = [...html.matchAll(/<script type="application\/ld\+json">([\s\S]*?)<\/script>/g)];
  if (!blocks.length) return null;
  assert.equal(blocks.length, 1, `${path}: one block`);
  assert.ok(!blocks[0][1].includes('<'), `${path}: no "<" in the block`);
  const block = JSON.parse(blocks[0][1]);
  assert.equal(block['@context'], 'https://schema.org');
  assert.ok(block['@graph'].length, path);
  return block['@graph'];
}

async function readSite() {
  const site = join(portal.home, 'site');
  const found = new Map();
  for (const name of await readdir(site, { recursive: true })) {
    if (!name.endsWith('.html')) continue;
    const html = await readFile(join(site, name), 'utf8');
    const path = `/${name.replace(/index\.html$/, '')}`;
    found.set(path, { html, graph: graphOf(path, html) });
  }
  return found;
}

const hostile = '</script><b>Hostile</b> & "quoted"';

// A corrected text in Vietnamese with a translation, whose title wants out of the block.
async function addTexts() {
  const edition = (locale) => JSON.stringify({ search: '', search_title: '', slug: `x-${locale}`, skeleton: `x-${locale}`,
    title: hostile, summary: '</script> & more', body: 'Text', html: '<p>Text</p>\n', renderer: 1, words: 7, author: 'Nguyễn A',
    licence: 'CC-BY-ND-4.0', method: 'person', image: { media: 'lotus-pond', alt: 'A </script> pond' },
    sources: [{ title: 'A <report>', url: 'https://example.org/r' }, { title: 'A book' }] });
  const quote = (text) => `'${text.replaceAll("'", "''")}'`;
  await portal.sql(`insert into article (id, kind, source_locale, agency, topic) values ('x', 'news', 'vi', 'sen-editorial', 'food');
    insert into article_province (article, province) values ('x', 'hue');
    select draft_save(null, 'x', 'vi', null, ${quote(edition('vi'))});
    select draft_publish('x', 'vi', null, '{}', '2026-03-01T00:00:00Z');
    select draft_save(null, 'x', 'en', null, ${quote(edition('en'))});
    select draft_publish('x', 'en', null, '{}', '2026-03-02T17:30:00Z');
    select draft_save(null, 'x', 'vi', null, ${quote(edition('vi'))});
    select draft_publish('x', 'vi', null, '{"kind": "correction", "reason": "figure", "note": "Not 3 but <4>."}', '2026-03-05T00:00:00Z')`);
}

before(async () => {
  portal = await startPortal({ content: ['content/starter'], settings: { SEN_ORIGIN: origin } });
  await addTexts();
  await portal.must(['build']);
  pages = await readSite();
});
after(() => portal?.stop());

const node = (graph, type) => graph.find((one) => one['@type'] === type);
const canonical = (html) => /<link rel="canonical" href="([^"]+)">/.exec(html)?.[1];
const indexable = (html) => !/<meta name="robots" content="noindex">/.test(html);
const isItself = (path, html) => decodeURIComponent(canonical(html) ?? '') === origin + path;

test('every page that search engines may list says what it is and who publishes it', () => {
  let count = 0;
  for (const [path, { html, graph }] of pages) {
    if (path === '/' || !indexable(html) || !isItself(path, html)) continue;
    count++;
    assert.ok(graph, path);
    const publisher = node(graph, 'NewsMediaOrganization');
    assert.equal(publisher['@id'], `${origin}/#publisher`, path);
    for (const key of ['name', 'url', 'logo']) assert.ok(publisher[key], `${path}: ${key}`);
    assert.match(publisher.logo.url, /^https:\/\/portal\.example\/assets\//);
  }
  assert.ok(count > 300, `${count} pages`);
});

test('breadcrumbs lead down to the page itself', () => {
  for (const [path, { html, graph }] of pages) {
    const crumbs = /<nav class="crumbs"[\s\S]*?<\/nav>/.exec(html);
    if (!crumbs || !indexable(html)) continue;
    const list = node(graph, 'BreadcrumbList').itemListElement;
    const shown = [...crumbs[0].matchAll(/href="([^"]+)"/g)].map(([, href]) => origin + href);
    assert.deepEqual(list.map((item) => item.position), list.map((_, i) => i + 1), path);
    assert.deepEqual(list.slice(0, -1).map((item) => item.item), shown, path);
    assert.equal(decodeURIComponent(list.at(-1).item), origin + path);
    for (const item of list) assert.ok(item.name, path);
  }
});

test('the home page names the portal and its search', () => {
  for (const locale of ['vi', 'en', 'ar', 'zh-Hant']) {
    const site = node(pages.get(`/${locale}/`).graph, 'WebSite');
    assert.equal(site.url, `${origin}/${locale}/`);
    assert.equal(site.inLanguage, locale);
    assert.equal(site.potentialAction.target.urlTemplate, `${origin}/${locale}/search/?q={search_term_string}`);
    assert.equal(site.potentialAction['query-input'], 'required name=search_term_string');
  }
});

test('where the portal speaks of itself it names its rules and how it is reached', () => {
  for (const path of ['/en/', '/ar/about/', '/vi/press/', '/ja/corrections/']) {
    const publisher = node(pages.get(path).graph, 'NewsMediaOrganization');
    for (const key of ['publishingPrinciples', 'ethicsPolicy', 'correctionsPolicy']) assert.ok(pages.has(new URL(publisher[key]).pathname), `${path}: ${key}`);
    assert.ok(pages.has(new URL(publisher.contactPoint.url).pathname), path);
  }
});

test('pages whose text is in another language have breadcrumbs and nothing else', () => {
  let count = 0;
  for (const [path, { html, graph }] of pages) {
    if (!graph || isItself(path, html)) continue;
    count++;
    assert.deepEqual(graph.map((one) => one['@type']), ['BreadcrumbList'], path);
  }
  assert.ok(count);
});

const articles = () => [...pages].flatMap(([path, { html, graph }]) => (graph ?? [])
  .filter((one) => /Article$/.test(one['@type'])).map((article) => ({ path, html, article })));

test('an article says what it is, from when, by whom, in which language and under which licence', () => {
  const list = articles();
  assert.ok(list.length > 50);
  for (const { path, html, article } of list) {
    assert.equal(decodeURIComponent(article.url), origin + path);
    assert.equal(article['@id'], `${article.url}#article`);
    for (const key of ['headline', 'datePublished', 'dateModified', 'inLanguage', 'license']) assert.ok(article[key], `${path}: ${key}`);
    for (const key of ['author', 'publisher']) assert.ok(article[key].name && /^(Person|Organization)$/.test(article[key]['@type']), `${path}: ${key}`);
    for (const key of ['datePublished', 'dateModified']) assert.match(article[key], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00$/);
    assert.ok(Date.parse(article.dateModified) >= Date.parse(article.datePublished), path);
    assert.ok(path.startsWith(`/${article.inLanguage}/`), path);
    assert.equal(article.isAccessibleForFree, true);
    assert.ok(article.wordCount > 0, path);
    if (article.image) {
      assert.equal(article.image['@type'], 'ImageObject');
      for (const key of ['url', 'width', 'height', 'caption', 'creditText', 'license', 'acquireLicensePage']) assert.ok(article.image[key], `${path}: image ${key}`);
      assert.ok(html.includes(new URL(article.image.url).pathname), `${path} shows it`);
    }
  }
});

test('a translation names its original, and the original names it', () => {
  const byId = new Map(articles().map(({ article }) => [article['@id'], article]));
  let count = 0;
  for (const [id, article] of byId) {
    assert.ok(!(article.translationOfWork && article.workTranslation), id);
    for (const other of article.workTranslation ?? []) {
      count++;
      assert.equal(byId.get(other['@id'])?.translationOfWork?.['@id'], id);
      assert.equal(byId.get(other['@id']).inLanguage, other.inLanguage);
    }
    if (article.translationOfWork) {
      const original = byId.get(article.translationOfWork['@id']);
      assert.ok(original.workTranslation.some((one) => one['@id'] === id), id);
    }
  }
  assert.ok(count > 30, `${count} translations`);
});

test('corrections, sources, places and hostile words', () => {
  const read = (locale) => articles().find(({ path }) => path === `/${locale}/articles/x-${locale}/`).article;
  const [vi, en] = [read('vi'), read('en')];
  assert.equal(vi['@type'], 'NewsArticle');
  assert.equal(vi.headline, hostile);
  assert.equal(vi.image.caption, 'A </script> pond');
  assert.equal(vi.dateModified, '2026-03-05T07:00:00+07:00');
  assert.equal(en.datePublished, '2026-03-03T00:30:00+07:00');
  assert.deepEqual(vi.correction, [{ '@type': 'CorrectionComment', text: 'Not 3 but <4>.', datePublished: '2026-03-05T07:00:00+07:00' }]);
  assert.equal(en.correction, undefined);
  assert.deepEqual(vi.citation, [{ '@type': 'CreativeWork', name: 'A <report>', url: 'https://example.org/r' }, { '@type': 'CreativeWork', name: 'A book' }]);
  assert.deepEqual(vi.contentLocation, [{ '@id': `${origin}/v1/provinces/hue`, '@type': 'AdministrativeArea', name: 'Huế' }]);
  assert.deepEqual([vi.author['@type'], vi.author.name], ['Person', 'Nguyễn A']);
  assert.equal(vi.license, 'https://creativecommons.org/licenses/by-nd/4.0/');
});

test('a unit says its codes, figures and names; one that was merged from others names them, dated', async () => {
  for (const [path, { html, graph }] of pages) {
    if (!/^\/(vi|en|ar|km)\/provinces\/[^/]+\/$/.test(path) || !isItself(path, html)) continue;
    const unit = node(graph, 'AdministrativeArea');
    assert.equal(unit['@id'], `${origin}/v1/provinces/${path.split('/')[3]}`);
    assert.equal(unit.url, origin + path);
    assert.ok(unit.name && unit.containedInPlace.identifier === 'VN', path);
    assert.equal(unit.geo, undefined);
    for (const one of unit.alternateName ?? []) assert.ok(one['@language'] && one['@value'] && one['@value'] !== unit.name, path);
  }
  const hue = node(pages.get('/en/provinces/hue/').graph, 'AdministrativeArea');
  assert.ok(hue.identifier.some((code) => code.propertyID === 'ISO 3166-2' && code.value === 'VN-26'));
  assert.ok(hue.additionalProperty.some((one) => one.unitCode === 'KMK' && one.value === 4947.11));
  const { containsPlace } = hue;
  assert.ok(containsPlace.length > 0);
  for (const one of containsPlace) assert.ok(one['@id'].startsWith(`${origin}/v1/places/`) && one.name && one['@type'], one['@id']);
  const tho = node(pages.get('/en/provinces/phu-tho/').graph, 'AdministrativeArea');
  const formers = Object.fromEntries(tho.subjectOf.map((one) => [one.url, one.temporalCoverage]));
  assert.equal(formers[`${origin}/en/provinces/hoa-binh/`], '../2025-07-01');
});

// RFC 4180.
function readCsv(text) {
  assert.ok(text.endsWith('\r\n'));
  const rows = text.slice(0, -2).split('\r\n').map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)]
    .map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare));
  return rows.slice(1).map((row) => Object.fromEntries(rows[0].map((name, i) => [name, row[i]])));
}

test('the facts of all units are a data set that can be fetched as a table', async () => {
  const data = node(pages.get('/en/provinces/').graph, 'Dataset');
  for (const key of ['name', 'description', 'creator', 'license', 'temporalCoverage', 'variableMeasured']) assert.ok(data[key], key);
  assert.deepEqual(data.distribution.map((one) => [one.contentUrl, one.encodingFormat]),
    [[`${origin}/provinces.csv`, 'text/csv'], [`${origin}/v1/provinces?status=all`, 'application/json']]);
  const rows = readCsv(await readFile(join(portal.home, 'site/provinces.csv'), 'utf8'));
  assert.equal(rows.length, 63); // 34 of today, 29 that are no more
  const hue = rows.find(({ id }) => id === 'hue');
  assert.deepEqual([hue.name_vi, hue.name_en, hue.iso_3166_2, hue.area_km2], ['Huế', 'Hue', 'VN-26', '4947.11']);
  for (const row of rows) for (const what of ['area', 'population']) {
    const value = row[what === 'area' ? 'area_km2' : what];
    assert.equal(Boolean(value), Boolean(row[`${what}_source`]), `${row.id}: ${what} stands with its source`);
  }
  assert.equal(rows.find(({ id }) => id === 'hoa-binh').became, 'phu-tho');
});
