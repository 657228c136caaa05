// Search: what is found in every language, in which order and by which names, how it is counted, cut
// and paged, what follows when texts change, what is refused, and that old databases are searched.
// The starter content has the words of 16 languages; texts of this file's own have words of their own.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { plain as asPlain, editor } from '../lib/editor.mjs';
import { decode } from '../lib/html.mjs';
import { exchange, request } from '../lib/http.mjs';
import { done } from '../lib/newsroom.mjs';
import { openapi } from '../lib/openapi.mjs';
import { run, startCluster, startPortal, top, waitFor } from '../lib/portal.mjs';
import { random } from '../lib/row.mjs';
import { parseXml } from '../lib/xml.mjs';

const ORIGIN = 'https://sen.example';
let portal, server, api, desk;
const folders = [];

async function folder(files) {
  const path = await mkdtemp(join(tmpdir(), 'sen-search-'));
  folders.push(path);
  await chmod(path, 0o755);
  for (const [name, content] of Object.entries(files))
    await writeFile(join(path, name), Array.isArray(content) ? content.map((one) => JSON.stringify(one)).join('\n') : content);
  return path;
}

const day = (n) => new Date(Date.UTC(2024, 0, 1 + n)).toISOString();
const own = [
  // As written and folded; a letter of its own; tones where either school puts them.
  ...['quẻng', 'queng', 'quéng'].map((word, i) => ({ id: `as-written-${i}`, locale: 'vi', title: `Chuyện ${word} xưa`, body: 'Không có gì khác.' })),
  { id: 'tones', locale: 'vi', title: 'Hoà khí bên bờ Thuỷ Đàm', body: 'Người ta đẽo đá quanh năm.' },
  // Words in another form than readers ask for.
  { id: 'stem-en', locale: 'en', title: 'Lacquerers', body: 'They were burnishing trays by candlelight.' },
  { id: 'stem-fr', locale: 'fr', title: 'Atelier', body: 'Les brodeuses ont ciselé des plateaux dorés.' },
  { id: 'stem-es', locale: 'es', title: 'Taller', body: 'Las bordadoras cosieron abanicos.' },
  { id: 'stem-ru', locale: 'ru', title: 'Мастерская', body: 'Рассказ о вышивальщицах и веерах.' },
  { id: 'stem-ar', locale: 'ar', title: 'ورشة', body: 'وصل المطرزون ومعهم المراوح.' },
  { id: 'stem-pt', locale: 'pt', title: 'Oficina', body: 'As bordadeiras costuraram leques.' },
  { id: 'stem-de', locale: 'de', title: 'Werkstatt', body: 'Die Sticker nähten Fächer.' },
  { id: 'stem-id', locale: 'id', title: 'Bengkel', body: 'Mereka menyulam kipasnya.' },
  // Letters that a dictionary may see other words in.
  { id: 'run-th', locale: 'th', title: 'ลม', body: 'เขานั่งตากลมอยู่ริมทะเลจนฟ้ามืด' },
  { id: 'run-lo', locale: 'lo', title: 'ນາ', body: 'ຊາວນາປູກເຂົ້າໃກ້ນ້ຳຂອງທຸກປີ' },
  { id: 'run-km', locale: 'km', title: 'ផ្សារ', body: 'អ្នកលក់ទំនិញនៅផ្សារអណ្តែតទឹក' },
  { id: 'run-zh', locale: 'zh-Hans', title: '作坊', body: '研究生命起源的学者来到水乡织锦作坊。' },
  { id: 'run-ja', locale: 'ja', title: '工房', body: '東京都庁の職員が漆器の工房を見学した。' },
  // Phrases, exclusion, one article in many languages, dates.
  { id: 'phrase', locale: 'en', title: 'Copper kettles', body: 'A glockenspiel stood beside the copper kettle. The drum was silent.\n\nA block ends with quillwort\n\nblossom begins another.' },
  { id: 'no-phrase', locale: 'en', title: 'Kettle of copper', body: 'The glockenspiel was silent.' },
  { id: 'many', locale: 'vi', title: 'Trống quân zumbra', body: 'Trống zumbra vang.', agency: 'desk', topic: 'music', provinces: ['hung-yen'], kind: 'news', published_at: day(1) },
  { id: 'many', locale: 'en', source_locale: 'vi', title: 'Drums of zumbra', body: 'The zumbra is loud.' },
  { id: 'many', locale: 'fr', source_locale: 'vi', title: 'Tambours', body: 'Le zumbra résonne.' },
  { id: 'few', locale: 'vi', title: 'Zumbra', body: 'Một câu về zumbra.', topic: 'music', published_at: day(400) },
  ...Array.from({ length: 23 }, (_, i) => ({ id: `page-${i}`, locale: i % 3 ? 'en' : 'vi', title: `Vellichor ${'again '.repeat(i % 4)}${i}`,
    body: `A vellichor. ${'Other words. '.repeat(i)}${'vellichor '.repeat(i % 5)}`, published_at: day(i) })),
  // A place that a text names as its own language does.
  { id: 'saigon', locale: 'en', title: 'An opera house', body: 'It was built in Saigon.' },
].map((one) => ({ source_locale: one.locale, slug: `${one.id}-${one.locale.toLowerCase()}`, ...one }));

before(async () => {
  portal = await startPortal({ content: ['content/starter'], settings: { SEN_ORIGIN: ORIGIN } });
  await portal.sql(`insert into agency (id, names) values ('desk', '{"en": "The desk"}')`);
  const { status, stderr } = await portal.run(['import', await folder({ 'own.jsonl': own })]);
  assert.equal(status, 0, stderr);
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0, SEN_FAILED_TOKENS: 0 });
  api = await openapi(server);
  desk = editor(await openapi(server, { token: await portal.token() }));
});
after(async () => {
  await portal?.stop();
  for (const path of folders) await rm(path, { recursive: true, force: true });
});

const address = (q, more) => `?${new URLSearchParams({ q, ...more })}`;
const get = async (target) => done(await api('GET', target, { headers: { 'accept-language': 'en' } }));
const search = (q, more = {}) => get(`/v1/search${address(q, { locale: 'en', ...more })}`);
const found = async (q, more) => (await search(q, { limit: 100, ...more })).items.map((one) => one.id);
const suggest = async (q, more = {}) => (await get(`/v1/search/suggestions${address(q, { locale: 'en', ...more })}`)).items;
const learnt = () => waitFor(async () => await portal.sql('select count(*) from search_delta') === '0');

// ---- words --------------------------------------------------------------------------------------

describe('words', () => {
  test('Vietnamese with and without marks, and what is written so first', async () => {
    const three = ['as-written-0', 'as-written-1', 'as-written-2'];
    for (const [q, first] of [['quẻng', 0], ['QUẺNG', 0], ['quẻng'.normalize('NFD'), 0], ['queng', 1], ['quéng', 2], ['Chuyện quéng xưa', 2]]) {
      const ids = await found(q, { locale: 'vi' });
      // Of several words, texts that have most of them follow.
      assert.deepEqual(q.includes(' ') ? ids.slice(0, 3).sort() : [...ids].sort(), three, q);
      assert.equal(ids[0], three[first], q);
    }
    for (const q of ['hoà khí', 'hòa khí', 'hoa khi', 'HÒA KHÍ', 'thuỷ đàm', 'thủy đàm', 'thuy dam', 'Thuỷ dam', 'đẽo đá', 'deo da', 'đẽo da'])
      assert.ok((await found(q, { locale: 'vi' })).includes('tones'), q);
  });

  test('another form of a word, where a language has a stemmer', async () => {
    for (const [locale, ...words] of [
      ['en', 'lacquerer', 'burnished tray', 'BURNISHES'], ['fr', 'brodeuse', 'ciselés', 'doré'], ['es', 'bordadora', 'abanico'],
      ['ru', 'вышивальщица', 'веер'], ['ar', 'مطرز', 'مطرزون', 'مراوح'], ['pt', 'bordadeira', 'leque'],
      ['de', 'Stickern', 'nähte', 'Fächern'], ['id', 'kipas', 'sulam'],
    ]) {
      for (const q of words)
        assert.ok((await found(q, { locale })).includes(`stem-${locale}`), `${locale} ${q}`);
    }
  });

  test('all of them, wherever they stand', async () => {
    assert.deepEqual((await found('glockenspiel copper')).slice(0, 2).sort(), ['no-phrase', 'phrase']);
    assert.equal((await found('glockenspiel drum copper'))[0], 'phrase');
    const { total, items, query } = await search('glockenspiel qzxquuxq');
    assert.deepEqual([total > 0, query.relaxed, items.every((one) => ['phrase', 'no-phrase'].includes(one.id))], [true, true, true]);
  });

  test('a phrase stands in a row, in one block', async () => {
    for (const q of ['"copper kettle"', '“copper kettle”', '„Copper Kettle“', '«copper kettle»', '「copper kettle」', '＂copper kettle＂'])
      assert.deepEqual(await found(q), ['phrase'], q);
    assert.deepEqual(await found('"kettle of copper"'), ['no-phrase']);
    assert.deepEqual(await found('"quillwort blossom"'), []);
    assert.equal((await found('quillwort blossom'))[0], 'phrase');
    assert.deepEqual(await found('"ตากลม"', { locale: 'th' }), ['run-th']);
    assert.deepEqual(await found('"織錦作坊"', { locale: 'zh-Hant' }), ['run-zh']);
    assert.deepEqual((await found('"copper kettle')).slice(0, 2).sort(), ['no-phrase', 'phrase'], 'without its partner a mark is nothing');
  });

  test('what is excluded is not there', async () => {
    for (const q of ['glockenspiel -drum', 'glockenspiel −drum', 'glockenspiel －drum', '-drum glockenspiel', 'glockenspiel -"copper kettle"'])
      assert.deepEqual(await found(q), ['no-phrase'], q);
    assert.deepEqual((await found('glockenspiel co-pper')).includes('phrase'), true, 'a hyphen within a word excludes nothing');
    assert.deepEqual(await found('glockenspiel -copper'), []);
    assert.ok(!(await found('水乡 -作坊', { locale: 'zh-Hans' })).includes('run-zh'));
  });
});

// ---- scripts without spaces ---------------------------------------------------------------------

const graphemes = (text, locale) => [...new Intl.Segmenter(locale, { granularity: 'grapheme' }).segment(text)].map((one) => one.segment);

describe('scripts without spaces', () => {
  test('words that a dictionary cuts otherwise', async () => {
    for (const [locale, id, words] of [
      ['th', 'run-th', ['ตากลม', 'ตาก', 'ลม', 'ตา', 'กลม', 'ริมทะเล', 'ฟ้า']],
      ['lo', 'run-lo', ['ຊາວນາ', 'ນາ', 'ປູກເຂົ້າ', 'ນ້ຳຂອງ', 'ນໍ້າຂອງ', 'ນ້ຳ', 'ນໍ້າ']],
      ['km', 'run-km', ['ផ្សារអណ្តែត', 'អណ្តែត', 'ទំនិញ', 'អ្នកលក់', 'ទឹក']],
      ['zh-Hans', 'run-zh', ['研究生', '研究', '生命', '命起', '水乡', '水鄉', '織錦', '织锦']],
      ['zh-Hant', 'run-zh', ['水鄉', '織錦作坊', '學者']],
      ['ja', 'run-ja', ['東京都', '京都', '都庁', '漆器', '工房']],
    ]) {
      for (const q of words) assert.ok((await found(q, { locale })).includes(id), `${locale} ${q}`);
    }
  });

  test('any stretch of any text finds the text', async () => {
    const next = random();
    const script = { th: /\p{Script=Thai}{4,}/gu, lo: /\p{Script=Lao}{4,}/gu, km: /\p{Script=Khmer}{4,}/gu, 'zh-Hans': /\p{Script=Han}{3,}/gu, ja: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]{3,}/gu };
    for (const [locale, pattern] of Object.entries(script)) {
      const names = (await readdir(join(top, 'content/starter/articles'))).filter((one) => ['pho', 'ha-long-bay', 'water-puppets', 'fish-sauce'].includes(one));
      for (let i = 0; i < 12; i++) {
        const id = names[Math.floor(next() * names.length)];
        const text = (await readFile(join(top, 'content/starter/articles', id, `${locale}.md`), 'utf8')).split('\n---\n').slice(1).join().replaceAll(/!?\[[^\]]*\]\([^)]*\)/g, ' ');
        const runs = text.normalize('NFC').match(pattern);
        const run = graphemes(runs[Math.floor(next() * runs.length)], locale);
        const from = Math.floor(next() * (run.length - 1));
        const q = run.slice(from, from + 2 + Math.floor(next() * 4)).join('');
        const answer = await search(q, { locale, language: locale, limit: 100 });
        if (answer.places.length) continue; // found as a place, by all of its names
        assert.ok(!answer.query.relaxed && answer.items.some((one) => one.id === id), `${locale} ${id} ${q}: ${answer.items.map((one) => one.id)} ${JSON.stringify(answer.query)}`);
      }
    }
  });
});

// ---- places -------------------------------------------------------------------------------------

describe('places', () => {
  test('one place by its names in every language, and the texts on it', async () => {
    const names = ['Hanoi', 'Hà Nội', 'ha noi', 'Ha Noi', 'Hanói', 'Hanoï', '河内', '河內', 'ハノイ', '하노이', 'Ханой', 'هانوي', 'ฮานอย', 'ຮ່າໂນ້ຍ', 'ហាណូយ'];
    for (const locale of ['en', 'vi', 'ja', 'ar', 'th', 'ko']) {
      for (const q of names) {
        const { places, items, total } = await search(q, { locale });
        assert.equal(places[0]?.id, 'ha-noi', `${locale} ${q}`);
        assert.equal(places[0].path, `/${locale}/provinces/ha-noi/`);
        assert.ok(total >= 10, `${locale} ${q}: ${total}`);
        assert.ok(items.some((one) => one.id === 'profile-ha-noi'), `${locale} ${q}`);
        assert.equal(items[0].locale, (await search('Hanoi', { locale })).items[0].locale, `${locale} ${q}`);
      }
    }
    assert.equal((await search('河内', { locale: 'ja' })).places[0].name, 'ハノイ');
    assert.equal((await search('Hanoi', { locale: 'ar' })).places[0].name, 'هانوي');
  });

  test('former names, and places that are no units', async () => {
    for (const [q, id] of [['Hà Tây', 'ha-tay'], ['ha tay', 'ha-tay'], ['Sài Gòn', 'ho-chi-minh'], ['西贡', 'ho-chi-minh'], ['サイゴン', 'ho-chi-minh'],
      ['Faifo', 'hoi-an'], ['Thang Long', 'ha-noi'], ['昇龍', 'ha-noi'], ['Thừa Thiên Huế', 'hue']]) {
      const { places, items } = await search(q);
      assert.ok(places.some((one) => one.id === id), `${q}: ${places.map((one) => one.id)}`);
      assert.ok(items.length > 0, q);
    }
    const [hoiAn] = (await search('Faifo')).places;
    assert.deepEqual([hoiAn.name, hoiAn.kind, hoiAn.path], ['Hoi An', 'town', '/en/provinces/da-nang/']);
    assert.ok((await found('Hồ Chí Minh')).includes('saigon'), 'a text that has a former name alone');
    assert.ok((await found('호찌민', { locale: 'ko' })).includes('saigon'));
  });

  test('a place among other words', async () => {
    const { places, items } = await search('opera house in Ho Chi Minh City');
    assert.ok(places.some((one) => one.id === 'ho-chi-minh'));
    assert.equal(items[0].id, 'saigon');
    assert.ok((await found('オペラ opera サイゴン')).includes('saigon'), 'not all words are there');
  });

  test('a name that the gazetteer learns is found at once', async () => {
    const entry = (name) => folder({ 'gazetteer.json': JSON.stringify([{ id: 'copper-house', kind: 'site', provinces: ['hue'], names: { en: ['Kettle of copper'], ...name }, source: 'a test' }]) });
    assert.deepEqual((await search('Zubrowka')).places, []);
    await portal.must(['import', await entry({ de: ['Zubrowka'] })]);
    const { places, items } = await waitFor(async () => {
      const answer = await search('Zubrowka');
      return answer.places.length && answer;
    });
    assert.deepEqual([places[0].id, places[0].path], ['copper-house', '/en/provinces/hue/']);
    assert.deepEqual(items.map((one) => one.id), ['no-phrase']);
    assert.deepEqual((await suggest('Zubr')).map((one) => one.id), ['copper-house']);
    await portal.must(['import', await entry({ de: ['Wodkaburg'] })]);
    await waitFor(async () => (await search('Zubrowka')).places.length === 0);
    assert.deepEqual(await found('Wodkaburg'), ['no-phrase']);
  });
});

// ---- what is begun or mistyped ------------------------------------------------------------------

describe('suggestions', () => {
  test('places whose names begin so, in the reader’s language', async () => {
    for (const [locale, q, id, text] of [
      ['en', 'hano', 'ha-noi', 'Hanoi'], ['vi', 'ha n', 'ha-noi', 'Hà Nội'], ['vi', 'Hà Nộ', 'ha-noi', 'Hà Nội'], ['ru', 'Хан', 'ha-noi', 'Ханой'],
      ['ar', 'هان', 'ha-noi', 'هانوي'], ['ja', 'ハノ', 'ha-noi', 'ハノイ'], ['th', 'ฮาน', 'ha-noi', 'ฮานอย'], ['ko', '하노', 'ha-noi', '하노이'],
      ['zh-Hant', '河', 'ha-noi', '河內'], ['en', 'Faif', 'hoi-an', 'Hoi An'], ['en', 'saig', 'ho-chi-minh', 'Ho Chi Minh City'],
    ]) {
      const place = (await suggest(q, { locale })).find((one) => one.id === id);
      assert.ok(place, `${locale} ${q}: ${JSON.stringify(await suggest(q, { locale }))}`);
      assert.deepEqual([place.kind, place.text, place.locale], ['place', text, locale], `${locale} ${q}`);
      assert.ok(place.path.startsWith(`/${locale}/provinces/`));
    }
  });

  test('titles with these words, the last one begun', async () => {
    for (const [locale, q, id] of [
      ['en', 'lacq', 'stem-en'], ['en', 'copper ket', 'phrase'], ['en', 'kettle cop', 'no-phrase'], ['vi', 'chuyen que', 'as-written-0'],
      ['th', 'หุ่น', 'water-puppets'], ['th', 'หุ่นกระ', 'water-puppets'], ['ja', '水上', 'water-puppets'], ['ja', '水', 'water-puppets'],
      ['zh-Hans', '水上木', 'water-puppets'], ['km', 'អាយ', 'water-puppets'], ['lo', 'ຫີນ', 'ha-long-bay'], ['ar', 'خلي', 'ha-long-bay'],
    ]) {
      const items = await suggest(q, { locale, limit: 20 });
      const article = items.find((one) => one.id === id && one.kind === 'article');
      assert.ok(article, `${locale} ${q}: ${JSON.stringify(items)}`);
      assert.equal(article.locale, locale);
      assert.ok(article.path.startsWith(`/${locale}/articles/`), article.path);
    }
    assert.deepEqual(await suggest('cop ket'), [], 'only the last is begun');
  });

  test('one letter, many, and those that mean something to a database', async () => {
    assert.ok((await suggest('h')).length > 0);
    assert.equal((await suggest('h', { limit: 2 })).length, 2);
    assert.ok((await suggest('ฮ', { locale: 'th' })).length > 0);
    for (const q of ['h%', 'h_noi', 'h\\', '%a', '_a', 'a%b\\%', "h'", 'h:*', 'h & !n'])
      assert.ok((await suggest(q)).every((one) => ['place', 'article'].includes(one.kind)), q);
    assert.ok(!(await suggest('h_noi')).some((one) => one.id === 'ha-noi'), 'no wildcard');
    assert.ok(!(await suggest('%anoi')).some((one) => one.id === 'ha-noi'));
    assert.deepEqual(await suggest('qzqzqz'), []);
  });
});

describe('mistyped words', () => {
  test('are taken for the nearest there is, and the reader is told', async () => {
    await learnt();
    for (const [q, to, id] of [['velichor', 'vellichor', 'page-1'], ['vellichro', 'vellichor', 'page-1'], ['laquerers', 'lacquerers', 'stem-en'], ['hanio', 'hanoi', 'profile-ha-noi']]) {
      const { query, items } = await search(q, { limit: 100 });
      assert.deepEqual(query, { text: q, corrected: [{ from: q, to }], relaxed: false });
      assert.ok(items.some((one) => one.id === id), q);
    }
    const both = await search('zumbra tambouers');
    assert.deepEqual(both.query.corrected, [{ from: 'tambouers', to: 'tambours' }]);
    assert.equal(both.items[0].id, 'many');
  });

  test('never a word that there is, short ones or numbers', async () => {
    for (const q of ['queng', 'quéng', 'vellichor', 'lacquerers', 'Hanoi', 'zumbra'])
      assert.deepEqual((await search(q, { locale: 'vi' })).query.corrected, [], q);
    for (const q of ['qzx', '98761', 'ตากลมม'])
      assert.deepEqual((await search(q)).query.corrected, [], q);
  });
});

// ---- which, how many, in which order ------------------------------------------------------------

describe('answers', () => {
  test('an article is one hit, in the reader’s language', async () => {
    for (const [locale, shown] of [['en', 'en'], ['fr', 'fr'], ['vi', 'vi'], ['de', 'en'], ['rad', 'vi']]) {
      const hits = (await search('zumbra', { locale })).items.filter((one) => one.id === 'many');
      assert.equal(hits.length, 1, locale);
      assert.equal(hits[0].locale, shown, locale);
      assert.deepEqual([...hits[0].languages].sort(), ['en', 'fr', 'vi']);
      assert.equal(hits[0].match, locale === shown ? 'asked' : 'fallback');
    }
    const [hit] = (await search('zumbra loud', { locale: 'fr' })).items;
    assert.deepEqual([hit.id, hit.locale], ['many', 'en'], 'the text that matches, not the reader’s');
    assert.match(hit.path, /^\/fr\/articles\//, 'shown by the edition of the reader, which has it');
  });

  test('the reader’s language comes first', async () => {
    for (const locale of ['vi', 'en', 'ja', 'th', 'ar', 'fr']) {
      const { items } = await search('UNESCO', { locale, limit: 100 });
      const order = items.map((one) => one.locale === locale);
      assert.deepEqual(order, [...order].sort((a, b) => b - a), `${locale}: ${items.map((one) => one.locale)}`);
      if (['en', 'vi'].includes(locale)) assert.ok(order[0], locale);
    }
  });

  test('by title before text, and the newest first', async () => {
    assert.deepEqual(await found('zumbra', { locale: 'vi' }), ['few', 'many']);
    const { items } = await search('vellichor', { sort: 'newest', limit: 100 });
    for (const own of [true, false]) {
      const times = items.filter((one) => (one.locale === 'en') === own).map((one) => Date.parse(one.published_at));
      assert.ok(times.length > 5);
      assert.deepEqual(times, [...times].sort((a, b) => b - a));
    }
  });

  test('filters, alone and together', async () => {
    const all = await found('zumbra');
    assert.deepEqual(all.sort(), ['few', 'many']);
    for (const [name, value, ids] of [
      ['language', 'fr', ['many']], ['language', 'FR', ['many']], ['language', 'de', []], ['topic', 'music', ['few', 'many']], ['topic', 'food', []],
      ['province', 'hung-yen', ['many']], ['province', 'ha-noi', []], ['agency', 'desk', ['many']], ['agency', 'none', []],
      ['kind', 'news', ['many']], ['year', '2024', ['many']], ['year', '2025', ['few']], ['year', '1999', []], ['topic', '', ['few', 'many']],
    ]) assert.deepEqual((await found('zumbra', { [name]: value })).sort(), ids, `${name}=${value}`);
    assert.deepEqual(await found('zumbra', { topic: 'music', province: 'hung-yen', agency: 'desk', kind: 'news', year: '2024', language: 'vi' }), ['many']);
    assert.equal((await search('zumbra', { language: 'vi', year: '2024' })).items[0].locale, 'vi');
    assert.deepEqual(await found('zumbra', { topic: 'music', year: '2025', agency: 'desk' }), []);
  });

  // What a facet says is what its filter gives, whatever else is asked.
  test('facets count', async () => {
    const next = random();
    const pick = (list) => list[Math.floor(next() * list.length)];
    const words = ['Việt Nam', 'nước', 'water', 'river', 'sông', 'UNESCO', 'mountain', 'Hà Nội', '水', 'ภูเขา', 'deo nui', 'lễ hội', 'zumbra', 'music', 'rice -river', '"world heritage"'];
    const filters = ['language', 'topic', 'province', 'agency', 'kind', 'year'];
    let counted = 0;
    for (let i = 0; i < 14; i++) {
      const q = pick(words);
      const locale = pick(['en', 'vi', 'ja', 'th', 'ar']);
      const { facets } = await search(q, { locale, limit: 1 });
      const set = {};
      for (const name of filters) if (next() < 0.25 && facets[name].length) set[name] = pick(facets[name]).value;
      const answer = await search(q, { locale, limit: 1, ...set });
      for (const name of filters) {
        const counts = answer.facets[name].map((one) => one.count);
        assert.deepEqual(counts, [...counts].sort((a, b) => b - a), `${q} ${name}: the most first`);
        assert.equal(new Set(answer.facets[name].map((one) => one.value)).size, counts.length);
        for (const one of answer.facets[name].filter(() => next() < 0.4)) {
          const { total } = await search(q, { locale, limit: 1, ...set, [name]: one.value });
          assert.equal(total, one.count, `${q} ${JSON.stringify({ locale, ...set, [name]: one.value })}`);
          counted++;
        }
      }
    }
    assert.ok(counted > 40, `${counted} counts`);
    const named = (await search('zumbra', { locale: 'vi' })).facets;
    assert.deepEqual(named.language.find((one) => one.value === 'fr').name, 'Français');
    assert.equal(named.province[0].name, 'Hưng Yên');
    assert.deepEqual(named.year.map((one) => one.value).sort(), ['2024', '2025']);
  });

  test('every language, topic and kind is named', async () => {
    const { facets } = await search('Viet Nam', { locale: 'en' });
    for (const name of ['language', 'topic', 'province', 'agency', 'kind', 'year'])
      for (const one of facets[name]) assert.ok(one.name, `${name} ${one.value}`);
  });
});

// ---- snippets -----------------------------------------------------------------------------------

describe('snippets', () => {
  const squeeze = (text) => text.replaceAll(/\s+/g, '');
  const fold = (text) => text.normalize('NFD').replaceAll(/\p{Mn}/gu, '').replaceAll(/đ/gi, 'd').toLowerCase();

  test('are a stretch of the text with the hits marked, whole graphemes', async () => {
    for (const [locale, q] of [
      ['vi', 'nuoc mam'], ['vi', 'Hà Nội'], ['vi', 'rối nước'], ['en', 'fish sauce'], ['ar', 'خليج'], ['ar', 'الدمى'], ['th', 'น้ำปลา'], ['th', 'หุ่น'],
      ['km', 'អាយ៉ង'], ['km', 'ទឹក'], ['lo', 'ນ້ຳ'], ['zh-Hans', '水上木偶'], ['zh-Hans', '水'], ['zh-Hant', '河粉'], ['ja', '人形劇'], ['ja', '水'], ['ko', '인형극'], ['ru', 'залив'],
    ]) {
      const { items } = await search(q, { locale, language: locale, limit: 10 });
      assert.ok(items.length > 0, `${locale} ${q}`);
      let hits = 0;
      for (const item of items) {
        const { html } = await get(`/v1/articles/${item.id}?locale=${locale}`);
        const text = decode(html.replaceAll(/<[^>]*>/g, ' '));
        const joined = item.snippet.map((one) => one.text).join('');
        const stretch = joined.replace(/^…/, '').replace(/…$/, '');
        const label = `${locale} ${q} ${item.id}: ${JSON.stringify(item.snippet)}`;
        assert.ok(squeeze(text).includes(squeeze(stretch)), label);
        assert.ok(graphemes(joined, locale).length <= 200, `${label}: ${graphemes(joined, locale).length}`);
        assert.equal(item.title_parts.map((one) => one.text).join(''), item.title);
        // Parts, and the ends of the whole, stand where graphemes do.
        const ends = new Set([0]);
        for (const one of graphemes(joined, locale)) ends.add([...ends].at(-1) + one.length);
        let at = 0;
        for (const one of item.snippet) assert.ok(ends.has(at += one.text.length), `${label}: a grapheme is cut`);
        const whole = squeeze(text);
        const begin = whole.indexOf(squeeze(stretch));
        const bounds = new Set([0]);
        for (const one of graphemes(whole, locale)) bounds.add([...bounds].at(-1) + one.length);
        assert.ok(bounds.has(begin) && bounds.has(begin + squeeze(stretch).length), `${label}: a grapheme is cut at an end`);
        for (const one of [...item.snippet, ...item.title_parts]) {
          assert.ok(one.text.length > 0, label);
          if (!one.hit) continue;
          hits++;
          assert.equal(one.text, one.text.trim(), label);
          if (['vi', 'en'].includes(locale))
            for (const word of fold(one.text).split(/[^\p{L}]+/u).filter(Boolean)) assert.ok(fold(q).split(' ').some((asked) => word.slice(0, 3) === asked.slice(0, 3)), label);
          else if (!['ar', 'ru', 'ko'].includes(locale))
            assert.ok(graphemes(one.text, locale).every((letter) => [...fold(letter)].some((c) => fold(q).includes(c))), label);
        }
      }
      assert.ok(hits > 0, `${locale} ${q}: nothing is marked`);
    }
  });

  test('what is a hit, in titles too', async () => {
    const hit = async (q, id, more) => (await search(q, { limit: 100, ...more })).items.find((one) => one.id === id);
    const marked = (parts) => parts.filter((one) => one.hit).map((one) => one.text);
    assert.deepEqual(marked((await hit('hoa khi', 'tones', { locale: 'vi' })).title_parts), ['Hoà khí']);
    assert.deepEqual(marked((await hit('burnished', 'stem-en')).snippet), ['burnishing']);
    assert.deepEqual(marked((await hit('ตากลม', 'run-th', { locale: 'th' })).snippet), ['ตากลม']);
    assert.deepEqual(marked((await hit('水鄉', 'run-zh', { locale: 'zh-Hant' })).snippet), ['水乡']);
    assert.deepEqual(marked((await hit('ນໍ້າຂອງ', 'run-lo', { locale: 'lo' })).snippet), ['ນ້ຳຂອງ']);
    assert.deepEqual(marked((await hit('glockenspiel -drum', 'no-phrase')).snippet), ['glockenspiel']);
  });
});

// ---- pages --------------------------------------------------------------------------------------

describe('pages', () => {
  async function pages(more, between = () => {}) {
    const ids = [];
    let cursor;
    do {
      const { items, next } = await search('vellichor', { limit: 4, ...more, ...(cursor ? { cursor } : {}) });
      ids.push(...items.map((one) => one.id));
      cursor = next;
      await between(ids.length);
    } while (cursor);
    return ids;
  }

  test('every hit comes once, in the order of one long page', async () => {
    for (const sort of ['relevance', 'newest']) {
      const all = await found('vellichor', { sort });
      assert.ok(all.length >= 23);
      assert.deepEqual(await pages({ sort }), all, sort);
      assert.equal(new Set(all).size, all.length);
      assert.equal((await search('vellichor', { sort, limit: 4 })).total, all.length);
    }
  });

  test('none is lost and none comes twice while others are published', async () => {
    for (const sort of ['relevance', 'newest']) {
      const all = await found('vellichor', { sort });
      let issued = 0;
      const seen = await pages({ sort }, async (count) => {
        if (count > 12) return;
        issued++;
        done(await desk.issue(`between-${sort}-${issued}`, 'en', { slug: `between-${sort}-${issued}`, title: issued % 2 ? 'Something else' : 'Vellichor', body: 'Nothing of the kind.' }));
        await learnt();
      });
      assert.ok(issued >= 2);
      const old = seen.filter((id) => !id.startsWith('between'));
      assert.deepEqual([...old].sort(), [...all].sort().filter((id) => !id.startsWith('between')), sort);
      assert.equal(new Set(seen).size, seen.length, sort);
    }
  });

  test('a cursor belongs to its list, and the link leads on', async () => {
    const { next } = await search('vellichor', { limit: 4 });
    const { headers } = await api('GET', `/v1/search${address('vellichor', { locale: 'en', limit: 4 })}`);
    const [, link] = /<([^>]+)>; rel="next"/.exec(headers.get('link'));
    assert.deepEqual((await get(link.slice(ORIGIN.length))).items, (await search('vellichor', { limit: 4, cursor: next })).items);
    for (const target of [`/v1/articles?cursor=${next}`, `/v1/media?cursor=${next}`, `/v1/search?q=zumbra&cursor=${next.slice(0, -2)}`, '/v1/search?q=zumbra&cursor=x']) {
      const { status, body } = await api('GET', target);
      assert.deepEqual([status, body.field], [400, 'cursor'], target);
    }
    // Of another search: only what comes behind it.
    assert.ok((await found('zumbra', { cursor: next })).length <= 2);
  });
});

// ---- what changes -------------------------------------------------------------------------------

describe('what changes', () => {
  const soon = (condition) => waitFor(condition, { seconds: 5 });
  const save = async (id, locale, text) => {
    const { status, headers } = await desk.read(id, locale);
    return done(await desk.save(id, locale, text, status === 200 ? headers.get('etag') : undefined), status === 200 ? 200 : 201);
  };

  test('a draft is not found; what is published, updated and taken back is or is not at once', async () => {
    const name = (id) => async (q) => (await found(q)).includes(id);
    const has = name('life');
    done(await desk.create({ id: 'life', source_locale: 'en' }), 201);
    await save('life', 'en', { title: 'Frumious', body: 'A bandersnatch.' });
    assert.deepEqual([await has('frumious'), await has('bandersnatch'), (await suggest('frumi')).length], [false, false, 0]);
    done(await desk.publish('life', 'en'));
    await soon(() => has('frumious'));
    assert.ok(await has('bandersnatch'));
    assert.deepEqual((await suggest('frumi')).map((one) => one.id), ['life']);
    await save('life', 'en', { title: 'Mimsy', body: 'A borogove.' });
    assert.deepEqual([await has('frumious'), await has('borogove')], [true, false]);
    done(await desk.publish('life', 'en'));
    await soon(() => has('borogove'));
    assert.deepEqual([await has('frumious'), await has('bandersnatch'), await has('mimsy')], [false, false, true]);
    done(await desk.withdraw('life', 'en', 'It was wrong.'));
    await soon(async () => !(await has('mimsy')));
    assert.deepEqual([await has('borogove'), (await suggest('mims')).length], [false, 0]);
    await save('life', 'en', { title: 'Mimsy again', body: 'A borogove.' });
    done(await desk.publish('life', 'en'));
    await soon(() => has('mimsy'));
    done(await desk.withdraw('life', 'en', 'It was wrong.', { kind: 'vanish' }));
    await soon(async () => !(await has('mimsy')));
    assert.equal(await portal.sql("select count(*) from search_text where article = 'life'"), '0');
  });

  test('an article moves between filters with what is told of it', async () => {
    const { headers } = await desk.issue('moving', 'en', { title: 'Galumphing', body: 'Text.' }, { topic: 'food', provinces: ['hue'], agency: 'desk' });
    assert.ok(headers);
    const has = async (more) => (await found('galumphing', more)).includes('moving');
    await soon(() => has({ topic: 'food', province: 'hue', agency: 'desk' }));
    const { body } = await desk.api('PATCH', '/v1/articles/moving', { body: { topic: 'music', provinces: ['ha-noi', 'da-nang'] } });
    assert.equal(body.topic, 'music', JSON.stringify(body));
    await soon(() => has({ topic: 'music' }));
    assert.deepEqual([await has({ topic: 'food' }), await has({ province: 'hue' }), await has({ province: 'da-nang' }), await has({ province: 'ha-noi', topic: 'music' })], [false, false, true, true]);
    assert.deepEqual((await search('galumphing')).facets.province.map((one) => one.value).sort(), ['da-nang', 'ha-noi']);
  });

  // The words that were learnt bit by bit are those that a count of all texts gives.
  test('the vocabulary is what the texts hold', async () => {
    const next = random();
    const pick = (list) => list[Math.floor(next() * list.length)];
    const words = ['brillig', 'slithy', 'toves', 'gyre', 'gimble', 'wabe', 'mome', 'raths', 'Việt', 'Viet', 'ฮานอย', '河內', '12', 'nước'];
    const text = () => ({ title: `Word ${pick(words)}`, body: Array.from({ length: 1 + Math.floor(next() * 8) }, () => pick(words)).join(' '), slug: `w-${Math.floor(next() * 1e9)}` });
    const live = new Map();
    for (let i = 0; i < 40; i++) {
      const id = `vocabulary-${Math.floor(next() * 6)}`;
      const locale = pick(['en', 'vi', 'zh-Hant']);
      const key = `${id} ${locale}`;
      if (live.get(key) && next() < 0.4) {
        done(await desk.withdraw(id, locale, 'Wrong.', next() < 0.5 ? { kind: 'vanish' } : {}));
        live.set(key, false);
      } else {
        await desk.create({ id, source_locale: 'en' });
        await save(id, locale, text());
        if (next() < 0.8) {
          done(await desk.publish(id, locale));
          live.set(key, true);
        }
      }
    }
    await learnt();
    const difference = await portal.sql(`with counted as (
        select t.locale, w as word, count(*)::int as texts from search_text t, unnest(search_words(t.vector)) w group by 1, 2
      ), kept as (select locale, word, texts from search_word where texts <> 0)
      (select 'kept', * from kept except select 'kept', * from counted) union all (select 'counted', * from counted except select 'counted', * from kept) limit 10`);
    assert.equal(difference, '');
    assert.equal(await portal.sql(`select count(*) from edition e full join search_text t on t.edition = e.id
      where (e.state = 'live') <> (t.edition is not null) or (e.state = 'live' and t.article is null)`), '0', 'live texts, and no others');
  });
});

test('texts of a database that is older than search are found once it is migrated, and wholly once it is rendered', async () => {
  const old = await startCluster();
  try {
    const sums = [];
    for (const name of ['0001-portal.sql', '0002-editors.sql']) {
      const path = join(top, 'content/schema', name);
      await old.sql(await readFile(path, 'utf8'));
      sums.push([name, (await run('b2sum', ['-l', '256', path])).stdout.split(' ')[0]]);
    }
    await old.sql(`create table migration (number int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now());
      insert into migration (number, name, checksum) values ${sums.map(([name, sum]) => `(${Number(name.slice(0, 4))}, '${name}', '${sum}')`).join()};
      insert into locale values ('vi'), ('en'), ('th');
      insert into topic (id, names) values ('food', '{"en": "Food"}');
      insert into province (id) values ('hue');`);
    // As draft_save() and draft_publish() of that time did.
    const live = async (id, locale, title, body, words) => {
      const vector = `setweight(to_tsvector('simple', '${words[0]}'), 'A') || setweight(to_tsvector('simple', '${words[1]}'), 'B')
        || setweight(to_tsvector('simple', '${words[2]}'), 'C') || setweight(to_tsvector('simple', '${words[3]}'), 'D')`;
      await old.sql(`insert into article (id, kind, source_locale, topic, published_at) values ('${id}', 'news', 'vi', 'food', '2025-03-01') on conflict do nothing;
        insert into article_province (article, province, position) values ('${id}', 'hue', 1) on conflict do nothing;
        insert into edition (article, locale, revision, version, state, slug, skeleton, title, body, html, renderer, words, search, stage, major, major_at, published_at, updated_at)
        values ('${id}', '${locale}', 1, 1, 'live', '${id}-${locale}', '${id}-${locale}', '${title}', '${body}', '<p>${body}</p>', 2, 3, ${vector}, 'published', 1, '2025-03-01', '2025-03-01', '2025-03-01')`);
    };
    await live('quilt', 'vi', 'Chăn chần', 'Khâu tay', ['chăn chần', 'khâu tay', 'chan chan', 'khau tay']);
    await live('quilt', 'en', 'Quilts', 'Sewn by hand', ['quilts', 'sewn by hand', 'quilts', 'sewn by hand']);
    await live('quilt', 'th', 'ผ้านวม', 'เย็บด้วยมือ', ['ผ้า นวม', 'เย็บ ด้วย มือ', 'ผ้า นวม', 'เย็บ ด้วย มือ']);
    await old.sql(`insert into edition (article, locale, revision, state, slug, skeleton, title, body, html, renderer, words_found)
      values ('quilt', 'en', 2, 'draft', 'quilt-en', 'quilt-en', 'Quilts', 'Sewn by machines', '<p>Sewn by machines</p>', 2, '{"title": "quilts", "body": "sewn by machines", "title_folded": "quilts", "body_folded": "sewn by machines"}')`);
    await old.must(['migrate']);
    const reading = await old.serve({ SEN_REQUESTS_PER_SECOND: 0 });
    const ask = await openapi(reading);
    const hits = async (q, locale, more = {}) => done(await ask('GET', `/v1/search${address(q, { locale, ...more })}`)).items.map((one) => `${one.id} ${one.locale}`);
    assert.deepEqual(await hits('chăn chần', 'vi'), ['quilt vi']);
    assert.deepEqual(await hits('chan chan', 'vi'), ['quilt vi']);
    assert.deepEqual(await hits('khau tay', 'vi', { topic: 'food', province: 'hue', kind: 'news', year: '2025' }), ['quilt vi']);
    assert.deepEqual(await hits('quilts', 'en'), ['quilt en']);
    await old.must(['render', '--all']);
    await waitFor(async () => (await hits('quilting', 'en')).length); // a stem, which there was none of
    assert.deepEqual(await hits('นวม', 'th'), ['quilt th']);
    assert.deepEqual(await hits('"chăn chần"', 'vi'), ['quilt vi']);
    const writing = editor(asPlain(reading, await old.token()));
    done(await writing.publish('quilt', 'en'));
    await waitFor(async () => (await hits('machine', 'en')).length);
    await waitFor(async () => await old.sql('select count(*) from search_delta') === '0');
    assert.equal(await old.sql(`select count(*) from search_word w where w.texts <> (select count(*) from search_text t
      where t.locale = w.locale and (w.word = '' or w.word = any (search_words(t.vector))))`), '0', 'words of then are not counted twice or below nothing');
  } finally {
    await old.stop();
  }
});

// ---- the feed of a search -----------------------------------------------------------------------

describe('the feed', () => {
  const ATOM = 'http://www.w3.org/2005/Atom';
  const feed = async (path) => {
    const { status, body } = await api('GET', path);
    assert.equal(status, 200, path);
    return /json/.test(path.split('?')[0]) ? body : parseXml(body);
  };
  const self = (root) => root.all('link', ATOM).find((one) => one.attributes.rel === 'self').attributes.href;

  test('has an address that the search tells, and is the same in three formats', async () => {
    const { feed: told } = await search('vellichor', { kind: 'feature', sort: 'newest', limit: 3, language: 'en', topic: '' });
    assert.equal(told, '/feeds/en/search/atom.xml?kind=feature&q=vellichor');
    const path = '/feeds/en/search/atom.xml?q=vellichor';
    const atom = await feed(path);
    assert.equal(self(atom), ORIGIN + path);
    assert.match(atom.one('title').text, /vellichor/);
    const ids = atom.all('entry').map((one) => one.one('id').text);
    const own = (await search('vellichor', { language: 'en', limit: 100 })).items.map((one) => `${ORIGIN}/id/articles/${one.id}/en`);
    assert.deepEqual([...ids].sort(), own.sort());
    const times = atom.all('entry').map((one) => Date.parse(one.one('updated').text));
    assert.deepEqual(times, [...times].sort((a, b) => b - a));
    const rss = (await feed('/feeds/en/search/rss.xml?q=vellichor')).one('channel');
    assert.deepEqual(rss.all('item').map((one) => one.one('guid').text), ids);
    assert.equal(self(rss), `${ORIGIN}/feeds/en/search/rss.xml?q=vellichor`);
    const json = await feed('/feeds/en/search/feed.json?q=vellichor');
    assert.deepEqual(json.items.map((one) => one.id), ids);
    assert.equal(json.feed_url, `${ORIGIN}/feeds/en/search/feed.json?q=vellichor`);
    assert.match(json.home_page_url, /\/en\/search\//);
  });

  test('the words and filters of a search', async () => {
    const ids = async (query, locale = 'vi') => (await feed(`/feeds/${locale}/search/feed.json?${query}`)).items.map((one) => one.id.split('/').at(-2));
    assert.deepEqual((await ids('q=zumbra')).sort(), ['few', 'many']);
    assert.deepEqual(await ids('q=zumbra&topic=music&province=hung-yen&agency=desk&kind=news&year=2024'), ['many']);
    assert.deepEqual(await ids('q=zumbra&year=2025'), ['few']);
    assert.deepEqual(await ids('q=zumbra', 'fr'), ['many']);
    assert.deepEqual(await ids('q=zumbra', 'de'), []);
    assert.deepEqual(await ids(`q=${encodeURIComponent('"copper kettle"')}`, 'en'), ['phrase']);
    assert.ok((await ids(`q=${encodeURIComponent('河内')}`, 'en')).includes('profile-ha-noi'));
    const { headers } = await api('GET', '/feeds/vi/search/atom.xml?year=2024&q=zumbra');
    assert.match(headers.get('link'), /<https:\/\/sen\.example\/feeds\/vi\/search\/atom\.xml\?q=zumbra&year=2024>; rel="self"/, 'one search has one address');
  });

  test('older pages hold everything once', async () => {
    const lines = Array.from({ length: 120 }, (_, i) => ({ id: `fed-${i}`, locale: 'en', source_locale: 'en', slug: `fed-${i}`, title: `Snicker ${i}`, body: i % 2 ? 'A vorpal sword.' : 'A snack.' }));
    await portal.must(['import', await folder({ 'fed.jsonl': lines })]);
    for (const file of ['atom.xml', 'feed.json']) {
      const seen = [];
      let path = `/feeds/en/search/${file}?q=vorpal+sword&kind=feature`;
      let pages = 0;
      while (path) {
        const page = await feed(path);
        seen.push(...(file === 'feed.json' ? page.items.map((one) => one.id) : page.all('entry').map((one) => one.one('id').text)));
        const older = file === 'feed.json' ? page.next_url : page.all('link', ATOM).find((one) => one.attributes.rel === 'prev-archive')?.attributes.href;
        path = older?.slice(ORIGIN.length);
        assert.ok(++pages < 5);
      }
      assert.deepEqual([seen.length, new Set(seen).size], [60, 60], file);
    }
    const { status, body } = await api('GET', '/feeds/en/search/atom.xml?q=vorpal&before=nonsense');
    assert.deepEqual([status, body.field], [400, 'before']);
  });

  test('follows what is published, and refuses what is no search', async () => {
    const path = '/feeds/en/search/feed.json?q=callooh';
    assert.deepEqual((await feed(path)).items, []);
    done(await desk.issue('callooh', 'en', { title: 'Callooh', body: 'Callay!' }));
    await waitFor(async () => (await feed(path)).items.length === 1);
    done(await desk.withdraw('callooh', 'en', 'Wrong.'));
    await waitFor(async () => (await feed(path)).items.length === 0);
    for (const [query, field] of [['', 'q'], ['q=', 'q'], ['q=-x', 'q'], ['q=x&year=abc', 'year'], ['q=x&language=en', 'language'], ['q=x&sort=newest', 'sort'], [`q=${'x'.repeat(301)}`, 'q']]) {
      const { status, body } = await api('GET', `/feeds/en/search/atom.xml?${query}`);
      assert.deepEqual([status, body.field], [400, field], query);
    }
    assert.equal((await api('GET', '/feeds/tlh/search/atom.xml?q=x')).status, 404);
    assert.equal((await api('GET', '/feeds/en/search/index.html?q=x')).status, 404);
  });
});

// ---- bad input ----------------------------------------------------------------------------------

describe('bad input', () => {
  const routes = ['/v1/search?', '/v1/search/suggestions?', '/feeds/en/search/atom.xml?'];
  async function refused(query, key, field = 'q', only = routes) {
    for (const route of only) {
      const { status, body } = await api('GET', route + query, { headers: { 'accept-language': 'en' } });
      assert.deepEqual([status, body.field, body.type], [400, field, `${ORIGIN}/docs#problem-${key}`], `${route}${query.slice(0, 80)}`);
      assert.match(body.title, new RegExp(field));
    }
  }
  async function answered(q) {
    for (const route of routes) {
      const began = performance.now();
      const { status, body } = await api('GET', `${route}q=${encodeURIComponent(q)}`);
      assert.ok(performance.now() - began < 2000, `${route} ${JSON.stringify(q.slice(0, 60))}: ${performance.now() - began} ms`);
      assert.ok(status === 200 || (status === 400 && body.field === 'q'), `${route} ${JSON.stringify(q.slice(0, 60))}: ${status} ${JSON.stringify(body).slice(0, 200)}`);
    }
  }

  test('at the limit and past it', async () => {
    await answered('x'.repeat(300));
    await refused(`q=${'x'.repeat(301)}`, 'query_too_long');
    assert.equal((await api('GET', `/v1/search?q=${encodeURIComponent('水'.repeat(32))}`)).status, 200);
    await refused(`q=${encodeURIComponent('ก'.repeat(301))}`, 'query_too_long');
    assert.equal((await api('GET', `/v1/search?q=${Array.from({ length: 32 }, (_, i) => `w${i}`).join('+')}`)).status, 200);
    await refused(`q=${Array.from({ length: 33 }, (_, i) => `w${i}`).join('+')}`, 'search_many');
    await refused(`q=w+${Array.from({ length: 32 }, (_, i) => `-w${i}`).join('+')}`, 'search_many');
    for (const name of ['topic', 'province', 'agency', 'kind'])
      for (const route of ['/v1/search?q=x', '/feeds/en/search/atom.xml?q=x']) {
        assert.equal((await api('GET', `${route}&${name}=${'x'.repeat(200)}`)).status, 200, name);
        const { status, body } = await api('GET', `${route}&${name}=${'x'.repeat(201)}`);
        assert.deepEqual([status, body.field], [400, name]);
      }
    // Longer than an address may be.
    for (const length of [2000, 10000]) {
      const { status } = await api('GET', `/v1/search?q=${'x'.repeat(length)}`);
      assert.equal(status, length === 2000 ? 400 : 414);
    }
  });

  test('nothing to look for', async () => {
    await refused('', 'query_missing');
    await refused('q=', 'query_missing');
    await refused(`q=${encodeURIComponent('\u0301'.repeat(299))}`, 'query_broken'); // more marks than a letter may have
    for (const q of [' ', '"', '""', '"""""""', '“”', '-', '- - -', '-x', '-"a b"', '&', '&|!', '()', '<->', ':*', '!!!', '…', '%', '_', '\\', '\'', '--', '/*', '🍜🍜', '\u0301', '\u200b', '\u200d\u200d', '、。'])
      await refused(`q=${encodeURIComponent(q)}`, 'search_empty');
  });

  test('bytes that are no text', async () => {
    for (const q of ['%', '%4', '%zz', 'a%ff', '%c3', '%00', 'a%00b', '%0a', '%ed%a0%80', '%ed%b0%80x', '%c0%af', '%f4%90%80%80', '%fe%ff'])
      await refused(`q=${q}`, 'query_broken');
    for (const bytes of ['/v1/search?q=\xff\xfe', '/v1/search?q=h\xe0 n\u1ed9i', '/v1/search?q=a\0b']) {
      const { answers } = await exchange(server.port, Buffer.from(request('GET', bytes), 'latin1').toString('latin1'), { quiet: 0 });
      assert.equal(answers[0]?.status, 400, JSON.stringify(bytes));
    }
  });

  test('what looks like code, every mark, every script and direction', async () => {
    const marks = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~“”„«»「」『』＂−－‘’‹›¿¡…·、。〈〉';
    const queries = ["a' | !b & (c:*", "pho' or 1=1 --", "'; drop table article; --", "a:*", "a <-> b", "a<2>b", 'a\\', "a\\'", "''", '=pho', '~pho', '+phở', '@ha-noi', '=@', 'pho & !pho', '(pho | !', 'null', '{}', '$1', '{"units": []}',
      'a\u0301'.repeat(140), `a${'\u0301'.repeat(250)}`, 'phở 河内 ฮานอย هانوي Ханой हनोई', 'שלום مرحبا abc \u202e def', '\u202ehanoi', '\u2067ha\u2069 noi', 'ha\u200bnoi', 'ha\u00adnoi', 'ﷺ ﷺ ﷺ', 'ﷺ'.repeat(300), 'ß'.repeat(300), '\u{1f468}\u200d\u{1f469}\u200d\u{1f467} hanoi',
      '가'.repeat(300), 'ក្ក'.repeat(90), 'ๆ'.repeat(300), 'ກໍາ'.repeat(90), '\u0e33'.repeat(300), 'ー'.repeat(300), '々'.repeat(20), '㍿㌔', 'e'.repeat(299) + '\u0301', '\ufeffhanoi', '\ud7ff\ue000', '\u{10ffff}', '-'.repeat(300), '"'.repeat(300), '"a '.repeat(30), '-a '.repeat(30) + 'b', 'a-'.repeat(150), "a'".repeat(150), '%'.repeat(300), 'ha_noi%'];
    for (const one of marks) queries.push(one.repeat(7), `pho${one}`, `${one}pho`, `pho ${one}bo${one} ga`, one + one);
    for (const q of queries) await answered(q);
    assert.doesNotMatch(server.log, /level=error/);
  });

  test('anything at all', async () => {
    const next = random();
    const pieces = ['"', '“', '”', '-', '−', ' ', ' ', ' ', "'", '\\', '&', '|', '!', '(', ')', ':*', '<->', 'ha', 'nội', '河内', '水', 'ฮานอย', 'น้ำ', 'ນໍ້າ', 'ក្ក', '\u0301', '\u200d', 'ẹ', 'שלום', 'مرحبا', '한', '🍜', '1', '２', 'ﬁ', 'İ', 'ẞ', 'a'];
    for (let i = 0; i < 150; i++)
      await answered(Array.from({ length: 1 + Math.floor(next() * 25) }, () => pieces[Math.floor(next() * pieces.length)]).join(''));
  });

  test('parameters', async () => {
    const search_ = ['/v1/search?q=x&'];
    for (const year of ['abc', '-1', '1.5', '10000', '２０２４', '1e3']) await refused(`year=${encodeURIComponent(year)}&q=x`, 'number', 'year', ['/v1/search?', '/feeds/en/search/atom.xml?']);
    for (const language of ['xx', 'tlh', '..', 'vi,en']) await refused(`language=${language}`, 'unknown_locale', 'language', search_);
    await refused('sort=oldest', 'value', 'sort', search_);
    await refused('limit=0', 'limit', 'limit', search_);
    await refused('limit=101', 'limit', 'limit', search_);
    await refused('cursor=x', 'cursor', 'cursor', search_);
    await refused('locale=xx', 'unknown_locale', 'locale', search_);
    await refused('topics=x', 'query_unknown', 'topics', search_);
    await refused('q=y', 'query_doubled', 'q', search_);
    for (const name of ['topic', 'kind', 'cursor', 'sort', 'year']) await refused(`${name}=x`, 'query_unknown', name, ['/v1/search/suggestions?q=x&']);
    for (const value of ["x' or 1=1", '%', '}', '"', '\\', '{"a":1}']) assert.deepEqual(await found('pho', { topic: value }), [], value);
  });
});
