// The front page that an editor composes: what may be in it and who may say so, and that it stands
// on the built page of each language in the editor's order, through the worker.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { decode } from '../lib/html.mjs';
import { done, newsroom, problem } from '../lib/newsroom.mjs';
import { openapi } from '../lib/openapi.mjs';
import { run, startPortal, waitFor } from '../lib/portal.mjs';

let portal, server, worker, room, reader;
before(async () => {
  portal = await startPortal({ content: ['content/starter'], site: true, settings: { SEN_LOCALES: 'vi,en,fr,ar,rad' } });
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  worker = portal.worker();
  room = await newsroom(portal, server, {
    chief: 'administrator', everywhere: 'publisher', english: { role: 'publisher', locales: ['en'] },
    desk: { role: 'publisher', agency: 'sen-editorial' }, editor: 'editor',
  });
  reader = await openapi(server);
});
after(() => portal?.stop());

const path = (locale) => `/v1/fronts/${locale}`;
const get = async (locale, who = room.chief) => who.api('GET', path(locale));
// Sets the front page as whoever saw the present one.
async function set(locale, composition, who = room.chief) {
  const now = await get(locale);
  const headers = now.status === 200 ? { 'if-match': now.headers.get('etag') } : { 'if-none-match': '*' };
  return who.api('PUT', path(locale), { body: composition, headers });
}
async function remove(locale) {
  const now = await get(locale);
  if (now.status === 200) done(await room.chief.api('DELETE', path(locale), { headers: { 'if-match': now.headers.get('etag') } }));
}

const home = (locale) => readFile(join(portal.home, 'site', locale, 'index.html'), 'utf8');
const seen = () => portal.sql("select (select seq from follower where name = 'site') = (select seq from change_head)");
// The page once the worker has seen every change.
async function page(locale) {
  await waitFor(async () => (await seen()) === 't', { seconds: 60, describe: () => worker.log.slice(-3000) });
  return home(locale);
}

// What stands under each heading of a page: [[heading's id, ids of articles]].
async function shape(locale) {
  const html = await page(locale);
  const rows = await portal.sql(`select slug, article from edition where state in ('live', 'withdrawn')`);
  const ids = new Map(rows.split('\n').map((row) => row.split('|')));
  return html.split('<h2 id="').slice(1).map((part) => [part.slice(0, part.indexOf('"')),
    [...part.matchAll(/href="\/[^/"]+\/articles\/([^/"]+)\/"/g)].map(([, slug]) => ids.get(decodeURIComponent(slug)))])
    .filter(([, articles]) => articles.length);
}
const under = async (locale, heading) => Object.fromEntries(await shape(locale))[heading];
const newest = async () => (await portal.sql(`select a.id from article a join edition e on e.article = a.id and e.locale = 'en' and e.state = 'live'
  where a.kind <> 'profile' order by e.published_at desc, a.id`)).split('\n');

const note = (more = {}) => ({ date: '2026-11-02', text: { en: 'It rained.', vi: 'Trời mưa.' }, source: 'A gauge', ...more });
const picture = (more = {}) => ({ media: 'lotus-pond', date: '2026-11-03', caption: { en: 'A pond <b>', vi: 'Một cái ao' }, ...more });
const whole = {
  lead: 'pho', seconds: ['fish-sauce', 'tale-of-kieu'],
  today: [{ article: 'ha-long-bay' }, note({ url: 'https://gauge.example/?a=1&b=2' })],
  picture: picture(),
  sections: [{ topic: 'nature', articles: ['mekong-delta-water'] }, { kind: 'statement' }, { topic: 'music' }],
};

describe('what may be in it', () => {
  const ids = (count) => portal.sql(`select string_agg(id, ',') from (select id from article order by id limit ${count}) a`).then((all) => all.split(','));

  test('every member comes back as it was given', async () => {
    done(await set('ar', whole));
    const { body, headers } = await get('ar');
    assert.deepEqual(body, { locale: 'ar', revision: 1, composition: whole });
    assert.equal(headers.get('etag'), '"r1"');
    done(await set('ar', { seconds: [], today: [], sections: [] }));
    assert.deepEqual((await get('ar')).body, { locale: 'ar', revision: 2, composition: {} });
  });

  test('each limit holds, and one past it is refused by name', async () => {
    const all = await ids(30);
    const topics = (await portal.sql('select id from topic order by id')).split('\n').map((topic) => ({ topic }));
    const sections = [...topics, ...['news', 'feature', 'video', 'audio', 'photo-essay'].map((kind) => ({ kind }))];
    assert.ok(all.length >= 16 && sections.length >= 13);
    const limits = [
      ['seconds', { seconds: all.slice(0, 6) }, { seconds: all.slice(0, 7) }],
      ['today', { today: Array(6).fill(note()) }, { today: Array(7).fill(note()) }],
      ['sections', { sections: sections.slice(0, 12) }, { sections: sections.slice(0, 13) }],
      ['sections[0].articles', { sections: [{ kind: 'news', articles: all.slice(0, 6) }] }, { sections: [{ kind: 'news', articles: all.slice(0, 7) }] }],
      ['today[0].text.en', { today: [note({ text: { en: 'ế'.repeat(200) } })] }, { today: [note({ text: { en: 'ế'.repeat(201) } })] }],
      ['today[0].source', { today: [note({ source: 'x'.repeat(200) })] }, { today: [note({ source: 'x'.repeat(201) })] }],
      ['today[0].url', { today: [note({ url: `https://${'x'.repeat(1992)}` })] }, { today: [note({ url: `https://${'x'.repeat(1993)}` })] }],
      ['picture.caption.vi', { picture: picture({ caption: { vi: 'x'.repeat(500) } }) }, { picture: picture({ caption: { vi: 'x'.repeat(501) } }) }],
    ];
    for (const [field, most, more] of limits) {
      done(await set('ar', most));
      const refused = await set('ar', more);
      assert.equal(refused.status, 400, field);
      assert.equal(refused.body.field, field, JSON.stringify(refused.body));
    }
  });

  test('what is malformed is refused by name', async () => {
    const had = (await get('ar')).body;
    const wrong = [
      ['colour', { colour: 'red' }], ['lead', { lead: '' }], ['lead', { lead: ['pho'] }], ['seconds[0]', { seconds: ['a b'] }],
      ['seconds', { seconds: 'pho' }],
      ['today[0].article', { today: [{}] }], ['today[0].text', { today: [{ article: 'pho', text: { en: 'x' } }] }],
      ['today[0].date', { today: [{ article: 'pho', date: '2026-11-02' }] }],
      ['today[0].date', { today: [note({ date: undefined })] }], ['today[0].date', { today: [note({ date: '2026-02-30' })] }],
      ['today[0].source', { today: [note({ source: undefined })] }], ['today[0].url', { today: [note({ url: 'javascript:alert(1)' })] }],
      ['today[0].text', { today: [note({ text: {} })] }], ['today[0].text.xx', { today: [note({ text: { xx: 'x' } })] }],
      ['picture.media', { picture: picture({ media: undefined }) }], ['picture.date', { picture: picture({ date: undefined }) }],
      ['picture.caption', { picture: picture({ caption: undefined }) }], ['picture.credit', { picture: picture({ credit: 'me' }) }],
      ['sections[0].topic', { sections: [{}] }], ['sections[0].kind', { sections: [{ topic: 'food', kind: 'news' }] }],
      ['sections[0].kind', { sections: [{ kind: 'gossip' }] }], ['sections[1].topic', { sections: [{ topic: 'food' }, { topic: 'food' }] }],
      // No article twice.
      ['seconds[1]', { lead: 'pho', seconds: ['fish-sauce', 'pho'] }], ['seconds[1]', { seconds: ['pho', 'pho'] }],
      ['today[0].article', { lead: 'pho', today: [{ article: 'pho' }] }],
      ['sections[1].articles[0]', { sections: [{ topic: 'food', articles: ['pho'] }, { kind: 'news', articles: ['pho'] }] }],
    ];
    for (const [field, composition] of wrong) {
      const refused = await set('ar', composition);
      assert.equal(refused.status, 400, JSON.stringify(composition));
      assert.equal(refused.body.field, field, JSON.stringify([composition, refused.body]));
    }
    assert.deepEqual((await get('ar')).body, had);
  });

  test('what is not there is refused by name', async () => {
    const wrong = [
      ['lead', 'none', { lead: 'none' }], ['seconds[1]', 'none', { seconds: ['pho', 'none'] }],
      ['today[1].article', 'none', { today: [note(), { article: 'none' }] }],
      ['picture.media', 'none', { picture: picture({ media: 'none' }) }],
      ['sections[1].topic', 'none', { sections: [{ kind: 'news' }, { topic: 'none' }] }],
      ['sections[0].articles[1]', 'none', { sections: [{ kind: 'news', articles: ['pho', 'none'] }] }],
    ];
    for (const [field, id, composition] of wrong) {
      const refused = await set('ar', composition);
      problem(refused, 422, 'unknown_reference', field);
      assert.equal(refused.body.detail, id);
    }
    assert.equal((await room.chief.api('GET', path('xx'))).status, 404);
    assert.equal((await room.chief.api('PUT', path('xx'), { body: {}, headers: { 'if-none-match': '*' } })).status, 404);
    await remove('ar');
  });
});

describe('who may, and when', () => {
  test('those who may publish in the language for every agency', async () => {
    for (const [who, locale, status] of [['everywhere', 'fr', 200], ['english', 'fr', 403], ['desk', 'fr', 403], ['editor', 'fr', 403], ['chief', 'fr', 200]]) {
      assert.equal((await set('fr', {}, room[who])).status, status, who);
    }
    const now = (await get('en')).body.composition;
    done(await set('en', now, room.english));
    for (const who of ['english', 'desk', 'editor']) done(await get('en', room[who]));
    assert.equal((await reader('GET', path('en'))).status, 401);
    const etag = (await get('fr')).headers.get('etag');
    assert.equal((await room.desk.api('DELETE', path('fr'), { headers: { 'if-match': etag } })).status, 403);
    await remove('fr');
  });

  test('nobody overwrites what they have not seen', async () => {
    const put = (headers, body = {}) => room.chief.api('PUT', path('fr'), { body, headers });
    problem(await put({}), 428, 'if_match_missing', 'If-Match');
    const none = await put({ 'if-match': '"r1"' });
    problem(none, 412, 'stale', 'If-Match');
    assert.equal(none.body.current, null);
    const { revision } = done(await put({ 'if-none-match': '*' }, { lead: 'pho' }));
    const late = await put({ 'if-none-match': '*' });
    problem(late, 412, 'stale', 'If-Match');
    assert.deepEqual(late.body.current, { locale: 'fr', revision, composition: { lead: 'pho' } });
    assert.equal(late.headers.get('etag'), `"r${revision}"`);
    // Two at once: one of them is told.
    const both = await Promise.all(['tale-of-kieu', 'fish-sauce'].map((lead) => put({ 'if-match': `"r${revision}"` }, { lead })));
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 412]);
    assert.equal((await get('fr')).body.revision, revision + 1);
    const drop = (headers) => room.chief.api('DELETE', path('fr'), { headers });
    problem(await drop({ 'if-match': `"r${revision}"` }), 412, 'stale', 'If-Match');
    problem(await drop({}), 428, 'if_match_missing', 'If-Match');
    done(await drop({ 'if-match': `"r${revision + 1}"` }));
    assert.equal((await get('fr')).status, 404);
    assert.equal((await drop({ 'if-match': `"r${revision + 2}"` })).status, 404);
    // A number is not given twice: who saw the old page does not overwrite the new.
    assert.ok(done(await put({ 'if-none-match': '*' })).revision > revision + 1);
    await remove('fr');
  });

  test('every write is in the change log and in the audit log', async () => {
    const from = Number(await portal.sql('select seq from change_head'));
    const { revision } = done(await set('fr', { lead: 'pho' }, room.everywhere));
    await remove('fr');
    const { body } = await reader('GET', `/v1/changes?after=${from}`);
    assert.deepEqual(body.items.map(({ kind, subject, locale, version }) => [kind, subject, locale, version]),
      [['front', 'fr', 'fr', revision], ['front', 'fr', 'fr', revision + 1]]);
    assert.equal(await portal.sql(`select tags from change where seq = ${from + 1}`), '{fronts,front:fr}');
    const audit = (await room.chief.api('GET', '/v1/audit?subject=front:fr&limit=2')).body.items;
    const front = { locale: 'fr', revision, composition: { lead: 'pho' } };
    assert.deepEqual(audit.map(({ action, name, locale, before: had, after: has }) => ({ action, name, locale, had, has })), [
      { action: 'front_remove', name: 'chief', locale: 'fr', had: front, has: null },
      { action: 'front_set', name: 'everywhere', locale: 'fr', had: null, has: front },
    ]);
  });
});

test('sen front: out to a file, changed, and back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sen-front-'));
  const file = join(folder, 'front.json');
  const front = (...words) => run(portal.sen, ['front', ...words], { env: { SEN_API: server.url, SEN_TOKEN: room.chief.token, LANG: 'C', LC_ALL: '' } });
  const put = async (document) => {
    await writeFile(file, typeof document === 'string' ? document : JSON.stringify(document));
    return front('put', file);
  };
  try {
    assert.deepEqual([(await front('get', 'fr')).status, (await front('get')).status, (await front('put', file, file)).status, (await front('put', file)).status], [1, 2, 2, 1]);
    const made = await put({ locale: 'fr', composition: { lead: 'pho' } });
    assert.equal(made.status, 0, made.stderr);
    const got = JSON.parse((await front('get', 'fr')).stdout);
    assert.equal(made.stdout, `fr: revision ${got.revision}\n`);
    assert.deepEqual(got, (await get('fr')).body);
    assert.equal((await put({ ...got, composition: { lead: 'fish-sauce' } })).status, 0);
    for (const [document, pattern] of [
      [got, /412|changed|somebody/i], // from the revision before
      [{ locale: 'fr', composition: {} }, /front\.json: /],
      [{ locale: 'fr', revision: got.revision + 1, composition: { lead: 'none' } }, /front\.json: /],
      [{ locale: 'fr', composition: { lead: ['pho'] } }, /front\.json: composition\.lead: it must be text/],
      [{ locale: 'xx', composition: {} }, /front\.json: locale: /],
      ['{', /front\.json: it is not valid JSON/],
      [`{"x": "${'x'.repeat(1024 * 1024)}"}`, /front\.json: it has more than 1048576 bytes/],
    ]) {
      const refused = await put(document);
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, pattern);
    }
    assert.deepEqual((await get('fr')).body.composition, { lead: 'fish-sauce' });
  } finally {
    await rm(folder, { recursive: true });
    await remove('fr');
  }
});

describe('on the page', () => {
  test('everything in the order of its editor, then the newest that are left', async () => {
    done(await set('en', whole));
    const got = await shape('en');
    const named = ['pho', 'fish-sauce', 'tale-of-kieu', 'ha-long-bay', 'mekong-delta-water'];
    assert.deepEqual(got[0], ['front', ['pho', 'fish-sauce', 'tale-of-kieu']]);
    assert.deepEqual(got[1], ['today', ['ha-long-bay']]);
    assert.deepEqual(got.map(([heading]) => heading), ['front', 'today', 'section-nature', 'section-statement', 'section-music', 'latest']);
    assert.equal(got[2][1][0], 'mekong-delta-water');
    const topics = Object.fromEntries((await portal.sql('select id, coalesce(topic, kind) from article')).split('\n').map((row) => row.split('|')));
    assert.ok(got[2][1].length > 1 && got[2][1].every((id) => topics[id] === 'nature'), got[2][1].join());
    const everything = got.flatMap(([, ids]) => ids);
    assert.equal(new Set(everything).size, everything.length, 'a text stands there twice');
    const free = (await newest()).filter((id) => !named.includes(id) && !got.slice(2, -1).some(([, ids]) => ids.includes(id)));
    assert.deepEqual(got.at(-1)[1], free.slice(0, got.at(-1)[1].length));
  });

  test('a note with its day and source, the picture with caption, credit and licence', async () => {
    const html = await page('en');
    const today = html.match(/<h2 id="today">[\s\S]*?<\/section>/)[0];
    assert.match(today, /<time datetime="2026-11-02">2 November 2026<\/time> <span>It rained\.<\/span>/);
    assert.match(decode(today), /<a href="https:\/\/gauge\.example\/\?a=1&b=2" rel="external"><bdi>A gauge<\/bdi><\/a>/);
    const figure = html.match(/<h2 id="picture">[\s\S]*?<\/figure>/)[0];
    const media = JSON.parse(await portal.sql("select row_to_json(m) from media m where id = 'lotus-pond'"));
    assert.ok(figure.includes(`src="/media/${media.file}"`));
    assert.ok(decode(figure).includes(`alt="${media.alt.en}"`));
    assert.match(figure, /A pond &lt;b&gt;/);
    assert.match(figure, /<time datetime="2026-11-03">3 November 2026<\/time>/);
    assert.ok(figure.includes(media.credit));
    assert.match(figure, /rel="license">CC BY 4\.0</);
  });

  test('a language that has none shows that of the nearest, and says what is in which language', async () => {
    assert.deepEqual((await shape('fr')).slice(0, 3), (await shape('en')).slice(0, 3));
    const french = (await page('fr')).match(/<h2 id="today">[\s\S]*?<\/section>/)[0];
    assert.match(french, /<time datetime="2026-11-02">2 novembre 2026<\/time> <span lang="en" dir="ltr">It rained\.<\/span>/);
    assert.match(await page('ar'), /<p class="caption" lang="en" dir="ltr">A pond/);
    done(await set('vi', { lead: 'silk-and-brocade', today: [note()] }));
    assert.equal((await under('rad', 'front'))[0], 'silk-and-brocade');
    assert.match(await page('rad'), /<span>Trời mưa\.<\/span>/);
    assert.equal((await under('ar', 'front'))[0], 'pho');
    done(await set('ar', { lead: 'water-puppets' }));
    assert.equal((await under('ar', 'front'))[0], 'water-puppets');
    await remove('ar');
    await remove('en');
    assert.equal((await under('en', 'front'))[0], 'silk-and-brocade', 'English follows Vietnamese');
    await remove('vi');
    assert.deepEqual((await under('en', 'front')), (await newest()).slice(0, 4), 'with no editor at all: the newest');
    done(await set('en', whole));
  });

  test('a text that is withdrawn is left out, and the newest takes its place', async () => {
    const id = 'pho';
    const [first] = (await newest()).filter((one) => !JSON.stringify(whole).includes(`"${one}"`));
    const locales = (await portal.sql(`select locale from edition where article = '${id}' and state = 'live'`)).split('\n');
    for (const locale of locales) done(await room.chief.withdraw(id, locale, 'It was wrong.'));
    assert.deepEqual(await under('en', 'front'), [first, 'fish-sauce', 'tale-of-kieu']);
    assert.deepEqual((await get('en')).body.composition.lead, id, 'the composition itself stays');
  });

  test('what the worker wrote is what a whole build writes', async () => {
    const written = await Promise.all(['vi', 'en', 'fr', 'ar', 'rad'].map(page));
    await portal.must(['build']);
    assert.deepEqual(await Promise.all(['vi', 'en', 'fr', 'ar', 'rad'].map(home)), written);
  });
});
