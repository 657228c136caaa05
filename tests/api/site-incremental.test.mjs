// The follower of the change log writes what a full build would write: after random edits of every
// kind that readers can see, every file is the same, byte for byte. SEN_TEST_STEPS makes it longer.
import assert from 'node:assert/strict';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { editor, plain } from '../lib/editor.mjs';
import { run, startPortal, top, waitFor } from '../lib/portal.mjs';
import { random, seed } from '../lib/row.mjs';
import { difference, tree } from '../lib/tree.mjs';

const rounds = Number(process.env.SEN_TEST_STEPS ?? 30) / 10;
const locales = ['vi', 'en', 'th', 'rad'];
const kinds = ['news', 'feature', 'photo-essay', 'interview', 'statement'];
const topics = ['food', 'music', 'heritage'];
const units = ['ha-noi', 'hue', 'da-nang', 'khanh-hoa'];
const pictures = ['lotus-pond', 'pho-bowl', 'temple-gate'];
const writers = ['Trần Thị Sen', 'A. Writer', 'a writer', 'Đội viết'];
const settings = { SEN_LOCALES: locales.join(), SEN_ORIGIN: 'https://portal.example' };

let portal, server, desk, next;
before(async () => {
  portal = await startPortal({ content: ['content/starter'], settings });
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  desk = editor(plain(server, await portal.token()));
  next = random();
});
after(() => portal?.stop());

const pick = (list) => list[Math.floor(next() * list.length)];
const chance = (part) => next() < part;
const some = (list) => list.filter(() => chance(0.4));
const article = () => `random-${Math.floor(next() * 9)}`;
const done = {}; // how often something was done that was not refused
const sources = new Map(); // in which language an article is written
const live = []; // [id, locale] of what was published
// Most of the time a text that is there, so that few edits are refused.
const target = () => (live.length && chance(0.85) ? pick(live) : [article(), pick(locales)]);
const note = (what, { status }) => { if (status < 300) done[what] = (done[what] ?? 0) + 1; };

// ---- what an editor does -------------------------------------------------------------------------

// A draft of a text, new or changed. The slugs are few: languages and articles want the same ones.
async function draft(id, locale) {
  const file = { id, source_locale: pick(['vi', 'vi', 'en']), kind: pick(kinds), topic: pick(topics), agency: 'sen-editorial', provinces: some(units) };
  if ((await desk.create(file)).status === 201) sources.set(id, file.source_locale);
  const { headers } = await desk.read(id, locale);
  const text = {
    title: `${id} & ${Math.floor(next() * 1e6)}`, body: `## One\n\n${'A word or two. '.repeat(20)}\n\n## Two\n\nMore.\n\n## Three\n\nEnd.`,
    ...(chance(0.8) ? { summary: `About ${id} <b>` } : {}), ...(chance(0.7) ? { author: pick(writers) } : {}),
    ...(chance(0.4) ? { slug: pick(['one', 'two', 'three', 'pho', 'ha-noi']) } : {}), ...(chance(0.5) ? { licence: pick(['CC-BY-4.0', 'CC0-1.0']) } : {}),
    ...(chance(0.5) ? { image: { media: pick(pictures), alt: `A picture of ${id}` } } : {}),
    ...(sources.get(id) === locale ? {} : { translation: { method: pick(['person', 'machine']), proofread: chance(0.5) } }),
  };
  return desk.save(id, locale, text, headers.get('etag'));
}

const edits = {
  async publish() {
    const [id, locale] = [article(), pick(locales)];
    await draft(id, locale);
    const update = chance(0.3) ? { update: 'minor' } : { note: `Changed ${Math.floor(next() * 100)}` };
    const answer = await desk.publish(id, locale, {}, update);
    if (answer.status < 300) live.push([id, locale]);
    note('publish', answer);
  },
  async correct() {
    const [id, locale] = target();
    await draft(id, locale);
    note('correct', await desk.act(id, locale, 'correct', { reason: pick(['fact', 'name', 'picture']), note: 'Not 3 but <4>.' }));
  },
  async withdraw() {
    const kind = pick(['notice', 'gone', 'redirect', 'vanish']);
    const more = { kind, ...(kind === 'redirect' ? { to: pick(['/en/', 'https://elsewhere.example/']) } : {}), ...(kind === 'vanish' ? { status: pick([404, 451]) } : {}) };
    note(`withdraw ${kind}`, await desk.withdraw(...target(), 'A reason <b>', more));
  },
  async move() {
    const change = pick([() => ({ topic: pick(topics) }), () => ({ provinces: some(units) }), () => ({ kind: pick(kinds) })])();
    note(`move to ${Object.keys(change)[0]}`, await desk.api('PATCH', `/v1/articles/${target()[0]}`, { body: change }));
  },
  async release() {
    const texts = [];
    for (let i = 0; i < 3; i++) {
      const [id, locale] = [article(), pick(locales)];
      if (!texts.some((one) => one.id === id && one.locale === locale) && (await draft(id, locale)).status < 300) texts.push({ id, locale, note: 'Together.' });
    }
    const name = `release-${Math.floor(next() * 1e9)}`;
    await desk.api('PUT', `/v1/releases/${name}`, { body: { title: name, texts } });
    note('release', await desk.api('POST', `/v1/releases/${name}/publish`, { body: {} }));
  },
  async front() {
    const path = `/v1/fronts/${pick(locales)}`;
    const headers = (await desk.api('GET', path)).headers.get('etag');
    const match = headers ? { 'if-match': headers } : { 'if-none-match': '*' };
    if (chance(0.2)) return note('front removed', await desk.api('DELETE', path, { headers: match }));
    const list = [...new Set([article(), article(), article(), 'pho'])];
    return note('front', await desk.api('PUT', path, { headers: match, body: { lead: list[0], seconds: list.slice(1) } }));
  },
  // What comes as a folder: whatever has no other way in, and texts.
  async import() {
    const folder = join(portal.home, 'folder');
    const n = Math.floor(next() * 1e6);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    const write = (name, value) => writeFile(join(folder, name), JSON.stringify(value));
    const what = pick(['agency', 'topic', 'media', 'province', 'text', 'text']);
    if (what === 'agency') await write('agencies.json', [{ id: 'sen-editorial', names: { vi: `Ban ${n}`, en: `Desk ${n}` } }]);
    if (what === 'topic') await write('topics.json', [{ id: pick(['food', 'extra']), names: { vi: `Chủ đề ${n}`, en: `Topic ${n}` }, position: Math.floor(next() * 9) }]);
    if (what === 'province') {
      await write('provinces.json', [{ id: pick(units), facts: [
        { attribute: pick(['population', 'area_km2']), value: String(1000 + n), valid_from: '2025-07-01', source: `Source ${n}` },
        ...(chance(0.5) ? [{ attribute: 'name', locale: pick(['en', 'th']), value: `City ${n}`, source: 'Source' }] : [])] }]);
    }
    if (what === 'media') {
      const id = pick(pictures);
      await mkdir(join(folder, 'media'));
      await cp(join(top, `content/starter/media/${id}.svg`), join(folder, `media/${id}.svg`));
      await write('media/media.json', [{ id, file: `${id}.svg`, credit: `Somebody ${n}`, licence: 'CC-BY-4.0', alt: { vi: `Ảnh ${n}`, en: `A picture ${n}` } }]);
    }
    if (what === 'text') {
      await mkdir(join(folder, 'articles/brought'), { recursive: true });
      const head = `topic: ${pick(topics)}\nprovinces: [${some(units)}]\nagency: sen-editorial\npublished_at: 2025-0${1 + (n % 9)}-01T00:00:00Z`;
      for (const locale of ['vi', ...some(locales.slice(1))]) {
        await writeFile(join(folder, `articles/brought/${locale}.md`), `---\nid: brought-${n % 3}\nkind: feature\nlocale: ${locale}\nsource_locale: vi\n`
          + `title: "Brought ${n}"\n${head}\n${locale === 'vi' ? '' : 'translation:\n  method: person\n  proofread: true\n'}---\n\nText ${n}.\n`);
      }
    }
    if (process.getuid() === 0) await run('chown', ['-R', 'postgres:', folder]);
    const { status, stderr } = await portal.run(['import', folder]);
    note(`import ${what}`, { status: status === 0 ? 200 : 400 });
    if (status) refused.add(stderr.slice(0, 300));
  },
};
const refused = new Set();
// The edits of a round: something to work on, and then each of them.
const deck = () => ['publish', 'publish', ...['publish', 'publish', 'correct', 'withdraw', 'move', 'release', 'front', 'import']
  .map((one) => [next(), one]).sort(([a], [b]) => a - b).map(([, one]) => one)];

// ---- the property --------------------------------------------------------------------------------

test('a site kept up to date page by page is the site built anew', { timeout: 3000000 }, async (t) => {
  t.diagnostic(`seed ${seed}`);
  const other = join(portal.home, 'other');
  await mkdir(other);
  if (process.getuid() === 0) await run('chown', ['postgres:', other]);
  const elsewhere = { ...settings, SEN_HOME: other, SEN_DATABASE: `host='${join(portal.home, 'run')}' dbname=sen user=sen` };
  await portal.must(['build']);
  let worker = portal.worker();
  const describe = () => worker.log.slice(-4000);
  const follower = () => portal.sql("select (select seq from follower where name = 'site') = (select seq from change_head)");
  for (let round = 0; round < rounds; round++) {
    const lines = [];
    for (const what of deck()) {
      lines.push(what);
      await edits[what]();
      if (chance(0.04)) { // in the middle of its work, if it has some
        await worker.crash();
        if (chance(0.5)) await edits.publish();
        worker = portal.worker();
        lines.push('crash');
      }
    }
    await waitFor(async () => (await follower()) === 't', { seconds: 120, every: 100, describe });
    const followed = await tree(join(portal.home, 'site'));
    const jobs = 1 + Math.floor(next() * 4);
    await portal.must(['build', '--jobs', String(jobs)], { settings: elsewhere });
    const built = await tree(join(other, 'site'));
    assert.ok(built.size > 1000);
    assert.deepEqual(difference(followed, built), [], `round ${round}: ${lines.join(', ')}\n${describe()}`);
  }
  await worker.stop();
  t.diagnostic(JSON.stringify(done));
  for (const one of refused) t.diagnostic(one);
  assert.ok((done.publish ?? 0) > rounds && Object.keys(done).length > 5, JSON.stringify(done));
});

test('readers who follow links while the site is built again and again never meet half of it', { timeout: 600000 }, async () => {
  let building = true;
  const builds = (async () => {
    for (let i = 0; i < 3; i++) {
      await edits.publish();
      await portal.must(['build']);
    }
    building = false;
  })();
  let read = 0;
  try {
    for (let round = 0; building; round++) {
      const seen = new Set();
      const queue = [`/${locales[round % locales.length]}/`];
      while (building && queue.length && seen.size < 60) {
        const [path] = queue.splice(Math.floor(next() * queue.length), 1);
        if (seen.has(path)) continue;
        seen.add(path);
        const answer = await fetch(server.url + path);
        const text = await answer.text();
        // A page may be newer than the one that led to it, and lead to texts that another lost.
        assert.ok([200, 410, 451].includes(answer.status), `${path}: ${answer.status}`);
        read++;
        if (!/html/.test(answer.headers.get('content-type'))) continue;
        assert.match(text, /<\/html>\s*$/, path);
        for (const [, link] of text.matchAll(/(?:href|src)="(\/[^"#?]*)"/g)) if (!/^\/(v1|feeds)\//.test(link)) queue.push(link);
      }
    }
  } finally {
    building = false;
    await builds;
  }
  assert.ok(read > 50, `${read} pages`);
});
