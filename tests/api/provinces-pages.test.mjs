// The map and the pages of the provinces and cities: where the units lie, what their pages say, and
// that every name of before the mergers leads to an answer in every language.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { decode } from '../lib/html.mjs';
import { registry } from '../lib/messages.mjs';
import { openapi } from '../lib/openapi.mjs';
import { startPortal, top } from '../lib/portal.mjs';

const starter = async (name) => JSON.parse(await readFile(join(top, 'content/starter', name), 'utf8'));
const tags = registry.locales.map(({ tag }) => tag);
const MAP_BYTES = 40 * 1024;
let portal, api, provinces, gazetteer, current, former;

before(async () => {
  provinces = await starter('provinces.json');
  gazetteer = await starter('gazetteer.json');
  current = provinces.filter((one) => !one.valid_to);
  former = provinces.filter((one) => one.valid_to);
  portal = await startPortal({ content: ['content/starter'], site: true });
  api = await openapi(await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 }));
});
after(() => portal?.stop());

const page = (locale, path = '') => readFile(join(portal.home, 'site', locale, 'provinces', path, 'index.html'), 'utf8');
const fact = (unit, attribute, locale) => unit.facts.find((one) => one.attribute === attribute && one.locale === locale && !one.valid_to)?.value;
const links = (html) => [...html.matchAll(/href="\/[^/"]+\/provinces\/([a-z0-9-]+)\/"/g)].map(([, id]) => id);
// What stands from a mark to the next of another.
const part = (html, begin, end) => html.slice(html.indexOf(begin), html.indexOf(end, html.indexOf(begin)));

describe('where the units lie', () => {
  const byId = () => new Map(provinces.map((one) => [one.id, one]));

  test('each neighbour names the other, none itself, and one can walk to all of them', () => {
    const units = byId();
    for (const unit of current) {
      assert.ok(unit.neighbours.length, unit.id);
      assert.equal(new Set(unit.neighbours).size, unit.neighbours.length, unit.id);
      for (const id of unit.neighbours) {
        assert.notEqual(id, unit.id);
        assert.ok(!units.get(id).valid_to, `${unit.id}: ${id} is no more`);
        assert.ok(units.get(id).neighbours.includes(unit.id), `${id} does not know ${unit.id}`);
      }
    }
    const seen = new Set(['ha-noi']);
    for (const id of seen) for (const next of units.get(id).neighbours) seen.add(next);
    assert.equal(seen.size, 34);
    assert.ok(former.every((one) => !one.neighbours && !one.tile));
  });

  test('what is known of well-known borders', () => {
    const units = byId();
    assert.deepEqual(units.get('ha-noi').neighbours, ['bac-ninh', 'hung-yen', 'ninh-binh', 'phu-tho', 'thai-nguyen']);
    assert.deepEqual(units.get('ca-mau').neighbours, ['an-giang', 'can-tho']);
    assert.deepEqual(units.get('hue').neighbours, ['da-nang', 'quang-tri']);
    const at = (code) => current.filter((one) => one.borders?.includes(code)).length;
    assert.deepEqual([at('CN'), at('LA'), at('KH')], [7, 9, 8]);
    assert.deepEqual(units.get('dien-bien').borders, ['CN', 'LA']);
  });

  test('tiles do not lie on one another, and neighbours lie near each other', () => {
    const units = byId(), taken = new Set();
    const take = (what, row, column, width) => {
      for (let half = 0; half < width; half++) {
        assert.ok(!taken.has(`${row} ${column + half}`), `${what} lies on another`);
        taken.add(`${row} ${column + half}`);
      }
      assert.ok(row >= 1 && row <= 20 && column >= 1 && column + width <= 17, what);
    };
    let far = 0, pairs = 0;
    for (const { id, tile, neighbours } of current) {
      take(id, tile.row, tile.column, 2);
      for (const { place, row, column } of tile.islands ?? []) {
        take(place, row, column, 3);
        assert.ok(gazetteer.find((one) => one.id === place).provinces.includes(id), place);
      }
      for (const other of neighbours) {
        const { row, column } = units.get(other).tile;
        pairs++;
        if (Math.abs(row - tile.row) > 1 || Math.abs(column - tile.column) > 2) far++;
      }
    }
    assert.ok(far / pairs < 0.1, `${far} of ${pairs} are far from each other`);
    const row = (id) => units.get(id).tile.row;
    assert.ok(row('cao-bang') < row('ha-noi') && row('ha-noi') < row('hue') && row('hue') < row('ho-chi-minh') && row('ho-chi-minh') < row('ca-mau'));
  });

  test('each is in one of six regions, by an act that is named', () => {
    const count = {};
    for (const unit of current) {
      const regions = unit.facts.filter(({ attribute }) => attribute === 'region');
      assert.equal(regions.length, 1, unit.id);
      assert.equal(regions[0].source, 'NQ 306/NQ-CP');
      count[regions[0].value] = (count[regions[0].value] ?? 0) + 1;
    }
    assert.deepEqual(count, { 'mekong-delta': 5, 'red-river-delta': 6, 'northern-midlands': 9, southeast: 3, 'south-central': 6, 'north-central': 5 });
  });

  test('the API says it, as of the day', async () => {
    const { body } = await api('GET', '/v1/provinces/da-nang?locale=en');
    assert.deepEqual(body.neighbours, [{ id: 'hue', name: 'Hue' }, { id: 'quang-ngai', name: 'Quang Ngai' }]);
    assert.deepEqual([body.region, body.borders, body.tile.islands[0].place], ['south-central', ['LA'], 'hoang-sa']);
    assert.equal((await api('GET', '/v1/provinces/da-nang?on=2025-10-04')).body.region, null);
    const { body: { items } } = await api('GET', '/v1/provinces?status=all');
    assert.equal(items.filter((one) => one.tile && one.region).length, 34);
    const old = (await api('GET', '/v1/provinces/ha-giang')).body;
    assert.deepEqual([old.region, old.tile, old.neighbours, old.borders], [null, null, [], []]);
  });

  test('what lies nowhere is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sen-provinces-'));
    await chmod(folder, 0o777);
    const name = { attribute: 'name', locale: 'vi', value: 'Đâu đó', source: 'a test' };
    const unit = (id, more) => ({ id, valid_to: '1900-01-01', facts: [name], ...more });
    const units = [
      unit('t-fine', { neighbours: ['ha-noi'], borders: ['LA'], tile: { row: 20, column: 16 } }),
      unit('t-self', { neighbours: ['t-self'] }),
      unit('t-gone', { neighbours: ['atlantis'] }),
      unit('t-row', { tile: { row: 21, column: 1 } }),
      unit('t-column', { tile: { row: 1, column: 17 } }),
      unit('t-half', { tile: { row: 1 } }),
      unit('t-land', { borders: ['LAO'] }),
      unit('t-region', { facts: [name, { attribute: 'region', value: 'The North', source: 'a test' }] }),
    ];
    await writeFile(join(folder, 'provinces.json'), `[\n${units.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`);
    const { stderr, stdout } = await portal.run(['import', folder]);
    await rm(folder, { recursive: true });
    const refused = stderr.replaceAll(`${folder}/`, '').trim().split('\n');
    assert.equal(refused.length, 7, stderr);
    for (const [line, pattern] of [
      [3, /neighbours: there is no province “t-self”/], [4, /neighbours: there is no province “atlantis”/],
      [5, /tile\.row: it must be a whole number from 0 to 20/], [6, /tile\.column: it must be a whole number from 0 to 16/],
      [7, /tile\.column: it is missing/], [8, /borders\[0\]/], [9, /facts\.value: “The North” may hold only/],
    ]) assert.ok(refused.some((one) => one.startsWith(`provinces.json:${line}: `) && pattern.test(one)), `${pattern} in ${stderr}`);
    assert.match(stdout, /provinces: 1 added|1 added/);
    await portal.sql("delete from province where id = 't-fine'");
  });
});

describe('the map', () => {
  test('has 34 tiles and the two archipelagos, in every language, and is small', async () => {
    let largest = 0;
    for (const tag of tags) {
      const html = await page(tag);
      const tiles = part(html, '<ol class="tiles">', '</ol>');
      assert.deepEqual(links(tiles).slice(0, 34).sort(), current.map(({ id }) => id).sort(), tag);
      assert.deepEqual(links(tiles).slice(34), ['da-nang', 'khanh-hoa'], tag);
      for (const { id, tile } of current) {
        assert.match(tiles, new RegExp(`class="r${tile.row} c${tile.column} g[1-6] a[1-5] p[1-5]"><a href="/${tag}/provinces/${id}/"`), `${tag} ${id}`);
      }
      largest = Math.max(largest, gzipSync(html, { level: 6 }).length);
    }
    assert.ok(largest <= MAP_BYTES, `${largest} bytes compressed`);
  });

  test('the archipelagos stand by the names of the gazetteer, as parts of their units', async () => {
    for (const tag of ['vi', 'en', 'ar', 'ja', 'km', 'ru']) {
      const tiles = part(await page(tag), '<ol class="tiles">', '</ol>');
      for (const id of ['hoang-sa', 'truong-sa']) {
        assert.ok(tiles.includes(`>${gazetteer.find((one) => one.id === id).names[tag][0]}</span>`), `${tag} ${id}`);
      }
    }
    assert.match(await page('en'), /Hoang Sa<\/span> <span class="part">part of Da Nang</);
    assert.match(await page('vi'), /Trường Sa<\/span> <span class="part">thuộc Khánh Hòa</);
  });

  test('whoever hears it learns every figure, and the lists hold all units in order', async () => {
    const html = await page('en');
    assert.match(part(html, '<ol class="tiles">', '</ol>'), />Hanoi<\/span><span class="only-read">: Red River Delta, 3,359.84 km², 8,807,523<\/span>/);
    for (const [name, attribute] of [['by-area', 'area_km2'], ['by-population', 'population']]) {
      const listed = links(part(html, `<div class="${name}">`, '</dl>'));
      const expected = [...current].sort((a, b) => fact(b, attribute) - fact(a, attribute)).map(({ id }) => id);
      assert.deepEqual(listed, expected, name);
    }
    assert.equal(new Set(links(part(html, '<div class="by-region">', '</dl>'))).size, 34);
    const rows = part(html, '<table class="units">', '</table>');
    assert.deepEqual(links(rows).sort(), current.map(({ id }) => id).sort());
    assert.match(html, /resolution figure, 2025 and secondary lists, 2025/);
    assert.match(html, /must not be added up/);
    assert.doesNotMatch(html, /style="/);
  });
});

describe('pages of units', () => {
  test('each of the 63 names of before the mergers answers in every language', async () => {
    const old = provinces.filter((unit) => unit.facts.some(({ attribute }) => attribute === 'iso_3166_2'));
    assert.equal(old.length, 63);
    const merged = new Set(former.flatMap((one) => one.successors.map(({ province }) => province)));
    for (const tag of tags) {
      for (const unit of old) {
        const html = await page(tag, unit.id), where = `${tag} ${unit.id}`;
        assert.match(html, new RegExp(fact(unit, 'iso_3166_2')), where);
        if (unit.valid_to) {
          assert.match(html, /<div class="notice" role="note">/, where);
          assert.ok(links(part(html, '<div class="notice"', '</div>')).includes(unit.successors[0].province), where);
          assert.match(part(html, '<div class="notice"', '</div>'), /202\/2025\/QH15/, where);
          assert.match(html, /2025/, where);
        } else if (merged.has(unit.id)) {
          const history = part(html, '<h2 id="history">', '</section>');
          const before_ = former.filter((one) => one.successors[0].province === unit.id).map(({ id }) => id);
          assert.deepEqual(links(history).sort(), before_.sort(), where);
          assert.match(history, /202\/2025\/QH15/, where);
          assert.match(history, /<p>[^<]*2025[^<]*<\/p>\n<p class="how">/, where); // what bore the name before
        } else {
          assert.match(part(html, '<h2 id="history">', '</section>'), /<p>[^<]*2025[^<]*<\/p>/, where);
        }
      }
      assert.match(await page(tag, 'thua-thien-hue'), new RegExp(`href="/${tag}/provinces/hue/"`), tag);
    }
    assert.match(await page('en', 'ha-giang'), /Ha Giang is a former unit\. Since 1 July 2025 it is part of:/);
    assert.match(await page('en', 'gia-lai'), /Before 1 July 2025, Gia Lai was a smaller unit\./);
    assert.match(await page('en', 'ha-noi'), /The mergers of 1 July 2025 left Hanoi as it was\./);
    assert.match(await page('vi', 'ha-giang'), /Nghị quyết số 202\/2025\/QH15 của Quốc hội/);
  });

  test('neighbours, the place on the map, and the way from each to the next', async () => {
    for (const tag of ['vi', 'en', 'ja', 'ar']) {
      const order = links(part(await page(tag), '<table class="units">', '</table>'));
      for (const [i, id] of order.entries()) {
        const html = await page(tag, id), unit = provinces.find((one) => one.id === id);
        assert.deepEqual(links(part(html, '<h2 id="neighbours">', '</section>')).sort(), unit.neighbours, `${tag} ${id}`);
        assert.match(html, new RegExp(`<i class="here r${unit.tile.row} c${unit.tile.column}">`), `${tag} ${id}`);
        const way = html.includes('<nav class="order"') ? part(html, '<nav class="order"', '</nav>') : '';
        assert.deepEqual(links(way), [order[i - 1], order[i + 1]].filter(Boolean), `${tag} ${id}`);
      }
    }
    assert.match(await page('en', 'ha-giang'), /<i class="here r1 c6">/); // where it lies today
    assert.match(await page('fr', 'dien-bien'), /Chine et Laos|Chine, Laos/);
  });

  test('what to see comes from the gazetteer, by kind', async () => {
    const html = await page('en', 'ninh-binh');
    const see = part(html, '<h2 id="see">', '</section>');
    assert.match(see, /Trang An/);
    assert.match(see, /Hoa Lư|Hoa Lu/);
    assert.match(see, /Place of interest/);
    assert.match(see, /Park or reserve/);
    const kinds = ['bay', 'island', 'archipelago', 'mountain', 'pass', 'lake', 'cave', 'park', 'site', 'town'];
    for (const { id } of current) {
      const expected = gazetteer.filter((one) => kinds.includes(one.kind) && one.provinces?.includes(id)).length;
      const found = (await page('vi', id)).match(/<li><span class="name"/g)?.length ?? 0;
      assert.equal(found, expected, id);
    }
  });

  test('what to eat is there only where a text tells of it, and pictures with their makers', async () => {
    const { body: { items } } = await api('GET', '/v1/articles?topic=food&locale=vi&limit=100');
    const fed = new Set(items.flatMap((one) => one.provinces.map(({ id }) => id)));
    assert.ok(fed.size);
    for (const { id } of current) {
      const html = await page('vi', id);
      assert.equal(html.includes('<h2 id="eat">'), fed.has(id), id);
      if (!html.includes('<h2 id="pictures">')) continue;
      const pictures = part(html, '<h2 id="pictures">', '</section>');
      for (const [, one] of pictures.matchAll(/<li>([\s\S]*?)<\/li>/g)) {
        assert.match(one, /<img src="\/media\/[^"]+" alt="[^"]+"/, id);
        assert.match(one, /<span class="how">[^<]+ · [^<]+<\/span>/, id);
        const [, href] = /<a href="([^"]+)"/.exec(one);
        assert.ok(await stat(join(portal.home, 'site', decodeURIComponent(decode(href)), 'index.html')), href);
      }
    }
  });

  test('figures stand with their day, their making and their source', async () => {
    const html = await page('en', 'gia-lai');
    assert.match(html, /<dt>Area<\/dt>\n<dd><span class="value">21,576\.53 km²<\/span> <span class="how">resolution figure, 2025<\/span> <span class="how">As of 1 July 2025<\/span>\n<details><summary>Source<\/summary><p lang="en" dir="ltr">NQ 202\/2025\/QH15 figures/);
    assert.match(html, /<dt>Region<\/dt>\n<dd><span class="value">South Central coast and Central Highlands<\/span>\n<details><summary>Source<\/summary><p>Resolution 306\/NQ-CP of the Government<\/p>/);
    assert.match(await page('vi', 'gia-lai'), /<p>Quyết định số 19\/2025\/QĐ-TTg của Thủ tướng Chính phủ<\/p>/);
  });
});
