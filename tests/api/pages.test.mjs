// The pages about the portal and the lists of texts, as they are built and served: all there in every
// locale, their figures those of the database, every link leading somewhere.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { editor, plain } from '../lib/editor.mjs';
import { decode } from '../lib/html.mjs';
import { catalogs, registry } from '../lib/messages.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';
import { difference, tree } from '../lib/tree.mjs';
import { parseXml } from '../lib/xml.mjs';

const tags = registry.locales.map(({ tag }) => tag);
const uiOf = (tag) => (tag in catalogs ? tag : registry.locales.find((one) => one.tag === tag).fallback.find((one) => one in catalogs));
const kinds = ['news', 'feature', 'photo-essay', 'video', 'audio', 'interview', 'statement'];
const fixed = ['', 'topics/', 'provinces/', 'people/', 'corrections/', 'coverage/', 'languages/', 'about/', 'press/',
  'reuse/', 'accessibility/', 'feeds/', 'site-map/', 'search/', ...kinds.map((kind) => `sections/${kind}/`)];

let portal, server, worker, desk;
before(async () => {
  portal = await startPortal({ content: ['content/starter'], site: true, settings: { SEN_CONTACT: 'desk@portal.example' } });
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  desk = editor(plain(server, await portal.token()));
}, { timeout: 300000 });
after(() => portal?.stop());

const site = (path) => join(portal.home, 'site', path);
const page = (tag, path) => readFile(site(`${tag}/${path}index.html`), 'utf8');
const get = async (path) => {
  const answer = await fetch(server.url + path);
  return { status: answer.status, text: await answer.text() };
};
const rows = async (statement) => (await portal.sql(statement)).split('\n').filter(Boolean).map((line) => line.split('|'));
const settled = () => waitFor(async () => await portal.sql("select f.seq = h.seq from follower f, change_head h where f.name = 'site'") === 't',
  { seconds: 240, describe: () => worker.log.slice(-3000) });
// Links in a part of a page: [[href, text]].
const links = (html) => [...html.matchAll(/<a [^>]*?href="([^"]+)"[^>]*>([\s\S]*?)<\/a>/g)]
  .map(([, href, text]) => [decode(href), decode(text.replaceAll(/<[^>]+>/g, '').trim())]);
const main = (html) => /<main[\s\S]*<\/main>/.exec(html)[0];
const table = (html, number) => [...[...html.matchAll(/<tbody>([\s\S]*?)<\/tbody>/g)][number][1].matchAll(/<tr>([\s\S]*?)<\/tr>/g)]
  .map(([, row]) => [...row.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell]) => decode(cell.replaceAll(/<[^>]+>/g, ''))));

// Every page as { path, html }.
async function pages() {
  const found = [];
  async function walk(folder) {
    for (const entry of await readdir(site(folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else if (entry.name.endsWith('.html')) found.push({ path: path.replace(/index\.html$/, ''), html: await readFile(site(path), 'utf8') });
    }
  }
  await walk('');
  return found;
}

test('every page is served in every locale, with one heading and a title of its own', async () => {
  const dull = [];
  for (const tag of tags) {
    const titles = new Map();
    for (const path of fixed) {
      const { status, text } = await get(`/${tag}/${path}`);
      assert.equal(status, 200, `/${tag}/${path}`);
      assert.equal(text.match(/<h1[ >]/g).length, 1, `/${tag}/${path}: one h1`);
      const title = /<title[^>]*>([^<]+)</.exec(text)[1];
      if (titles.has(title)) dull.push(`${tag}: ${path} and ${titles.get(title)} are both “${title}”`);
      titles.set(title, path);
    }
    const missing = await get(`/${tag}/no-such-page/`);
    assert.equal(missing.status, 404);
    assert.ok(missing.text.includes(`<html lang="${uiOf(tag)}"`), tag);
    for (const path of ['', 'topics/', 'provinces/', 'site-map/']) assert.ok(main(missing.text).includes(`href="/${tag}/${path}"`), `${tag}: 404 leads to ${path}`);
    assert.match(missing.text, /<form[^>]* role="search"/);
  }
  assert.deepEqual(dull, []);
});

test('help and contact stand in the same place on every page', async () => {
  for (const tag of ['vi', 'ar', 'rad']) {
    const feet = new Set();
    for (const path of [...fixed, 'provinces/hue/', 'topics/food/']) feet.add(/<footer class="site">[\s\S]*<\/footer>/.exec(await page(tag, path))[0]);
    assert.equal(feet.size, 1, tag);
    const listed = links([...feet][0]).map(([href]) => href);
    for (const path of ['press/#contact', 'accessibility/', 'site-map/', 'languages/', 'corrections/', 'coverage/', 'about/', 'people/', 'reuse/', 'feeds/']) {
      assert.ok(listed.includes(`/${tag}/${path}`), `${tag}: ${path} in ${listed}`);
    }
  }
});

test('every link and every anchor of the site leads somewhere', async () => {
  const list = await pages();
  assert.ok(list.length > 3000, `${list.length}`);
  const ids = new Map(list.map(({ path, html }) => [path, new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => decode(id)))]));
  const broken = new Map(), feeds = new Set();
  for (const { path, html } of list) {
    for (const [, raw] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
      if (!/^[/#]/.test(raw)) continue;
      const { pathname, hash } = new URL(decode(raw), `http://portal${path}`);
      const name = decodeURIComponent(pathname);
      if (name.startsWith('/feeds/')) {
        if (/^\/feeds\/(?:en|rad)\//.test(name)) feeds.add(pathname);
      } else if (name === '/docs') {
        feeds.add(pathname);
      } else {
        const file = name.startsWith('/media/') ? join(portal.home, name) : site(name.endsWith('/') ? `${name}index.html` : name);
        if (!ids.has(name) && !existsSync(file)) broken.set(name, path);
        else if (hash && ids.has(name) && !ids.get(name).has(decodeURIComponent(hash.slice(1)))) broken.set(name + hash, path);
      }
    }
  }
  assert.deepEqual([...broken].slice(0, 30), [], 'what leads nowhere, and a page that leads there');
  assert.ok(feeds.size > 200, `${feeds.size} feeds`);
  for (const path of feeds) {
    const { status } = await get(path);
    assert.equal(status, 200, path);
  }
});

test('the counts of coverage and languages are those of the database', async () => {
  const live = await rows("select locale, count(*) from edition where state = 'live' group by locale");
  const count = new Map(live.map(([tag, number]) => [tag, Number(number)]));
  const [[all]] = await rows("select count(distinct article) from edition where state = 'live'");
  const html = await page('en', 'coverage/');
  const byLanguage = table(html, 0);
  assert.equal(byLanguage.length, tags.length);
  for (const [index, tag] of tags.entries()) {
    const [, texts, share, originals, current, behind, outdated, unknown, machine, checked] = byLanguage[index];
    assert.equal(Number(texts), count.get(tag) ?? 0, tag);
    assert.equal(share, `${Number((100 * (count.get(tag) ?? 0) / all).toFixed(1))}%`, tag);
    const [[own, made, read]] = await rows(`select count(*) filter (where a.source_locale = e.locale), count(*) filter (where e.method = 'machine'),
      count(*) filter (where e.proofread) from edition e join article a on a.id = e.article where e.state = 'live' and e.locale = '${tag}'`);
    assert.deepEqual([originals, machine, checked].map(Number), [own, made, read].map(Number), tag);
    assert.equal([originals, current, behind, outdated, unknown].map(Number).reduce((a, b) => a + b), Number(texts), `${tag} adds up`);
  }
  const topics = await rows(`select t.id, count(e.id) from topic t left join article a on a.topic = t.id
    left join edition e on e.article = a.id and e.state = 'live' and e.locale = 'en' group by t.id, t.position
    having count(e.id) > 0 order by t.position, t.id collate "C"`);
  assert.deepEqual(table(html, 1).slice(0, topics.length).map(([, texts]) => texts), topics.map(([, number]) => number));
  const both = table(html, 2);
  for (const [index, tag] of tags.entries()) assert.equal(both[index].slice(1).map(Number).reduce((a, b) => a + b), count.get(tag) ?? 0, tag);

  const listed = [...(await page('en', 'languages/')).matchAll(/<li><span class="tongue"><a href="\/([^/]+)\/" lang="([^"]+)"[^>]*>([^<]+)<[\s\S]*?<\/span> <span>([^<]+)<\/span><\/li>/g)];
  assert.deepEqual(listed.map(([, path, tag]) => [path, tag]), tags.map((tag) => [tag, tag]));
  for (const [, , tag, name, said] of listed) {
    assert.equal(decode(name), registry.locales.find((one) => one.tag === tag).name);
    const texts = count.get(tag) ?? 0;
    assert.ok(said.startsWith(texts ? `${texts} text` : 'no texts yet'), `${tag}: ${said}`);
    assert.equal(said.includes('menus in Vietnamese'), !(tag in catalogs), tag);
  }
});

test('a kind of texts that there is none of says so and is in no menu', async () => {
  for (const kind of kinds) {
    const [[number]] = await rows(`select count(distinct a.id) from article a join edition e on e.article = a.id and e.state = 'live' where a.kind = '${kind}'`);
    const html = await page('ar', `sections/${kind}/`);
    const cards = html.match(/<li class="card/g)?.length ?? 0;
    assert.equal(cards, Math.min(Number(number), 24), kind);
    assert.equal(html.includes(catalogs.ar['section.empty']), cards === 0, kind);
    const listed = links(await page('ar', 'about/')).some(([href]) => href === `/ar/sections/${kind}/`);
    assert.equal(listed, cards > 0, `${kind} in the menu`);
  }
});

test('the press room says how each is reached, or that it has not said it', async () => {
  const html = main(await page('en', 'press/'));
  assert.ok(html.includes('href="mailto:desk@portal.example"'));
  for (const [id, contacts] of await rows('select id, contacts from agency')) {
    const box = new RegExp(`<li id="${id}">[\\s\\S]*?</li>`).exec(html)[0];
    assert.equal(box.includes(catalogs.en['contact.none']), contacts === '{}', id);
  }
  const pictures = [...html.matchAll(/<figure>([\s\S]*?)<\/figure>/g)];
  assert.ok(pictures.length > 3);
  for (const [, figure] of pictures) {
    const src = /<img src="([^"]+)"/.exec(figure)[1];
    assert.ok(figure.includes(`<a href="${src}" download>`), src);
    const [[credit, width, height]] = await rows(`select credit, width, height from media where file = '${decodeURIComponent(src.slice('/media/'.length))}'`);
    assert.ok(decode(figure).includes(credit), src);
    assert.ok(figure.replaceAll(',', '').includes(`${width} × ${height}`), src);
  }
});

// ---- what changes ----------------------------------------------------------------------------------

async function publish(id, locale, text) {
  const { status, headers } = await desk.read(id, locale);
  const saved = await desk.save(id, locale, { body: 'Một.', ...text }, status === 200 ? headers.get('etag') : undefined);
  assert.ok(saved.status < 300, JSON.stringify(saved.body));
  const answer = await desk.publish(id, locale);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
}
const people = async (tag) => links(/<section aria-labelledby="bylines">[\s\S]*?<\/section>/.exec(await page(tag, 'people/'))[0])
  .filter(([href]) => href.startsWith(`/${tag}/people/`));
const texts = async (tag, slug) => links(main(await page(tag, `people/${slug}/2026/`)).replace(/<header[\s\S]*?<\/header>/, '')).map(([, text]) => text);

test('a page of an author lists exactly the texts under that name', async () => {
  worker = portal.worker({ SEN_LOCALES: 'vi,en,th' }); // which builds anew, in these alone
  await settled();
  await desk.create({ id: 'boat', source_locale: 'vi', kind: 'news', topic: 'food', agency: 'sen-editorial' });
  await desk.create({ id: 'oar', source_locale: 'vi', kind: 'news', topic: 'food', agency: 'sen-editorial' });
  await publish('boat', 'vi', { title: 'Thuyền', author: 'Lê Hoà' });
  await publish('oar', 'vi', { title: 'Chèo', author: 'Lê Hòa' });
  await publish('boat', 'en', { title: 'A boat', author: 'Le Hoa & Co.', translation: { method: 'person', proofread: true } });
  await settled();
  // The same letters make the same address: the later name is told apart.
  const vi = await people('vi');
  assert.equal(vi.length, 3, JSON.stringify(vi));
  const first = vi.find(([, name]) => name === 'Lê Hoà')[0], second = vi.find(([, name]) => name === 'Lê Hòa')[0];
  assert.equal(first, '/vi/people/le-hoa/');
  assert.match(second, /^\/vi\/people\/le-hoa-[0-9a-f]{8}\/$/);
  assert.deepEqual(await texts('vi', 'le-hoa'), ['Thuyền']);
  assert.deepEqual(await texts('vi', second.split('/')[3]), ['Chèo']);
  assert.deepEqual(await texts('en', 'le-hoa-co'), ['A boat']);
  assert.ok(!existsSync(site('vi/people/le-hoa-co')));
  assert.ok(!existsSync(site('en/people/le-hoa')), 'English readers are shown another name');
  assert.deepEqual((await people('en')).map(([, name]) => name).sort(), ['Le Hoa & Co.', 'Lê Hòa', 'Sen editorial desk']);
  const desks = await rows("select count(*) from edition where state = 'live' and locale = 'vi' and author = 'Sen editorial desk'");
  assert.ok((await page('vi', 'people/sen-editorial-desk/')).includes(catalogs.vi['about.texts'].match(/other \{# ([^}]*)\}/)[1]));
  assert.equal((await texts('vi', 'sen-editorial-desk')).length, Number(desks[0][0]));

  await publish('boat', 'vi', { title: 'Thuyền', author: 'Trần Thị Sen' });
  await settled();
  assert.deepEqual(await texts('vi', 'tran-thi-sen'), ['Thuyền']);
  // Nobody else has the address any more.
  assert.deepEqual((await people('vi')).filter(([, name]) => name.startsWith('Lê')), [['/vi/people/le-hoa/', 'Lê Hòa']]);
  assert.deepEqual((await readdir(site('vi/people'), { withFileTypes: true })).filter((one) => one.isDirectory()).map(({ name }) => name).sort(),
    ['le-hoa', 'sen-editorial-desk', 'tran-thi-sen']);
});

test('a correction stands on the page of corrections and in its feed', async () => {
  assert.ok((await page('en', 'corrections/')).includes(catalogs.en['corrections.none']));
  const { headers } = await desk.read('boat', 'en');
  await desk.save('boat', 'en', { title: 'A boat', body: 'Two.', author: 'Le Hoa & Co.', translation: { method: 'person', proofread: true } }, headers.get('etag'));
  const corrected = await desk.act('boat', 'en', 'correct', { reason: 'figure', note: 'Not 3 but <4> & more.' });
  assert.equal(corrected.status, 200, JSON.stringify(corrected.body));
  await settled();
  const html = await page('en', 'corrections/');
  const entry = /<ol class="mended">([\s\S]*?)<\/ol>/.exec(html)[1];
  assert.match(entry, /<time datetime="20\d\d-/);
  assert.ok(entry.includes('Wrong figure'));
  assert.ok(entry.includes('Not 3 but &lt;4&gt; &amp; more.'));
  assert.deepEqual(links(entry), [['/en/articles/a-boat/#corrections', 'A boat']]);
  assert.ok((await page('en', 'articles/a-boat/')).includes('id="corrections"'));
  for (const file of ['atom.xml', 'rss.xml', 'feed.json']) assert.ok(html.includes(`rel="alternate" type="application/${{ 'atom.xml': 'atom+xml', 'rss.xml': 'rss+xml', 'feed.json': 'feed+json' }[file]}"`), file);
  // Who reads in Thai is shown the English text, and its correction in English.
  assert.match(await page('th', 'corrections/'), /<p lang="en" dir="ltr">Not 3 but/);
  assert.ok((await page('vi', 'corrections/')).includes(catalogs.vi['corrections.none']));

  const feed = JSON.parse((await get('/feeds/en/corrections/feed.json')).text);
  assert.equal(feed.home_page_url.replace(/^https?:\/\/[^/]+/, ''), '/en/corrections/');
  assert.deepEqual(feed.items.map(({ title }) => title), ['Wrong figure: A boat']);
  assert.match(feed.items[0].url, /\/en\/articles\/a-boat\/#corrections$/);
  assert.match(feed.items[0].id, /\/id\/articles\/boat\/en\/corrections\/2$/);
  assert.match(feed.items[0].content_html, /<p>Not 3 but &lt;4&gt; &amp; more\.<\/p>/);
  const atom = parseXml((await get('/feeds/en/corrections/atom.xml')).text);
  assert.deepEqual(atom.all('entry').map((one) => one.one('title').text), ['Wrong figure: A boat']);
  assert.match((await get('/feeds/en/corrections/rss.xml')).text, /<item>/);
  assert.deepEqual(JSON.parse((await get('/feeds/th/corrections/feed.json')).text).items, []);
  assert.equal((await get('/feeds/en/corrections/other.xml')).status, 404);
});

test('a long year is cut into pages whose texts stay the same', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sen-pages-'));
  await chmod(folder, 0o755);
  const text = (number) => JSON.stringify({
    id: `long-${number}`, locale: 'vi', kind: 'interview', title: `Bài số ${number}`, body: 'Chữ.', licence: 'CC-BY-4.0',
    published_at: `2019-01-01T${String(Math.floor(number / 60)).padStart(2, '0')}:${String(number % 60).padStart(2, '0')}:00Z`,
  });
  const add = async (first, last) => {
    const lines = Array.from({ length: last - first + 1 }, (_, i) => `${text(first + i)}\n`);
    await writeFile(join(folder, `${first}.jsonl`), lines.join(''));
    await portal.must(['import', join(folder, `${first}.jsonl`)]);
    await settled();
  };
  const numbers = async (path) => [...main(await page('en', `sections/interview/${path}`)).matchAll(/Bài số (\d+)</g)].map(([, number]) => Number(number));
  const range = (from, to) => Array.from({ length: from - to + 1 }, (_, i) => from - i);
  await add(1, 199);
  assert.deepEqual(await numbers('2019/'), range(199, 1));
  assert.ok(!existsSync(site('en/sections/interview/2019/1')));
  await add(200, 200);
  assert.deepEqual(await numbers('2019/'), range(200, 101));
  assert.deepEqual(await numbers('2019/1/'), range(100, 1));
  const first = await readFile(site('en/sections/interview/2019/1/index.html'));
  await add(201, 201);
  assert.deepEqual(await numbers('2019/'), range(201, 101));
  assert.deepEqual(await readFile(site('en/sections/interview/2019/1/index.html')), first);
  assert.ok(links(main(await page('en', 'sections/interview/2019/'))).some(([href]) => href === '/en/sections/interview/2019/1/'));
  assert.ok(links(main(await page('en', 'sections/interview/'))).some(([href]) => href === '/en/sections/interview/2019/'));
  // A change in an old page is seen there; a page too many goes.
  await publish('long-50', 'vi', { title: 'Bài số 5000', slug: 'bai-so-50' });
  await settled();
  assert.equal((await numbers('2019/1/'))[50], 5000);
  for (const number of [201, 200]) await desk.withdraw(`long-${number}`, 'vi', 'x', { kind: 'gone' });
  await settled();
  assert.deepEqual((await numbers('2019/')).length, 199);
  assert.ok(!existsSync(site('en/sections/interview/2019/1')));
  await rm(folder, { recursive: true });
  // What was written change by change is what a build writes.
  const followed = await tree(site(''));
  await worker.stop();
  await portal.must(['build'], { settings: { SEN_LOCALES: 'vi,en,th' } });
  assert.deepEqual(difference(followed, await tree(site(''))), []);
});
