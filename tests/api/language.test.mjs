// A language is added by one registry row and one catalog: here Luxembourgish, to a copy of the tree,
// in English words with a mark around each, so that it shows where they come from.
import assert from 'node:assert/strict';
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { words } from '../lib/html.mjs';
import { builds, run, startPortal, top } from '../lib/portal.mjs';

const row = {
  tag: 'lb', name: 'Lëtzebuergesch', name_en: 'Luxembourgish', dir: 'ltr', fallback: ['de', 'fr', 'en', 'vi'], aliases: ['pfl'],
  content: true, hreflang: 'lb', og_locale: 'lb_LU', icu: 'lb', slugs: 'latin', slug_letters: { ë: 'e', ä: 'ae' },
  numbers: { group: '.', decimal: ',', min_grouping: 1, minus: '-', percent: ' %' },
};
const mark = (text) => `‹${text}›`;
const isMarked = (text) => text.startsWith('‹') && text.endsWith('›');

async function must(command, args, options) {
  const result = await run(command, args, options);
  assert.equal(result.status, 0, `${command} ${args.join(' ')}\n${result.stdout.slice(-3000)}${result.stderr.slice(-3000)}`);
  return result.stdout;
}

let folder, copy, portal, server;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sen-language-'));
  await chmod(folder, 0o755);
  copy = join(folder, 'sen');
  const files = (await must('git', ['-C', top, 'ls-files', '-z', '--', 'api', 'content', 'deploy', 'locales', 'render', 'meson*', 'tests/bench', 'tests/unit', 'tests/*.h']))
    .split('\0').filter(Boolean);
  for (const name of files) {
    await mkdir(join(copy, dirname(name)), { recursive: true });
    await cp(join(top, name), join(copy, name));
  }

  const path = join(copy, 'locales/registry.json');
  const registry = JSON.parse(await readFile(path, 'utf8'));
  const german = registry.locales.find(({ tag }) => tag === 'de');
  registry.locales.push({ ...row, dates: { ...german.dates, long: "d. MMMM y '(lb)'" } });
  await writeFile(path, JSON.stringify(registry));
  const english = JSON.parse(await readFile(join(copy, 'locales/messages/en.json'), 'utf8'));
  await writeFile(join(copy, 'locales/messages/lb.json'), JSON.stringify(Object.fromEntries(Object.entries(english).map(([key, text]) => [key, mark(text)]))));

  // Without optimisation and sanitizers: it is about the registry, and the build takes its time.
  const build = join(folder, 'build');
  await must('meson', ['setup', build, copy, '-Dbuildtype=plain', '-Doptimization=0'], { cwd: copy });
  await must('nice', ['ninja', '-C', build, '-j2', 'api/sen']);
  builds.language = build;
  portal = await startPortal({ build: 'language', content: ['content/starter'] });
  const text = { id: 'gromperen', kind: 'feature', locale: 'LB', source_locale: 'ltz', title: 'Gromperekichelcher zu Hanoi: e Räzel', summary: 'Eng kleng Geschicht.',
    body: 'D’Gromperekichelcher schmaachen och zu **Hanoi** gutt, seet den Historiker.', topic: 'food', agency: 'sen-editorial', published_at: '2026-11-02T02:00:00Z' };
  await writeFile(join(folder, 'lb.jsonl'), `${JSON.stringify(text)}\n`);
  await portal.must(['import', join(folder, 'lb.jsonl')]);
  await portal.must(['build']);
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0, SEN_ORIGIN: 'https://portal.example' });
});
after(async () => {
  await portal?.stop();
  await rm(folder, { recursive: true, force: true });
});

const page = (path) => readFile(join(portal.home, 'site', path), 'utf8');
const get = async (path, headers) => {
  const answer = await fetch(server.url + path, { headers });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};
const json = async (path, headers) => JSON.parse((await get(path, headers)).text);

test('the edition has its pages, in its own words', async () => {
  for (const path of ['', 'about/', 'languages/', 'search/', 'provinces/', 'provinces/ha-noi/', 'topics/food/', 'articles/gromperekichelcher-zu-hanoi-e-raezel/']) {
    const html = await page(`lb/${path}index.html`);
    assert.match(html, /^<!DOCTYPE html>\n<html lang="lb" dir="ltr">/, path);
    assert.ok(!html.includes('notice interface'), path);
    const said = words(html).filter(({ lang, stack }) => lang === 'lb' && stack.some(({ name, attributes }) => name === 'nav' && attributes.class === 'main'));
    assert.ok(said.length >= 4 && said.every(({ text }) => isMarked(text)), JSON.stringify(said));
  }
  assert.match(await page('lb/languages/index.html'), /<span class="tongue"><a [^>]*lang="lb"[^>]*>Lëtzebuergesch<\/a><\/span> <span>‹1 text›<\/span>/);
});

test('it has its formats, and the fallback of its own', async () => {
  const html = await page('lb/articles/gromperekichelcher-zu-hanoi-e-raezel/index.html');
  assert.match(html, /2\. November 2026 \(lb\)/);
  const values = words(await page('lb/provinces/ha-noi/index.html')).filter(({ stack }) => stack.at(-1)?.attributes.class === 'value').map(({ text }) => text);
  assert.ok(values.some((text) => /^\D?\d\.\d{3},\d+\skm²/.test(text)), values.join());
  assert.ok(values.some((text) => /^\D?\d\.\d{3}\.\d{3}/.test(text)), values.join());
  const borrowed = await page('lb/articles/pho/index.html').catch(() => null);
  const cards = await page('lb/index.html');
  assert.ok(borrowed || / lang="de"/.test(cards), 'German texts stand where there are none of its own');
});

test('the API knows it, by every tag that means it', async () => {
  const { items } = await json('/v1/locales');
  const known = items.find(({ tag }) => tag === 'lb');
  assert.deepEqual([known.name, known.name_en, known.direction, known.interface, known.content, known.fallback],
    ['Lëtzebuergesch', 'Luxembourgish', 'ltr', true, true, ['de', 'fr', 'en', 'vi']]);
  for (const tag of ['lb', 'LB', 'lb-LU', 'ltz', 'i-lux', 'lb-Latn-LU', 'pfl']) {
    const { headers } = await get(`/v1/topics?locale=${tag}`);
    assert.equal(headers.get('content-language'), 'lb', tag);
  }
  const problem = await get('/v1/nothing', { 'accept-language': 'lb-LU, de;q=0.5' });
  assert.equal(problem.headers.get('content-language'), 'lb');
  assert.ok(isMarked(JSON.parse(problem.text).title));
  const { items: provinces } = await json('/v1/provinces?locale=lb');
  assert.ok(provinces.length >= 34);
});

test('search finds its texts, and its feeds and sitemap list them', async () => {
  for (const query of ['Gromperekichelcher', 'räzel', 'raezel'.replace('ae', 'a'), 'historiker hanoi']) {
    const { items } = await json(`/v1/search?locale=lb&q=${encodeURIComponent(query)}`);
    assert.ok(items.some(({ id, locale }) => id === 'gromperen' && locale === 'lb'), `${query}: ${JSON.stringify(items).slice(0, 300)}`);
  }
  for (const name of ['atom.xml', 'rss.xml', 'feed.json']) {
    const feed = await get(`/feeds/lb/${name}`);
    assert.equal(feed.status, 200, name);
    assert.match(feed.text, /Gromperekichelcher zu Hanoi/, name);
  }
  const index = await page('sitemap.xml');
  const [, map] = /<loc>[^<]*\/([^/<]*lb[^/<]*)<\/loc>/.exec(index);
  const sitemap = await page(map);
  assert.match(sitemap, /\/lb\/articles\/gromperekichelcher-zu-hanoi-e-raezel\//);
  assert.match(sitemap, /hreflang="lb"/);
});

test('the other editions link to it', async () => {
  for (const tag of ['vi', 'ar', 'rad']) {
    assert.match(await page(`${tag}/languages/index.html`), /<span class="tongue"><a href="\/lb\/" lang="lb" hreflang="lb" dir="ltr">Lëtzebuergesch<\/a>/, tag);
    assert.match(await page(`${tag}/about/index.html`), /<li><a href="\/lb\/about\/" lang="lb" hreflang="lb" dir="ltr">Lëtzebuergesch<\/a><\/li>/, tag);
  }
  assert.match(await page('en/index.html'), /<link rel="alternate" hreflang="lb" href="[^"]*\/lb\/">/);
  assert.ok(existsSync(join(portal.home, 'site/lb/index.html')) && (await readdir(join(portal.home, 'site/lb'))).length > 4);
});
