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

before(async () => {
  portal = await startPortal({ content: ['content/starter'], settings: { SEN_ORIGIN: origin }, site: true });
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
    for (const one of graph) if (one.publisher) assert.deepEqual(one.publisher, { '@id': `${origin}/#publisher` }, path);
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

test('pages whose text is in another language have breadcrumbs and nothing else', () => {
  let count = 0;
  for (const [path, { html, graph }] of pages) {
    if (!graph || isItself(path, html)) continue;
    count++;
    assert.deepEqual(graph.map((one) => one['@type']), ['BreadcrumbList'], path);
  }
  assert.ok(count);
});
