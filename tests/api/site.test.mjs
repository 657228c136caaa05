// The static site: the same database gives the same bytes, whichever way they came about, and what
// stands on the pages fits together.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startPortal, waitFor } from '../lib/portal.mjs';
import { random, seed } from '../lib/row.mjs';
import { difference, tree } from '../lib/tree.mjs';

const origin = 'https://portal.example';
let portal;
before(async () => {
  portal = await startPortal({ content: ['content/starter'], settings: { SEN_ORIGIN: origin } });
});
after(() => portal?.stop());

const site = () => join(portal.home, 'site');
const quote = (text) => `'${String(text).replaceAll("'", "''")}'`;

test('two builds give the same bytes, with and without rendering, in one process or three', async () => {
  await portal.must(['build', '--jobs', '1']);
  const first = await tree(site());
  assert.ok(first.size > 1000);
  for (const options of [['--jobs', '3'], ['--render']]) {
    await portal.must(['build', ...options]);
    assert.deepEqual(difference(first, await tree(site())), [], options.join(' '));
  }
  assert.deepEqual((await readdir(portal.home)).filter((name) => name.startsWith('site-')).length, 1);
});

test('only the enabled locales are built, and an unknown one is refused', async () => {
  await portal.must(['build'], { settings: { SEN_LOCALES: 'ja,vi' } });
  const names = (await readdir(site())).filter((name) => !name.includes('.') && name !== 'assets');
  assert.deepEqual(names.sort(), ['ja', 'vi']);
  const refused = await portal.run(['build'], { settings: { SEN_LOCALES: 'vi,xx' } });
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /xx/);
});

// Every page as { path, html }.
async function pages() {
  await portal.must(['build']);
  const found = [];
  async function walk(folder) {
    for (const entry of await readdir(join(site(), folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else if (entry.name.endsWith('.html')) {
        found.push({ path: path.replace(/index\.html$/, ''), html: await readFile(join(site(), path), 'utf8') });
      }
    }
  }
  await walk('');
  return found;
}

const all = (html, pattern) => [...html.matchAll(pattern)];
const plain = (text) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"');

test('language, head, links and versions of every page', async () => {
  const list = await pages();
  const versions = new Map();
  const broken = [];
  for (const { path, html } of list) {
    assert.match(html, /^<!DOCTYPE html>\n<html lang="[A-Za-z-]+" dir="(ltr|rtl)">/, path);
    assert.equal(all(html, /<h1[ >]/g).length, 1, `${path}: one h1`);
    assert.equal(all(html, /<main[ >]/g).length, 1, `${path}: one main`);
    assert.match(html, /<title(?: lang="[A-Za-z-]+")?>[^<]+<\/title>/, path);
    assert.ok(!/ style=|<style|<script(?! src=| type="application\/ld\+json">)| on[a-z]+=/.test(html.replace(/<div class="body"[\s\S]*?<\/div>/, '')), `${path}: nothing inline`);
    const ids = all(html, / id="([^"]*)"/g).map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length, `${path}: no id twice: ${ids}`);
    versions.set(path, new Map(all(html, /<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">/g)
      .map(([, language, href]) => [language, decodeURIComponent(new URL(href).pathname)])));
    for (const [, raw] of all(html, /(?:href|src)="([^"]+)"/g)) {
      const link = plain(raw);
      if (!link.startsWith('/') && !link.startsWith(origin)) continue;
      const { pathname } = new URL(link, origin);
      const name = decodeURIComponent(pathname);
      if (name.startsWith('/feeds/') || name === '/docs') continue; // the server's
      const file = name.startsWith('/media/') ? join(portal.home, name) : join(site(), name.endsWith('/') ? `${name}index.html` : name);
      if (!existsSync(file)) broken.push(`${path} → ${name}`);
    }
  }
  assert.deepEqual(broken, [], 'links that lead nowhere');
  for (const [path, set] of versions) {
    if (!set.size) continue;
    assert.ok([...set.values()].includes(path), `${path} lists itself`);
    assert.ok(set.has('x-default'), path);
    for (const [language, other] of set) {
      if (language === 'x-default') continue;
      assert.ok(other.startsWith(`/${language}/`), `${path}: ${language} is ${other}`);
      assert.deepEqual(versions.get(other), set, `${path} and ${other} list the same versions`);
    }
  }
  for (const { path, html } of list) {
    const language = /<body class="article">[\s\S]*<h1 lang="([^"]+)"/.exec(html)?.[1];
    if (language && !path.startsWith(`/${language}/`)) assert.equal(versions.get(path).size, 0, `${path} is no version of its own`);
  }
});

test('sitemaps list what really exists, with the versions the pages list', async () => {
  const list = new Map((await pages()).map(({ path, html }) => [path, html]));
  const index = await readFile(join(site(), 'sitemap.xml'), 'utf8');
  const maps = all(index, /<loc>([^<]+)<\/loc>/g).map(([, url]) => new URL(url).pathname);
  assert.ok(maps.length >= 16);
  const [news, listed] = [[], new Set()];
  for (const map of maps) {
    const xml = await readFile(join(site(), map), 'utf8');
    for (const [, entry] of all(xml, /<url>(.*?)<\/url>/gs)) {
      const path = decodeURIComponent(new URL(/<loc>([^<]+)</.exec(entry)[1]).pathname);
      const html = list.get(path);
      assert.ok(html, `${map}: ${path} is a page`);
      assert.ok(!html.includes('name="robots" content="noindex"'), `${map}: ${path} may be listed`);
      if (map === '/sitemap-news.xml') { // names each text beside its language's map, which has its versions
        assert.match(entry, /<news:language>[a-z-]+<\/news:language>/, path);
        news.push(path);
        continue;
      }
      listed.add(path);
      const here = all(entry, /hreflang="([^"]+)" href="([^"]+)"/g).map(([, language, href]) => `${language} ${href}`);
      const there = all(html, /<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">/g).map(([, language, href]) => `${language} ${href}`);
      assert.deepEqual(here, there, path);
    }
  }
  assert.ok(news.length > 0);
  assert.deepEqual(news.filter((path) => !listed.has(path)), [], 'news are in the map of their language too');
});

const topics = ['food', 'music', 'heritage'];
const units = ['ha-noi', 'hue', 'ha-giang'];
const locales = ['vi', 'en', 'fr', 'th', 'rad'];

// One thing that an editor may do. Slugs come from a small pool, so texts of different languages and
// articles want the same address again and again.
function step(pick, slugs = ['one', 'two', 'three', 'four', 'ha-noi']) {
  const choose = (list) => list[Math.floor(pick() * list.length)];
  const article = `random-${Math.floor(pick() * 8)}`;
  const locale = choose(locales);
  const what = pick();
  if (what < 0.2) {
    const kind = choose(['notice', 'gone', 'redirect', 'vanish']);
    const withdrawal = { kind, reason: 'A reason <b>', ...(kind === 'redirect' ? { to: '/en/' } : {}), ...(kind === 'vanish' ? { status: choose([404, 451]) } : {}) };
    return `select text_withdraw(${quote(article)}, ${quote(locale)}, ${quote(JSON.stringify(withdrawal))})`;
  }
  if (what < 0.25) {
    return `with a as (update article set topic = ${quote(choose(topics))} where id = ${quote(article)})
            select change_append('update', ${quote(article)}, ${quote(locale)}, null, array['articles'])
            where exists (select from article where id = ${quote(article)})`;
  }
  const slug = choose(slugs);
  // What it is found by: the files of the search without a server hold it.
  const found = `'${article}':1A '${locale}':3A '${choose(['festival', 'festivals'])}':12C '~festiv':12C '+河${choose(['内', '口'])}':14C 'word${Math.floor(pick() * 40)}':20C`;
  const edition = JSON.stringify({
    search: found, search_title: `'${article}':1A`, slug, skeleton: slug, title: `${article} in ${locale} ${Math.floor(pick() * 1e6)}`, summary: 'A summary & more', body: 'Text',
    html: '<p>Text</p>\n', renderer: 1, words: 1, author: 'Somebody', licence: 'CC-BY-4.0', method: choose(['person', 'machine', 'machine-person']),
    image: pick() < 0.5 ? { media: 'lotus-pond', alt: 'A pond' } : null,
  });
  const day = 1 + Math.floor(pick() * 27);
  return `insert into article (id, kind, source_locale, agency, topic) values (${quote(article)}, ${quote(article.endsWith('7') ? 'profile' : 'feature')}, 'vi', 'sen-editorial', ${quote(choose(topics))}) on conflict do nothing;
    insert into article_province (article, province) values (${quote(article)}, ${quote(units[article.at(-1) % 3])}) on conflict do nothing;
    select draft_save(null, ${quote(article)}, ${quote(locale)}, null, ${quote(edition)});
    select draft_publish(${quote(article)}, ${quote(locale)}, null, '{}', '202${Math.floor(pick() * 6)}-03-${day}T00:00:00Z')`;
}

test('a site kept up to date page by page is the site built anew', { timeout: 280000 }, async (t) => {
  t.diagnostic(`seed ${seed}`);
  const pick = random();
  const settings = { SEN_LOCALES: 'vi,en,fr,th,rad' };
  await portal.must(['build'], { settings });
  const describe = () => worker.log.slice(-4000);
  let worker = portal.worker(settings);
  const head = () => portal.sql('select seq from change_head');
  // What is refused changes nothing: there is no such text, or another has its slug.
  const take = (statement) => portal.sql(statement).catch((error) => { if (!/ERROR: {2}(conflict|not_found)/.test(error.message)) throw error; });
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 12; i++) {
      await take(step(pick));
    }
    if (round % 2) { // it catches up with what happened while it was away
      await worker.stop();
      for (let i = 0; i < 6; i++) await take(step(pick));
      worker = portal.worker(settings);
    }
    await waitFor(async () => await portal.sql("select seq from follower where name = 'site'") === await head(), { seconds: 60, describe });
    const followed = await tree(site());
    await portal.must(['build'], { settings });
    const built = await tree(site());
    assert.deepEqual(difference(followed, built), [], `round ${round}\n${describe()}`);
  }
  await worker.stop();
});

test('a text that takes too long to render keeps the HTML it has', { timeout: 120000 }, async () => {
  await portal.sql(`insert into article (id, kind, source_locale, topic) values ('slow', 'feature', 'en', 'food');
    select draft_save(null, 'slow', 'en', null, jsonb_build_object('slug', 'slow', 'skeleton', 'slow', 'title', 'Slow', 'html', '<p>As it was</p>',
      'renderer', 1, 'words', 1, 'body', repeat('*a* **b** \`e\` &amp; ', 12000), 'search', '', 'search_title', ''));
    select draft_publish('slow', 'en', null, '{}', '2025-01-01T00:00:00Z')`);
  const { stdout, stderr } = await portal.must(['build', '--render'], { settings: { SEN_LOCALES: 'en,vi', SEN_RENDER_CPU_MS: 50 } });
  assert.match(stderr, /passes the limits of rendering/);
  assert.match(stdout, /\b1 texts could not be rendered again/);
  for (const locale of ['en', 'vi']) {
    assert.match(await readFile(join(site(), locale, 'articles/slow/index.html'), 'utf8'), /<p>As it was<\/p>/);
  }
});

test('the worker builds a site that is not there, and one that another program made', { timeout: 120000 }, async () => {
  const settings = { SEN_LOCALES: 'en' };
  let worker = portal.worker(settings);
  const shows = (what) => waitFor(() => /event=site.follow/.test(worker.log), { seconds: 60, describe: () => `${what}: ${worker.log.slice(-3000)}` });
  await shows('other locales');
  assert.deepEqual((await readdir(site())).filter((name) => /^[a-z]{2}$/.test(name)), ['en']);
  await worker.stop();
  worker = portal.worker({ ...settings, SEN_ORIGIN: 'https://another.example' });
  await shows('another address');
  assert.match(await readFile(join(site(), 'robots.txt'), 'utf8'), /another\.example/);
  await worker.stop();
});

test('the worker outlives the database', { timeout: 120000 }, async () => {
  const worker = portal.worker({ SEN_LOCALES: 'fr' });
  await waitFor(() => /event=site.follow message="the site shows/.test(worker.log), { seconds: 60, describe: () => worker.log });
  await portal.database('stop');
  await waitFor(() => /again in/.test(worker.log), { seconds: 30, describe: () => worker.log });
  await portal.database('start');
  await portal.sql(step(() => 0.5, ['afterwards']));
  const path = join(site(), 'fr/articles/afterwards/index.html');
  await waitFor(() => existsSync(path), { seconds: 40, describe: () => worker.log.slice(-3000) });
  await worker.stop();
});
