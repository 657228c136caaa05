// Import and export: what is refused and why, what a second import changes (nothing), and that an
// export comes back byte for byte.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startCluster, startPortal } from '../lib/portal.mjs';

// A folder that the owner of the cluster can read, with these files.
async function folder(files) {
  const top = await mkdtemp(join(tmpdir(), 'sen-import-'));
  await chmod(top, 0o777);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(top, dirname(name)), { recursive: true });
    await writeFile(join(top, name), content);
  }
  return top;
}

const front = (fields, body = 'Text.\n') =>
  `---\n${Object.entries(fields).map(([key, value]) => `${key}: ${value}\n`).join('')}---\n${body}`;
const lines = (items) => items.map((item) => `${JSON.stringify(item)}\n`).join('');
const text = (id, more = {}) => ({ id, locale: 'vi', title: `Bài ${id}`, body: 'Chữ.', ...more });

let portal;
const folders = [];
async function importing(files, options = []) {
  const top = await folder(files);
  folders.push(top);
  const result = await portal.run(['import', ...options, top]);
  return { ...result, top, refused: result.stderr.replaceAll(`${top}/`, '') };
}
const changes = () => portal.sql('select count(*), coalesce(max(seq), 0) from change');
const editions = () => portal.sql('select count(*), max(id) from edition');

before(async () => { portal = await startPortal(); });
after(async () => {
  await portal?.stop();
  for (const top of folders) await rm(top, { recursive: true, force: true });
});

describe('what is refused', () => {
  test('each broken file with its line and reason, and the rest goes in', async () => {
    const good = { id: 'good', locale: 'vi', title: 'Tốt' };
    const { status, stdout, refused } = await importing({
      'a-no-head.md': 'Just text.\n',
      'b-open.md': '---\nid: a\n',
      'c-yaml.md': '---\nid: a\nlocale: vi\ntitle: "x\n---\nText\n',
      'd-double.md': front({ id: 'a', locale: 'vi', title: 'x' }).replace('title:', 'id: b\ntitle:'),
      'e-unknown.md': front({ ...good, colour: 'red' }),
      'f-utf8.md': Buffer.concat([Buffer.from(front(good)), Buffer.from([0x41, 0xff, 0x0a])]),
      'g-locale.md': front({ ...good, locale: 'xx' }),
      'h-province.md': front({ ...good, id: 'h', provinces: '[atlantis]' }),
      'i-topic.md': front({ ...good, id: 'i', topic: 'gossip' }),
      'j-agency.md': front({ ...good, id: 'j', agency: 'nobody' }),
      'k-media.md': front({ ...good, id: 'k' }, 'One line.\n\n![x](media:none)\n'),
      'l-anchor.md': front({ ...good, title: '&x y' }),
      'm-good.md': front(good),
      'n-again.md': front(good),
      'notes.txt': 'not looked at',
    });
    assert.equal(status, 1);
    const expected = [
      /^a-no-head\.md:1: the file does not begin with front matter/m,
      /^b-open\.md:1: the front matter is not closed/m,
      /^c-yaml\.md:4: it is not valid YAML/m,
      /^d-double\.md:4: id: the key “id” is there twice/m,
      /^e-unknown\.md:5: colour: there is no such key/m,
      /^f-utf8\.md:7: the text is not valid UTF-8/m,
      /^g-locale\.md:3: locale: texts cannot be written in the locale “xx”/m,
      /^h-province\.md: provinces: there is no province “atlantis”/m,
      /^i-topic\.md: topic: there is no topic “gossip”/m,
      /^j-agency\.md: agency: there is no agency “nobody”/m,
      /^k-media\.md:\d+: body: /m,
      /^l-anchor\.md:4: anchors, aliases/m,
      /^n-again\.md: locale: this text in this language \(vi\) is in this import twice/m,
    ];
    for (const pattern of expected) assert.match(refused, pattern);
    assert.equal(refused.trim().split('\n').length, expected.length, refused);
    assert.match(stdout, /^1 texts: 1 added/m);
    assert.match(stdout, /^13 refused$/m);
    assert.equal(await portal.sql("select string_agg(article, ' ') from edition where state = 'live'"), 'good');
  });

  test('lines of JSON with their number', async () => {
    const { status, stdout, refused } = await importing({
      'a.jsonl': [
        JSON.stringify(text('line-good')),
        '{"id": "x", ',
        '{"id":"x","id":"y"}',
        JSON.stringify({ id: 'x', locale: 'vi', title: 'x' }),
        JSON.stringify(text('x', { title: 'a\u0001b' })),
        JSON.stringify(text('x', { provinces: 'hue' })),
        '[1]',
        JSON.stringify({ type: 'planet', id: 'x' }),
        JSON.stringify(text('line-good')),
        '',
        JSON.stringify(text('long', { body: 'x'.repeat(2 * 1024 * 1024) })),
        JSON.stringify(text('line-last')),
      ].join('\n'),
    });
    assert.equal(status, 1);
    assert.match(refused, /^a\.jsonl:2: it is not valid JSON/m);
    assert.match(refused, /^a\.jsonl:3: the key “id” is there twice/m);
    assert.match(refused, /^a\.jsonl:4: body: it is missing/m);
    assert.match(refused, /^a\.jsonl:5: title: it holds a control character/m);
    assert.match(refused, /^a\.jsonl:6: provinces: it must be a list/m);
    assert.match(refused, /^a\.jsonl:7: it must be an object/m);
    assert.match(refused, /^a\.jsonl:8: “planet”/m);
    assert.match(refused, /^a\.jsonl:9: locale: .*twice/m);
    assert.match(refused, /^a\.jsonl:11: the line is too long/m);
    assert.match(stdout, /^2 texts: 2 added/m);
  });

  test('a slug that another text has, in the import and in the database', async () => {
    const first = await importing({
      'a.jsonl': lines([text('slug-one', { slug: 'same' }), text('slug-two', { slug: 'same' }),
        text('slug-three', { slug: 'same', locale: 'en' })]),
    });
    assert.equal(first.status, 1);
    assert.match(first.refused, /^a\.jsonl:2: slug: this address belongs to the text slug-one$/m);
    assert.match(first.stdout, /^2 texts: 2 added/m);
    const second = await importing({ 'b.jsonl': lines([text('slug-four', { slug: 'same' })]) });
    assert.match(second.refused, /^b\.jsonl:1: slug: this address belongs to the text slug-one$/m);
    // Twins that look alike are one: the second begins with a Cyrillic letter.
    const twin = await importing({ 'c.jsonl': lines([text('slug-five', { slug: '\u0455\u0430m\u0435' })]) });
    assert.equal(twin.status, 1);
    // What was refused left nothing behind.
    assert.equal(await portal.sql("select count(*) from article where id in ('slug-two', 'slug-four', 'slug-five')"), '0');
  });

  test('languages that contradict each other', async () => {
    const { refused, stdout } = await importing({
      'a.jsonl': lines([
        text('odd', { source_locale: 'vi', kind: 'feature' }),
        text('odd', { locale: 'en', source_locale: 'vi', kind: 'profile' }),
        text('odd', { locale: 'fr' }),
      ]),
    });
    assert.match(refused, /^a\.jsonl:2: kind: another language of this text says something else \(.*a\.jsonl:1\)/m);
    assert.match(stdout, /^2 texts: 2 added/m);
  });

  test('records: unknown successors, wrong figures, missing pictures', async () => {
    const fact = { attribute: 'name', locale: 'vi', value: 'Đâu đó', source: 'a test' };
    const { refused } = await importing({
      'provinces.json': JSON.stringify([
        { id: 'nowhere', facts: [fact], successors: [{ province: 'gone', since: '2025-07-01', source: 'x' }] },
        { id: 'figures', facts: [{ attribute: 'area_km2', value: 'large', source: 'x' }] },
        { id: 'nameless', facts: [{ attribute: 'name', value: 'x', source: 'x' }] },
        { id: 'dated', facts: [{ ...fact, valid_from: '2025-02-30' }] },
      ], null, 1),
      'media.json': JSON.stringify([
        { id: 'no-file', file: 'none.svg', credit: 'x', licence: 'y' },
        { id: 'no-picture', file: 'text.svg', credit: 'x', licence: 'y' },
        { id: 'outside', file: '../secret.svg', credit: 'x', licence: 'y' },
      ], null, 1),
      'text.svg': 'not a picture',
      'topics.json': '[{"id": "ok-topic", "names": {"en": "OK"}},\n {"id": "bad", "names": {"xx": "y"}}, oops]',
    });
    assert.match(refused, /^provinces\.json:\d+: successors: there is no province “gone”/m);
    assert.match(refused, /^provinces\.json:\d+: facts.value: it must be a number/m);
    assert.match(refused, /^provinces\.json:\d+: facts.locale: it is missing/m);
    assert.match(refused, /^provinces\.json:\d+: facts\[0\]\.valid_from: “2025-02-30” is not a date/m);
    assert.match(refused, /^media\.json:2: file: the file of the picture is not at/m);
    assert.match(refused, /^media\.json:\d+: file: text\.svg is of a type that is not accepted/m);
    assert.match(refused, /^media\.json:\d+: file: “\.\.\/secret\.svg” may hold only/m);
    assert.match(refused, /^topics\.json:2: names\.xx: texts cannot be written in the locale “xx”/m);
    assert.match(refused, /^topics\.json:2: it is not valid JSON/m);
    assert.equal(await portal.sql("select count(*) from topic where id = 'ok-topic'"), '1');
    assert.equal(await portal.sql("select count(*) from province where id = 'nowhere'"), '0');
  });
});

describe('agencies', () => {
  const desk = (contacts, more = {}) => ({ id: 'desk', names: { en: 'Desk' }, contacts, ...more });
  const entry = async () => JSON.parse(await portal.sql("select agency_json('desk', '{fr,en}')"));

  test('each contact that is none is refused by name', async () => {
    const labels = (count) => Array.from({ length: count }, () => 'a'.repeat(60)).join('.');
    const wrong = [
      ...['desk', '@desk.vn', 'a@b@desk.vn', 'desk@desk', 'desk@-desk.vn', 'desk@desk..vn', 'a b@desk.vn', 'bàn@desk.vn',
        `${'a'.repeat(65)}@desk.vn`, `desk@${labels(4)}.example.vn`].map((email) => ['email', { email }]),
      ...['024 1234 5678', '+0 24 1234 567', '+84 24 1', '+84 2412345678901234', '+84  24 1234 5678', '+ 84 24 1234 5678',
        '+84-24-1234-5678'].map((phone) => ['phone', { phone }]),
      ['address.xx', { address: { xx: 'a street' } }],
      ['address.en', { address: { en: 'x'.repeat(301) } }],
      ['languages[1]', { languages: ['vi', 'xx'] }],
      ['fax', { fax: '+84 24 1234 5678' }],
    ];
    const { refused, stdout } = await importing({
      'agencies.json': JSON.stringify(wrong.map(([, contacts], n) => ({ ...desk(contacts), id: `desk-${n}` })).concat(
        [{ ...desk({}, { about: { en: 'x'.repeat(1001) } }), id: 'desk-about' }]), null, 1),
    });
    const said = refused.trim().split('\n');
    assert.equal(said.length, wrong.length + 1, refused);
    wrong.forEach(([field], n) => assert.match(said[n], new RegExp(`^agencies\\.json:\\d+: contacts\\.${field.replace(/[[\]]/g, '\\$&')}: `)));
    assert.match(said.at(-1), /: about\.en: /);
    assert.match(stdout, /^0 texts/m);
  });

  test('what an agency says of itself comes in, is shown, and goes again', async () => {
    const contacts = { email: `${'a'.repeat(64)}@press.desk.vn`, phone: '+84 24 1234 5678 901', languages: ['vi', 'en'],
      address: { vi: 'Số 1, phố Một', en: '1 First Street' } };
    const agencies = (one) => importing({ 'agencies.json': JSON.stringify([one]) });
    assert.match((await agencies(desk(contacts, { about: { vi: 'Về chúng tôi', en: 'About us' } }))).stdout, /1 added/);
    assert.deepEqual(await entry(), { id: 'desk', name: 'Desk', url: null, about: 'About us', contacts: { ...contacts, address: '1 First Street' } });
    assert.match((await agencies(desk(contacts, { about: { vi: 'Về chúng tôi', en: 'About us' } }))).stdout, /1 unchanged/);
    assert.match((await agencies(desk({}))).stdout, /1 updated/);
    assert.deepEqual(await entry(), { id: 'desk', name: 'Desk', url: null, about: null,
      contacts: { email: null, phone: null, address: null, languages: [] } });
    assert.match((await agencies(desk({}))).stdout, /1 unchanged/);
  });
});

describe('front pages', () => {
  const fronts = (list, options) => importing({ 'fronts.json': JSON.stringify(list, null, 1) }, options);
  const composition = (locale) => portal.sql(`select composition from front where locale = '${locale}'`);
  const caption = { vi: 'Chú thích' };

  test('each fault with its line and field', async () => {
    await importing({ 'a.jsonl': lines([text('front-one'), text('front-two')]), 'topics.json': '[{"id": "front-topic", "names": {"en": "T"}}]' });
    const wrong = [
      [{ lead: 'none' }, /lead: there is no article “none”$/],
      [{ seconds: ['front-one', 'none'] }, /seconds\[1\]: there is no article “none”$/],
      [{ sections: [{ topic: 'none' }] }, /sections\[0\]\.topic: there is no topic “none”$/],
      [{ picture: { media: 'none', date: '2026-11-02', caption } }, /picture\.media: there is no medium “none”$/],
      [{ lead: 'front-one', seconds: ['front-one'] }, /seconds\[0\]: “front-one” is there twice$/],
      [{ today: [{ text: caption, date: '2026-11-02' }] }, /today\[0\]\.source: it is missing$/],
      [{ locale: 'xx' }, /locale: texts cannot be written in the locale “xx”$/],
      [{ colour: 'red' }, /colour: there is no such key$/],
    ];
    for (const [members, pattern] of wrong) {
      const { refused, status } = await fronts([{ locale: 'vi', ...members }]);
      assert.equal(status, 1);
      assert.match(refused.trim(), new RegExp(`^fronts\\.json:2: ${pattern.source}`));
    }
    const twice = await fronts([{ locale: 'en' }, { locale: 'en' }]);
    assert.match(twice.refused, /^fronts\.json:\d+: locale: “en” is in this import twice$/m);
    assert.equal(await composition('vi'), '');
  });

  test('texts of the same import can be named, whatever the order', async () => {
    const { stdout } = await importing({ 'all.jsonl': lines([{ type: 'front', locale: 'vi', lead: 'front-late' }, text('front-late')]) });
    assert.match(stdout, /front pages: 1 added/);
    assert.equal(await composition('vi'), '{"lead": "front-late"}');
  });

  test('what an editor has changed or taken away stays, unless it is overwritten', async () => {
    const one = { locale: 'fr', lead: 'front-one' };
    const two = { locale: 'fr', lead: 'front-two' };
    assert.match((await fronts([one])).stdout, /front pages: 1 added/);
    assert.match((await fronts([one])).stdout, /front pages: 0 added, 0 updated, 1 unchanged\n/);
    assert.match((await fronts([two])).stdout, /front pages: 0 added, 1 updated/);
    await portal.sql(`select front_store(f, '{"lead": "front-late"}') from front f where locale = 'fr'`);
    assert.match((await fronts([two])).stdout, /front pages: 0 added, 0 updated, 1 unchanged\n/);
    assert.match((await fronts([one])).stdout, /front pages: 0 added, 0 updated, 0 unchanged, 1 left as they were changed here/);
    assert.equal(await composition('fr'), '{"lead": "front-late"}');
    await portal.sql("select front_store(f, null) from front f where locale = 'fr'");
    assert.match((await fronts([one])).stdout, /1 left as they were/);
    assert.equal(await composition('fr'), '');
    assert.match((await fronts([one], ['--overwrite'])).stdout, /front pages: 1 added/);
    assert.equal(await composition('fr'), '{"lead": "front-one"}');
    assert.equal(await portal.sql("select string_agg(kind || ' ' || subject || ' ' || version, ', ' order by seq) from change where kind = 'front' and subject = 'fr'"),
      'front fr 1, front fr 2, front fr 3, front fr 4, front fr 5');
  });

  test('an export names nothing that is not in it', async () => {
    await importing({ 'gone.jsonl': lines([text('front-gone')]) });
    await fronts([{ locale: 'de', lead: 'front-gone', seconds: ['front-one'], sections: [{ kind: 'news', articles: ['front-two'] }] }]);
    await portal.sql(`select text_withdraw('front-gone', 'vi', '{"reason": "x", "kind": "vanish", "status": 404}')`);
    const { stdout } = await portal.must(['export', '--jsonl']);
    const front = stdout.split('\n').filter((line) => line.includes('"type":"front"')).map((line) => JSON.parse(line)).find((one) => one.locale === 'de');
    assert.deepEqual(front, { type: 'front', locale: 'de', seconds: ['front-one'], sections: [{ kind: 'news', articles: ['front-two'] }] });
  });
});

describe('what is here already', () => {
  test('a second import changes nothing', async () => {
    const files = { 'a.jsonl': lines([text('twice'), text('twice', { locale: 'en', source_locale: 'vi' })]) };
    await importing(files);
    const [changesBefore, editionsBefore] = [await changes(), await editions()];
    const again = await importing(files);
    assert.equal(again.status, 0, again.stderr);
    assert.match(again.stdout, /^2 texts: 0 added, 0 updated, 2 unchanged$/m);
    assert.deepEqual([await changes(), await editions()], [changesBefore, editionsBefore]);
  });

  test('a new version is published once, and an old one does not come back', async () => {
    const one = { 'a.jsonl': lines([text('grows', { body: 'Một.', published_at: '2020-01-01T00:00:00Z' })]) };
    const two = { 'a.jsonl': lines([text('grows', { body: 'Hai.', slug: 'lon-len' })]) };
    await importing(one);
    assert.match((await importing(two)).stdout, /0 added, 1 updated/);
    assert.equal(await portal.sql(`select version, body, utc_text(published_at) from edition
      where article = 'grows' and state = 'live'`), '2|Hai.|2020-01-01T00:00:00Z');
    assert.equal(await portal.sql("select slug from redirect where article = 'grows'"), 'bai-grows');
    assert.match((await importing(one)).stdout, /1 left as they were changed here/);
    assert.match((await importing(one, ['--overwrite'])).stdout, /0 added, 1 updated/);
    assert.equal(await portal.sql("select version, body from edition where article = 'grows' and state = 'live'"), '3|Một.');
  });

  test('a withdrawn text stays withdrawn, and a waiting draft is not lost', async () => {
    const files = { 'a.jsonl': lines([text('recalled')]) };
    await importing(files);
    await portal.sql(`select text_withdraw('recalled', 'vi', '{"reason": "a reason"}')`);
    assert.match((await importing(files)).stdout, /1 left as they were changed here/);
    assert.equal(await portal.sql("select state from edition where article = 'recalled'"), 'withdrawn');

    await importing({ 'b.jsonl': lines([text('drafted')]) });
    await portal.sql(`select draft_save(null, 'drafted', 'vi', null, jsonb_build_object('renderer', (select max(renderer) from edition)) || '{
      "slug": "bai-drafted", "skeleton": "bai-drafted", "title": "x", "body": "An editor at work", "html": "", "words": 1, "search": "", "search_title": ""}')`);
    const other = await importing({ 'b.jsonl': lines([text('drafted', { body: 'Khác.' })]) });
    assert.match(other.refused, /^b\.jsonl:1: an editor’s draft of this text is waiting/m);
    assert.equal(await portal.sql("select body from edition where article = 'drafted' and state = 'draft'"), 'An editor at work');
  });

  test('a topic that an editor has changed is not changed back', async () => {
    await importing({ 'topics.json': '[{"id": "tea", "names": {"en": "Tea"}}, {"id": "rice", "names": {"en": "Rice"}}]' });
    const tea = { 'a.jsonl': lines([text('sorted', { topic: 'tea' })]) };
    await importing(tea);
    await portal.sql("update article set topic = 'rice' where id = 'sorted'");
    assert.match((await importing(tea)).stdout, /1 unchanged/);
    assert.equal(await portal.sql("select topic from article where id = 'sorted'"), 'rice');
    // A file that says something new is heard, and what showed the text before hears of it too.
    await portal.sql("update article set topic = 'tea' where id = 'sorted'");
    assert.match((await importing({ 'a.jsonl': lines([text('sorted', { topic: 'rice' })]) })).stdout, /1 updated/);
    const tags = await portal.sql("select array_to_string(array_agg(distinct t), ' ') from change, unnest(tags) t where subject = 'sorted'");
    assert.match(tags, /topic:rice topic:tea/);
  });

  test('a picture that changes renders its texts again', async () => {
    const svg = (width) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 50"/>`;
    const files = (width) => ({
      'media.json': '[{"id": "drawing", "file": "d.svg", "credit": "x", "licence": "CC0-1.0", "alt": {"vi": "y"}}]',
      'd.svg': svg(width),
      'a.jsonl': lines([text('shown', { body: '![Một hình](media:drawing)\n' })]),
    });
    await importing(files(100));
    const before_ = await portal.sql("select html from edition where article = 'shown' and state = 'live'");
    assert.match(before_, /\/media\/drawing-[0-9a-f]{8}\.svg/);
    assert.match(before_, /width="100"/);
    const again = await importing(files(200));
    assert.match(again.stdout, /1 texts rendered again/);
    const after_ = await portal.sql("select html from edition where article = 'shown' and state = 'live'");
    assert.match(after_, /width="200"/);
    assert.equal(await portal.sql("select kind from change where subject = 'shown' order by seq desc limit 1"), 'update');
    const nothing = await importing(files(200));
    assert.doesNotMatch(nothing.stdout, /rendered again|[1-9]\d* updated/);
  });
});

describe('export', () => {
  test('an export comes back byte for byte, with records, media and withdrawn texts', async () => {
    const { top } = await importing({
      'redirected.jsonl': lines([text('moved', { slug: 'old-address' })]),
    });
    await importing({ 'redirected.jsonl': lines([text('moved', { slug: 'new-address', body: 'Mới.' })]) });
    await importing({ 'back.jsonl': lines([text('taken-back')]) });
    await portal.sql(`select text_withdraw('taken-back', 'vi', '{"reason": "it was wrong"}')`);
    // A translation that came before its source does not know what it was made from, there or here.
    await importing({ 'early.jsonl': lines([text('early', { locale: 'en', source_locale: 'vi' })]) });
    await importing({ 'late.jsonl': lines([text('early', { source_locale: 'vi' })]) });
    await portal.must(['import', 'content/starter']);
    const out = join(top, 'all.jsonl');
    await portal.must(['export', '--jsonl', out]);
    const one = await readFile(out);
    const exported = one.toString().trim().split('\n').map((line) => JSON.parse(line));
    assert.ok(exported.some((item) => item.state === 'withdrawn' && item.notice === 'it was wrong' && item.version === 2));
    assert.deepEqual(exported.find((item) => item.id === 'moved').former_slugs, ['old-address']);
    assert.equal(exported.filter((item) => item.type === 'province' && !item.valid_to).length, 34);
    assert.equal(exported.filter((item) => item.type === 'province' && item.valid_to).length, 29);
    assert.match(one.toString(), /Hà Nội/);
    assert.ok(exported.some((item) => item.type === 'front' && item.locale === 'en' && item.today.length && item.sections.length));

    // The same database: nothing new. An empty one: the same again.
    const same = await portal.must(['import', out]);
    assert.doesNotMatch(same.stdout, /[1-9]\d* (added|updated)/);
    const other = await startCluster();
    try {
      await other.must(['migrate']);
      await cp(join(portal.home, 'media'), join(top, 'media'), { recursive: true });
      await other.must(['import', out]);
      const { stdout } = await other.must(['export', '--jsonl']);
      assert.deepEqual(stdout.split('\n').filter((line) => !one.toString().includes(`${line}\n`)), []);
      assert.ok(stdout === one.toString());
      await other.must(['import', out]);
      assert.ok((await other.must(['export', '--jsonl', '-'])).stdout === one.toString());
    } finally {
      await other.stop();
    }
  });

  test('rendering again changes nothing that readers see', async () => {
    const before_ = await changes();
    assert.match((await portal.must(['render', '--all'])).stdout, /^0 texts rendered/);
    assert.match((await portal.must(['render', '--all', '--force'])).stdout, /^[1-9]\d* texts rendered/);
    assert.equal(await changes(), before_);
  });
});

test('10,000 texts go in, and again', async () => {
  const sentence = 'Sông chảy qua làng, chợ họp từ sớm, khói bếp lên trên mái nhà và người ta gọi nhau ra đồng. ';
  const all = Array.from({ length: 10000 }, (_, n) => text(`many-${n}`, {
    title: `Bài số ${n}`, body: `## Phần ${n}\n\n${sentence.repeat(8)}\n\n- một\n- *hai*\n`.repeat(4),
  }));
  const files = { 'many.jsonl': lines(all) };
  const first = await importing(files);
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /^10000 texts: 10000 added/m);
  const before_ = [await changes(), await editions()];
  const again = await importing(files);
  assert.match(again.stdout, /^10000 texts: 0 added, 0 updated, 10000 unchanged$/m);
  assert.deepEqual([await changes(), await editions()], before_);
});

describe('users and tokens', () => {
  test('a token is shown once and stored as a hash', async () => {
    await portal.must(['user', 'add', 'lan']);
    assert.match((await portal.run(['user', 'add', 'lan'])).stderr, /exists already/);
    assert.match((await portal.run(['user', 'add', 'x', '--agency', 'nobody'])).stderr, /“agency” names something that there is not/);
    const made = await portal.must(['token', 'new', 'lan', '--label', 'máy bàn', '--days', '30']);
    assert.match(made.stdout, /^sen_[a-z0-9]{8}_[A-Za-z0-9_-]{43}\n$/);
    const prefix = made.stdout.slice(4, 12);
    const stored = await portal.sql(`select prefix, length(hash), label, expires_at > now() + interval '29 days'
      from token where prefix = '${prefix}'`);
    assert.equal(stored, `${prefix}|32|máy bàn|t`);
    assert.doesNotMatch((await portal.must(['token', 'list'])).stdout, new RegExp(made.stdout.slice(13).trim()));
    assert.match((await portal.must(['user', 'list'])).stdout, /^lan\t-\t.*\ttokens only\t$/m);
    await portal.must(['token', 'revoke', prefix]);
    assert.match((await portal.must(['token', 'list'])).stdout, new RegExp(`^${prefix}\tlan\trevoked`, 'm'));
    assert.equal((await portal.run(['token', 'revoke', 'none'])).status, 1);
    assert.equal((await portal.run(['token', 'new', 'nobody'])).status, 1);
    for (const days of ['0', '36501', 'x', '']) {
      assert.equal((await portal.run(['token', 'new', 'lan', '--days', days])).status, 2);
    }
  });
});

describe('migrations', () => {
  test('a second run and a run at the same time change nothing', async () => {
    const other = await startCluster();
    try {
      const both = await Promise.all([other.run(['migrate']), other.run(['migrate'])]);
      assert.deepEqual(both.map(({ status }) => status), [0, 0], JSON.stringify(both));
      const state = () => other.sql("select string_agg(number || name || checksum || applied_at, ' ' order by number) from migration");
      const first = await state();
      assert.match((await other.must(['migrate'])).stdout, /up to date/);
      assert.equal(await state(), first);

      await other.sql("insert into migration values (9999, '9999-later.sql', 'x')");
      const newer = await other.run(['migrate']);
      assert.equal(newer.status, 1);
      assert.match(newer.stderr, /9999-later\.sql.*newer version/);
      await other.sql('delete from migration where number = 9999');
      await other.sql("update migration set checksum = 'x' where number = 1");
      const edited = await other.run(['migrate']);
      assert.equal(edited.status, 1);
      assert.match(edited.stderr, /0001-portal\.sql.*must not be edited/);
    } finally {
      await other.stop();
    }
  });
});
