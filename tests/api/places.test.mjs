// The gazetteer: what is refused, that an export comes back, what a change of a name reaches, and by
// which names the starter content knows its places.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openapi } from '../lib/openapi.mjs';
import { startCluster, startPortal, top, waitFor } from '../lib/portal.mjs';
import { difference, tree } from '../lib/tree.mjs';

const ORIGIN = 'https://sen.example';
const starter = async (name) => JSON.parse(await readFile(join(top, 'content/starter', name), 'utf8'));
let portal, server, api, gazetteer, provinces;
const folders = [];

before(async () => {
  portal = await startPortal({ content: ['content/starter'], settings: { SEN_ORIGIN: ORIGIN } });
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  api = await openapi(server);
  gazetteer = await starter('gazetteer.json');
  provinces = await starter('provinces.json');
});
after(async () => {
  await portal?.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const get = (target) => api('GET', target, { headers: { 'accept-language': 'en' } });
const changes = () => portal.sql('select count(*) from change');

// Imports a gazetteer.json with an entry a line, or other files by their names.
async function importing(files) {
  const folder = await mkdtemp(join(tmpdir(), 'sen-places-'));
  folders.push(folder);
  await chmod(folder, 0o777);
  if (Array.isArray(files)) files = { 'gazetteer.json': `[\n${files.map((one) => JSON.stringify(one)).join(',\n')}\n]\n` };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const { status, stdout, stderr } = await portal.run(['import', folder]);
  return { status, stdout, refused: stderr.replaceAll(`${folder}/`, '') };
}

const place = (id, more = {}) => ({ id, kind: 'site', provinces: ['ha-noi'], names: { vi: [`Chỗ ${id}`] }, source: 'a test', ...more });
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));

describe('import', () => {
  test('each broken entry is refused with its line and reason, and the rest goes in', async () => {
    const { status, stdout, refused } = await importing([
      place('fine'),
      place('a-colour', { colour: 'red' }),
      place('a-kind', { kind: 'planet' }),
      place('no-names', { names: {} }),
      place('no-list', { names: { vi: 'Một' } }),
      place('empty-list', { names: { vi: [] } }),
      place('empty-name', { names: { vi: [' '] } }),
      place('a-locale', { names: { xx: ['One'] } }),
      place('a-number', { names: { vi: ['Một', 2] } }),
      place('two-lines', { names: { vi: ['Một\nHai'] } }),
      place('turned', { names: { vi: ['Một\u202e'] } }),
      place('no-words', { names: { vi: ['Một', '– –'] } }),
      place('doubled', { names: { vi: ['Một', 'Hai', 'Một'] } }),
      place('doubled-later', { former: { vi: ['Chỗ doubled-later'] } }),
      place('doubled-province', { provinces: ['ha-noi', 'hue', 'ha-noi'] }),
      place('no-source', { source: undefined }),
      place('in-atlantis', { provinces: ['ha-noi', 'atlantis'] }),
      place('atlantis', { kind: 'unit' }),
      place('fine'),
      place('no id'),
      place('last'),
    ]);
    assert.equal(status, 1);
    const expected = [
      /^gazetteer\.json:3: colour: there is no such key/m,
      /^gazetteer\.json:4: kind: it must be one of: unit city town/m,
      /^gazetteer\.json:5: names: it is empty/m,
      /^gazetteer\.json:6: names\.vi: it must be a list/m,
      /^gazetteer\.json:7: names\.vi: it is empty/m,
      /^gazetteer\.json:8: names\.vi\[0\]: it is empty/m,
      /^gazetteer\.json:9: names\.xx: texts cannot be written in the locale “xx”/m,
      /^gazetteer\.json:10: names\.vi\[1\]: it must be text/m,
      /^gazetteer\.json:11: names\.vi\[0\]: it holds a control character/m,
      /^gazetteer\.json:12: names\.vi\[0\]: the line holds characters that turn/m,
      /^gazetteer\.json:13: names\.vi\[1\]: “– –” has neither a letter nor a digit/m,
      /^gazetteer\.json:14: names\.vi\[2\]: “Một” is there twice/m,
      /^gazetteer\.json:15: former\.vi\[0\]: “Chỗ doubled-later” is there twice/m,
      /^gazetteer\.json:16: provinces\[2\]: “ha-noi” is there twice/m,
      /^gazetteer\.json:17: source: it is missing/m,
      /^gazetteer\.json:18: provinces: there is no province “atlantis”/m,
      /^gazetteer\.json:19: id: there is no province “atlantis”/m,
      /^gazetteer\.json:20: id: “fine” is in this import twice/m,
      /^gazetteer\.json:21: id: “no id” may hold only/m,
    ];
    for (const pattern of expected) assert.match(refused, pattern);
    assert.equal(refused.trim().split('\n').length, expected.length, refused);
    assert.match(stdout, /places and front pages: 2 added, 0 updated, 0 unchanged/);
  });

  test('limits, at and one past', async () => {
    const ids = provinces.map((one) => one.id);
    const { refused, stdout } = await importing([
      place('most', { provinces: ids.slice(0, 40), names: { vi: times(20, (i) => `Tên ${i}`), en: ['n'.repeat(200)] },
        former: { vi: times(20, (i) => `Cũ ${i}`) }, source: 's'.repeat(1000) }),
      place('names', { names: { vi: times(21, (i) => `Tên ${i}`) } }),
      place('former', { former: { vi: times(21, (i) => `Cũ ${i}`) } }),
      place('long', { names: { vi: ['n'.repeat(201)] } }),
      place('provinces', { provinces: ids.slice(0, 41) }),
      place('source', { source: 's'.repeat(1001) }),
    ]);
    assert.deepEqual(refused.trim().split('\n').map((line) => line.split(':').slice(1, 3).join(':').trim()),
      ['3: names.vi', '4: former.vi', '5: names.vi[0]', '6: provinces', '7: source']);
    assert.match(stdout, /places and front pages: 1 added/);
  });

  test('a province of the same import may be named, one that was refused may not', async () => {
    const fact = { attribute: 'name', locale: 'vi', value: 'Đâu đó', source: 'a test' };
    const { refused } = await importing({
      'provinces.json': JSON.stringify([{ id: 'here', valid_to: '1900-01-01', facts: [fact] },
        { id: 'nowhere', facts: [fact], successors: [{ province: 'gone', since: '2025-07-01', source: 'x' }] }]),
      'a.jsonl': [place('lies-here', { provinces: ['here'] }), place('lies-nowhere', { provinces: ['nowhere'] })]
        .map((one) => `${JSON.stringify({ type: 'place', ...one })}\n`).join(''),
    });
    assert.match(refused, /^a\.jsonl:2: provinces: there is no province “nowhere”/m);
    assert.equal(await portal.sql("select string_agg(id, ' ') from place where id like 'lies-%'"), 'lies-here');
    await portal.sql("delete from place where id = 'lies-here'; delete from province where id = 'here'");
  });

  test('names are kept in one form, with the words of a query', async () => {
    await importing([place('forms', {
      names: { vi: ['  Ho\u0300a Bi\u0300nh '], en: ['Hoa-Binh'], ru: ['Хоабинь'], ar: ['هوا بينه'], ja: ['ホア・ビン', '和平'], th: ['ฮหว่าบิ่ญ'] },
      former: { vi: ['Đà Giang'] },
    })]);
    const rows = (await portal.sql("select locale, former, position, name, folded from place_name where place = 'forms' order by locale, former, position")).split('\n');
    assert.deepEqual(rows, [
      'ar|f|0|هوا بينه|هوا بينه', 'en|f|0|Hoa-Binh|hoa binh', 'ja|f|0|ホア・ビン|ホアビン', 'ja|f|1|和平|和平',
      'ru|f|0|Хоабинь|хоабинь', 'th|f|0|ฮหว่าบิ่ญ|ฮหว่าบิ่ญ', 'vi|f|0|Hòa Bình|hoa binh', 'vi|t|0|Đà Giang|da giang',
    ]);
  });

  test('the same again writes nothing; something new is one change; a key of another program is made anew', async () => {
    const one = place('twice', { names: { vi: ['Một'], en: ['One', 'The one'] }, former: { fr: ['Un'] } });
    await importing([one]);
    const before_ = await changes();
    assert.match((await importing([{ ...one, names: { en: ['One', 'The one'], vi: ['Một'] } }])).stdout, /places and front pages: 0 added, 0 updated, 1 unchanged/);
    assert.equal(await changes(), before_);
    assert.match((await importing([{ ...one, names: { vi: ['Một'], en: ['The one', 'One'] } }])).stdout, /1 updated/);
    assert.equal(await portal.sql("select kind, subject, array_to_string(tags, ' ') from change order by seq desc limit 1"), 'place|twice|places place:twice');
    assert.equal(Number(await changes()), Number(before_) + 1);
    await importing([one]);
    await portal.sql("update place_name set folded = 'old' where place = 'twice' and locale = 'vi'");
    assert.match((await importing([one])).stdout, /1 updated/);
    assert.equal(await portal.sql("select folded from place_name where place = 'twice' and locale = 'vi'"), 'mot');
  });

  test('an export comes back byte for byte', async () => {
    await importing([place('nowhere-near', { kind: 'sea', provinces: [], names: { vi: ['Biển'], ja: ['海', 'うみ'] } })]);
    const { stdout } = await portal.must(['export', '--jsonl', '-']);
    const records = stdout.split('\n').filter((line) => /^\{"type":"(place|province|topic)"/.test(line)).map((line) => `${line}\n`).join('');
    assert.deepEqual(JSON.parse(records.split('\n').find((line) => line.includes('nowhere-near'))),
      { type: 'place', id: 'nowhere-near', kind: 'sea', names: { ja: ['海', 'うみ'], vi: ['Biển'] }, source: 'a test' });
    const other = await startCluster();
    try {
      await other.must(['migrate']);
      const { input } = { input: join(other.home, 'records.jsonl') };
      await writeFile(input, records);
      await other.must(['import', input]);
      const again = (await other.must(['export', '--jsonl', '-'])).stdout;
      assert.ok(again === records);
      assert.match((await other.must(['import', input])).stdout, / 0 added, 0 updated, /);
    } finally {
      await other.stop();
    }
  });
});

describe('routes', () => {
  test('lists by kind and province, page by page', async () => {
    const units = [];
    let next = '';
    do {
      const { body } = await get(`/v1/places?kind=unit&limit=50${next && `&cursor=${next}`}`);
      units.push(...body.items);
      next = body.next;
    } while (next);
    assert.equal(units.length, 63);
    assert.deepEqual(units.map((one) => one.id), units.map((one) => one.id).sort());
    assert.ok(units.every((one) => one.kind === 'unit' && one.path === `/en/provinces/${one.id}/` && one.match === 'matched'));
    const there = (await get('/v1/places?province=ho-chi-minh&kind=unit')).body.items;
    assert.deepEqual(there.map((one) => one.id), ['ba-ria-vung-tau', 'binh-duong', 'ho-chi-minh']);
    assert.deepEqual(there[0].provinces, [{ id: 'ho-chi-minh', name: 'Ho Chi Minh City', path: '/en/provinces/ho-chi-minh/' }]);
    assert.deepEqual((await get('/v1/places?kind=planet')).body, { items: [], next: null });
    assert.equal((await get('/v1/places?limit=101')).status, 400);
    assert.equal((await get('/v1/places?cursor=x')).status, 400);
    assert.equal((await get('/v1/places?colour=red')).status, 400);
  });

  test('a place in the reader’s language, in the nearest, and in all', async () => {
    const of = async (locale, id = 'ha-noi') => (await get(`/v1/places/${id}?locale=${locale}`)).body;
    const japanese = await of('ja');
    assert.deepEqual([japanese.name, japanese.locale, japanese.match, japanese.path, japanese.requested], ['ハノイ', 'ja', 'asked', '/ja/provinces/ha-noi/', 'ja']);
    assert.deepEqual(japanese.names.vi, ['Hà Nội']);
    assert.ok(japanese.former.vi.includes('Thăng Long'));
    assert.deepEqual(japanese.provinces, [{ id: 'ha-noi', name: 'ハノイ', path: '/ja/provinces/ha-noi/' }]);
    const ede = await of('rad');
    assert.deepEqual([ede.name, ede.locale, ede.match, ede.requested], ['Hà Nội', 'vi', 'fallback', 'rad']);
    const far = await of('de', 'nowhere-near'); // no name in German, nor in English
    assert.deepEqual([far.name, far.locale, far.match, far.path, far.provinces], ['Biển', 'vi', 'fallback', null, []]);
    // The name by law is a unit's first name.
    assert.equal((await of('vi', 'ho-chi-minh')).name, 'Hồ Chí Minh');
    assert.equal((await get('/v1/places/atlantis')).status, 404);
  });

  test('an answer follows the gazetteer', async () => {
    const name = async () => (await get('/v1/places/forms?locale=de')).body.name;
    assert.equal(await name(), 'Hoa-Binh');
    await importing([place('forms', { names: { vi: ['Hòa Bình'], de: ['Hoabinh'] } })]);
    await waitFor(async () => await name() === 'Hoabinh');
  });
});

describe('names of provinces', () => {
  const name = async (id, locale, day) => (await get(`/v1/provinces/${id}?locale=${locale}${day ? `&on=${day}` : ''}`)).body.name;

  test('by law, else by the gazetteer, language by language', async () => {
    assert.equal(await name('ha-noi', 'en'), 'Hanoi');
    assert.equal(await name('ha-noi', 'ja'), 'ハノイ');
    assert.equal(await name('ha-noi', 'zh-Hant'), '河內');
    assert.equal(await name('ha-noi', 'jra'), 'Hà Nội');
    assert.equal(await name('bac-giang', 'ko'), '박장');
    assert.equal(await name('ho-chi-minh', 'vi'), 'Hồ Chí Minh');
    const arabic = (await get('/v1/provinces?locale=ar&status=all')).body.items;
    assert.equal(arabic.length, 63);
    assert.ok(arabic.every((one) => /^\p{Script=Arabic}/u.test(one.name)), arabic.map((one) => one.name).join());
    const pho = (await get('/v1/articles/pho?locale=ja')).body;
    assert.ok(pho.provinces.length && pho.provinces.every((one) => /[\p{Script=Katakana}\p{Script=Han}]/u.test(one.name)), JSON.stringify(pho.provinces));
    const feed = await (await fetch(`${server.url}/feeds/ja/provinces/ha-noi/feed.json`)).json();
    assert.match(feed.title, /ハノイ/);
  });

  test('the gazetteer knows today’s name, not that of a day before it', async () => {
    assert.equal(await name('hue', 'ja', '2024-12-31'), 'Thua Thien Hue');
    assert.equal(await name('hue', 'ja', '2025-01-01'), gazetteer.find((one) => one.id === 'hue').names.ja[0]);
    // What has a name by law in a language does not lose it.
    await portal.sql(`insert into province_fact (province, attribute, locale, value, source) values ('lao-cai', 'name', 'fr', 'Laokay', 'a test')`);
    assert.equal(await name('lao-cai', 'fr', '2026-01-01'), 'Laokay');
    await portal.sql("delete from province_fact where province = 'lao-cai' and locale = 'fr'");
  });

  test('pages of the site', { timeout: 120000 }, async () => {
    const settings = { SEN_LOCALES: 'vi,en,ja,ar,zh-Hans' };
    await portal.must(['build'], { settings });
    const page = (path) => readFile(join(portal.home, 'site', path, 'index.html'), 'utf8');
    for (const [locale, hanoi, danang] of [['ja', 'ハノイ', 'ダナン'], ['ar', 'هانوي', 'دا نانغ'], ['zh-Hans', '河内', '岘港']]) {
      const html = await page(`${locale}/provinces/ha-noi`);
      assert.match(html, new RegExp(`<h1>${hanoi}</h1>\n<p class="vi" lang="vi">Hà Nội</p>`), locale);
      const list = await page(`${locale}/provinces`);
      for (const one of [hanoi, danang]) assert.match(list, new RegExp(`">${one}</a>`), locale);
      assert.match(await page(locale), new RegExp(hanoi), locale);
    }
    const english = await page('en/provinces/ha-noi');
    assert.match(english, /<dt>Former names<\/dt>\n<dd><span class="value">Thang Long,/);
    assert.doesNotMatch(english, /Also called/); // Ha Noi is written another way, not another name
    assert.match(await page('en/provinces/ho-chi-minh'), /<dt>Also called<\/dt>\n<dd><span class="value">HCMC/);
    // A name of the past stands in the language in which it is known.
    assert.match(await page('ja/provinces/hue'), /<span class="value" lang="en">Thua Thien Hue<\/span>/);
    assert.match(await page('ja/provinces'), /lang="en">Thua Thien Hue<\/a>/);
  });

  test('a new name reaches every page that shows it', { timeout: 200000 }, async () => {
    const settings = { SEN_LOCALES: 'en,ja' };
    await portal.must(['build'], { settings });
    const worker = portal.worker(settings);
    const hanoi = gazetteer.find((one) => one.id === 'ha-noi');
    await importing([{ ...hanoi, names: { ...hanoi.names, ja: ['河内（ハノイ）', 'ハノイ'] } }, place('last', { names: { en: ['Last of all'] } })]);
    await waitFor(async () => await portal.sql("select f.seq = h.seq from follower f, change_head h where f.name = 'site'") === 't',
      { seconds: 60, describe: () => worker.log.slice(-4000) });
    await worker.stop();
    const followed = await tree(join(portal.home, 'site'));
    assert.match(await readFile(join(portal.home, 'site/ja/provinces/ha-noi/index.html'), 'utf8'), /<h1>河内（ハノイ）<\/h1>/);
    await portal.must(['build'], { settings });
    assert.deepEqual(difference(followed, await tree(join(portal.home, 'site'))), []);
    await importing([hanoi]);
  });
});

describe('the starter content', () => {
  test('the 34 units and the 63 of before the mergers have an entry, named as by law', () => {
    const units = new Map(gazetteer.filter((one) => one.kind === 'unit').map((one) => [one.id, one]));
    assert.equal(provinces.filter((one) => !one.valid_to).length, 34);
    assert.deepEqual([...units.keys()].sort(), provinces.map((one) => one.id).sort());
    for (const { id, facts } of provinces) {
      for (const fact of facts.filter((one) => one.attribute === 'name')) {
        const { names, former = {} } = units.get(id);
        assert.ok([...names[fact.locale], ...former[fact.locale] ?? []].includes(fact.value), `${id}: ${fact.value}`);
      }
    }
  });

  test('every province that an entry names exists, and a unit lies in units of today', () => {
    const current = new Set(provinces.filter((one) => !one.valid_to).map((one) => one.id));
    for (const one of gazetteer) for (const id of one.provinces ?? []) assert.ok(current.has(id), `${one.id}: ${id}`);
    for (const one of gazetteer.filter(({ kind }) => kind === 'unit')) {
      const { successors = [] } = provinces.find(({ id }) => id === one.id);
      const today = current.has(one.id) ? [one.id] : successors.map((each) => each.province);
      assert.deepEqual([...one.provinces].sort(), today.sort(), one.id);
    }
  });

  for (const name of ['Hanoi', 'Ha Noi', 'Hà Nội', '河内', '河內', 'ハノイ', '하노이', 'Ханой', 'هانوي', 'ฮานอย', 'Thăng Long'])
    test(`${name} is Ha Noi`, async () => {
      const found = await portal.sql(`select string_agg(distinct place, ' ') from place_name
        where folded in (select folded from place_name where name = '${name}')`);
      assert.equal(found, 'ha-noi');
    });
});
