// A day in the newsroom, from the first word to the translation that is brought up to date, with a
// real server, worker and site. Each step is looked for where it has to show: in the API, on the
// page, in the feed, in the audit log.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { done, newsroom, problem } from '../lib/newsroom.mjs';
import { openapi } from '../lib/openapi.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';

const id = 'coffee-harvest';
const slugs = { vi: 'vu-ca-phe', en: 'coffee-harvest', ar: 'hasad-al-qahwa' };
const words = {
  vi: { title: 'Vụ cà phê ở Đắk Lắk', summary: 'Nông dân bắt đầu thu hoạch.', author: 'Nguyễn An', slug: slugs.vi, sources: [{ title: 'Sở Nông nghiệp' }],
    body: 'Nông dân thu hoạch **300** tấn cà phê.\n\n## Thời tiết\n\nTrời nắng cả tuần.' },
  en: { title: 'The coffee harvest in Dak Lak', summary: 'Farmers begin to pick.', author: 'Ben', slug: slugs.en, sources: [{ title: 'Department of Agriculture' }],
    body: 'Farmers harvest **300** tonnes of coffee.\n\n## Weather\n\nSunny all week.' },
  ar: { title: 'حصاد القهوة في داك لاك', summary: 'يبدأ المزارعون القطاف.', author: 'آية', slug: slugs.ar, sources: [{ title: 'دائرة الزراعة' }],
    body: 'يحصد المزارعون **300** طن من القهوة.\n\n## الطقس\n\nمشمس.' },
};

let portal, server, worker, reader, room;
before(async () => {
  const settings = { SEN_LOCALES: 'vi,en,ar', SEN_REQUESTS_PER_SECOND: 0 };
  portal = await startPortal({ content: ['content/starter'], site: true, settings });
  server = await portal.serve();
  worker = portal.worker();
  reader = await openapi(server);
  room = await newsroom(portal, server, {
    an: 'author', ben: [{ role: 'translator', locales: ['en'] }], aya: [{ role: 'translator', locales: ['ar'] }],
    phuc: ['editor', 'proofreader'], quynh: 'publisher',
  }, { agency: 'sen-editorial' });
}, { timeout: 120000 });
after(() => portal?.stop());

const page = (locale) => readFile(join(portal.home, 'site', locale, 'articles', slugs[locale], 'index.html'), 'utf8').catch(() => null);
const feed = async (locale) => JSON.parse(await (await fetch(`${server.url}/feeds/${locale}/feed.json`)).text()).items.find((item) => item.id.includes(`/${id}/`));
const article = (locale) => reader('GET', `/v1/articles/${id}?locale=${locale}&fallback=none`);
const settled = () => waitFor(async () => await portal.sql("select f.seq = h.seq from follower f, change_head h where f.name = 'site'") === 't',
  { seconds: 30, describe: () => worker.log.slice(-3000) });
const audit = () => portal.sql(`select string_agg(concat_ws(' ', name, action, locale), '; ' order by seq) from audit where subject in ('article:${id}', 'release:harvest') and seq > ${seen.audit}`);
const seen = { audit: 0 };
// What the log says since it was last asked.
async function logged(...events) {
  assert.equal(await audit(), events.join('; '));
  seen.audit = Number(await portal.sql('select max(seq) from audit'));
}
const locales = ['vi', 'en', 'ar'];
const nothingPublic = async () => {
  for (const locale of locales) {
    assert.equal((await article(locale)).status, 404);
    assert.equal(await page(locale), null);
    assert.equal(await feed(locale), undefined);
  }
};

test('morning: an author writes in Vietnamese', async () => {
  done(await room.an.create({ id, source_locale: 'vi', kind: 'news', topic: 'food', provinces: ['dak-lak'] }), 201);
  const saved = done(await room.an.save(id, 'vi', words.vi), 201);
  assert.deepEqual([saved.stage, saved.writer], ['draft', 'an']);
  problem(await room.an.move(id, 'vi', 'edited'), 403, 'forbidden', undefined);
  for (const [to, locale, task] of [['ben', 'en', 'translate'], ['aya', 'ar', 'translate']])
    done(await room.phuc.act(id, locale, 'assignments', { to, task, due: '2026-12-01' }, {}, 'PUT'));
  await nothingPublic();
  await logged('an article_create', 'an text_save vi', 'phuc assignment_set en', 'phuc assignment_set ar');
});

test('two translators translate into English and Arabic, each only their own', async () => {
  for (const [who, locale] of [['ben', 'en'], ['aya', 'ar']]) {
    const [mine] = done(await room[who].api('GET', '/v1/me/work')).assignments;
    assert.deepEqual([mine.article, mine.locale, mine.task], [id, locale, 'translate']);
    const source = done(await room[who].read(id, 'vi'));
    assert.equal(source.body, words.vi.body);
    const saved = done(await room[who].save(id, locale, words[locale]), 201);
    assert.deepEqual([saved.translation.source_revision, saved.translation.state], [1, 'current']);
  }
  problem(await room.ben.save(id, 'ar', words.en, '"r1"'), 403, 'forbidden', undefined);
  problem(await room.aya.save(id, 'vi', words.ar, '"r1"'), 403, 'forbidden', undefined);
  await nothingPublic();
  await logged('ben text_save en', 'aya text_save ar');
});

test('the proofreader reads all three and returns the Arabic one', async () => {
  for (const locale of locales) {
    done(await room.phuc.move(id, locale, 'edited'));
    assert.deepEqual(done(await room.phuc.list(id, locale, 'checks')).checks.filter((one) => one.level === 'blocking'), []);
  }
  for (const locale of ['vi', 'en']) done(await room.phuc.move(id, locale, 'proofread'));
  problem(await room.phuc.move(id, 'ar', 'draft'), 422, 'invalid', 'comment');
  done(await room.phuc.move(id, 'ar', 'draft', 'الجملة الأخيرة ناقصة.'));
  const { drafts } = done(await room.aya.api('GET', '/v1/me/work'));
  assert.deepEqual(drafts.map((one) => [one.article, one.locale, one.stage, one.comments]), [[id, 'ar', 'draft', 1]]);
  const [said] = done(await room.aya.list(id, 'ar', 'comments')).items;
  assert.deepEqual([said.by, said.text], ['phuc', 'الجملة الأخيرة ناقصة.']);
  problem(await room.quynh.move(id, 'ar', 'approved'), 409, 'wrong_stage', undefined);

  done(await room.aya.save(id, 'ar', { ...words.ar, body: words.ar.body.replace('مشمس.', 'مشمس طوال الأسبوع.') }, '"r1"'));
  done(await room.aya.act(id, 'ar', `comments/${said.number}/resolve`, {}));
  for (const stage of ['edited', 'proofread']) done(await room.phuc.move(id, 'ar', stage));
  await nothingPublic();
  await logged('phuc text_move vi', 'phuc text_move en', 'phuc text_move ar', 'phuc text_move vi', 'phuc text_move en', 'phuc text_move ar',
    'aya text_save ar', 'aya comment_resolve ar', 'phuc text_move ar', 'phuc text_move ar');
});

test('the publisher approves them and releases all three at nine o’clock', async () => {
  const { items } = done(await room.quynh.api('GET', '/v1/me/waiting'));
  assert.deepEqual(items.filter((one) => one.article === id).map((one) => `${one.locale} ${one.to}`).sort(), ['ar approved', 'en approved', 'vi approved']);
  done(await room.quynh.api('PUT', '/v1/releases/harvest', { body: { title: 'Vụ cà phê', texts: locales.map((locale) => ({ id, locale })) } }));
  const early = await room.quynh.api('POST', '/v1/releases/harvest/publish');
  problem(early, 409, 'release', undefined);
  assert.equal(early.body.texts.length, 3);
  for (const locale of locales) done(await room.quynh.move(id, locale, 'approved'));
  const nine = new Date(Date.now() + 3000);
  done(await room.quynh.api('POST', '/v1/releases/harvest/publish-at', { body: { at: nine.toISOString() } }), 201);
  problem(await room.an.save(id, 'vi', words.vi, '"r1"'), 409, 'scheduled', undefined);
  await nothingPublic();

  await waitFor(async () => (await article('vi')).status === 200);
  assert.ok(Date.now() >= nine.getTime());
  for (const locale of locales) {
    const { body } = await article(locale);
    assert.deepEqual([body.title, body.version, body.locale, body.translation.state], [words[locale].title, 1, locale, locale === 'vi' ? 'original' : 'current']);
    await waitFor(async () => (await page(locale))?.includes(words[locale].title), { describe: () => worker.log.slice(-3000) });
    assert.equal((await feed(locale)).title, words[locale].title);
  }
  assert.equal(await portal.sql(`select count(distinct at::timestamp(0)), bool_and(at >= '${nine.toISOString()}') from publication where article = '${id}'`), '1|t');
  assert.equal(done(await room.quynh.api('GET', '/v1/releases/harvest')).state, 'published');
  await logged('quynh release_set', 'quynh text_move vi', 'quynh text_move en', 'quynh text_move ar', 'quynh schedule',
    'quynh text_publish ar', 'quynh text_publish en', 'quynh text_publish vi', 'quynh release_publish');
});

test('noon: a figure was wrong, and a correction follows', async () => {
  const right = { ...words.vi, body: words.vi.body.replace('**300** tấn', '**3.000** tấn') };
  done(await room.an.save(id, 'vi', right, '"r1"'));
  for (const stage of ['edited', 'proofread']) done(await room.phuc.move(id, 'vi', stage));
  done(await room.quynh.move(id, 'vi', 'approved'));
  const note = 'Bản đầu viết 300 tấn; con số đúng là 3.000 tấn.';
  done(await room.quynh.act(id, 'vi', 'correct', { reason: 'figure', note }, { 'if-match': '"r2"' }));
  await waitFor(async () => (await article('vi')).body.version === 2);
  const { body } = await article('vi');
  assert.match(body.html, /3\.000/);
  assert.deepEqual(body.corrections.map((one) => [one.reason, one.note]), [['figure', note]]);
  const history = done(await reader('GET', `/v1/articles/${id}/history?locale=vi`));
  assert.deepEqual(history.items.map((one) => [one.version, one.kind]).sort(), [[1, 'first'], [2, 'correction']]);
  await settled();
  const shown = await page('vi');
  assert.match(shown, /<strong>3\.000<\/strong>/);
  assert.ok(/<section class="corrections"[\s\S]*?<\/section>/.exec(shown)[0].includes(note));
  const item = await feed('vi');
  assert.deepEqual(item._portal.corrections.map((one) => one.text), [note]);
  const second = (time) => Math.floor(Date.parse(time) / 1000); // as feeds tell time
  assert.deepEqual([item.date_published, item.date_modified].map(second), [body.published_at, body.updated_at].map(second));
  await logged('an text_save vi', 'phuc text_move vi', 'phuc text_move vi', 'quynh text_move vi', 'quynh text_publish vi');
});

test('the translations are behind, and everybody sees it', async () => {
  const { items } = done(await reader('GET', `/v1/articles/${id}/texts`));
  assert.deepEqual(items.map((one) => [one.locale, one.translation.state]).sort(), [['ar', 'behind-major'], ['en', 'behind-major'], ['vi', 'original']]);
  for (const locale of ['en', 'ar']) {
    assert.match(await page(locale), new RegExp(`<div class="notice translated" role="note">\\s*<p>[^<]*<strong>[^<]*</strong> <a href="/vi/articles/${slugs.vi}/"`));
    assert.equal((await feed(locale))._portal.staleness, 'behind-major');
  }
  const changes = done(await room.aya.list(id, 'ar', 'source-changes'));
  assert.equal(changes.state, 'behind-major');
  const text = JSON.stringify(changes);
  assert.ok(text.includes('**300** tấn') && text.includes('**3.000** tấn') && text.includes('Bản đầu viết'), text);
  const behind = done(await room.aya.api('GET', '/v1/coverage/texts?locale=ar&agency=sen-editorial'));
  assert.ok(behind.items.some((one) => one.article === id || one.id === id), JSON.stringify(behind.items).slice(0, 500));
});

test('evening: the Arabic text is brought up to date through XLIFF', async () => {
  const before = await room.aya.read(id, 'ar');
  const out = await room.aya.api('GET', `/v1/articles/${id}/texts/ar/xliff`);
  assert.equal(out.status, 200);
  const units = out.body.match(/<unit [\s\S]*?<\/unit>/g);
  const open = units.filter((unit) => !unit.includes('<target'));
  assert.equal(open.length, 1, 'what has changed in the source is left to translate, and nothing else');
  assert.match(open[0], /Nông dân thu hoạch .*3\.000.* tấn cà phê/);
  // A translator's tool fills it in, with the codes of the source.
  const target = /<source[^>]*>([\s\S]*?)<\/source>/.exec(open[0])[1].replace('Nông dân thu hoạch', 'يحصد المزارعون').replace('3.000', '3000').replace('tấn cà phê', 'طن من القهوة');
  const back = out.body.replace(open[0], open[0].replace('</source>', `</source><target xml:lang="ar">${target}</target>`));
  problem(await room.ben.api('PUT', `/v1/articles/${id}/texts/ar/xliff`, { headers: { 'content-type': 'application/xliff+xml', 'if-match': before.headers.get('etag') }, body: back }), 403, 'forbidden', undefined);
  const taken = await room.aya.api('PUT', `/v1/articles/${id}/texts/ar/xliff`, { headers: { 'content-type': 'application/xliff+xml', 'if-match': before.headers.get('etag') }, body: back });
  assert.equal(taken.status, 200, JSON.stringify(taken.body));
  assert.deepEqual([taken.body.xliff.refused, taken.body.xliff.untranslated, taken.body.stage], [[], [], 'draft']);
  assert.equal(taken.body.body.trim(), words.ar.body.replace('**300**', '**3000**').replace('مشمس.', 'مشمس طوال الأسبوع.'));
  assert.deepEqual([taken.body.translation.source_version, taken.body.translation.state], [2, 'current']);
  for (const stage of ['edited', 'proofread']) done(await room.phuc.move(id, 'ar', stage));
  done(await room.quynh.move(id, 'ar', 'approved'));
  done(await room.quynh.publish(id, 'ar', {}, { note: 'تصحيح رقم المحصول.' }));

  await waitFor(async () => (await article('ar')).body.version === 2);
  const { body } = await article('ar');
  assert.equal(body.translation.state, 'current');
  assert.match(body.html, /3000/);
  await settled();
  assert.match(await page('ar'), /<strong>3000<\/strong>/);
  assert.doesNotMatch(await page('ar'), /<div class="notice translated" role="note">\s*<p>[^<]*<strong>/);
  assert.equal((await feed('ar'))._portal.staleness, 'current');
  // The English one still waits, and says so.
  assert.match(await page('en'), /<div class="notice translated" role="note">\s*<p>[^<]*<strong>/);
  const { items } = done(await reader('GET', `/v1/articles/${id}/texts`));
  assert.deepEqual(items.map((one) => [one.locale, one.translation.state]).sort(), [['ar', 'current'], ['en', 'behind-major'], ['vi', 'original']]);
  await logged('aya text_save ar', 'phuc text_move ar', 'phuc text_move ar', 'quynh text_move ar', 'quynh text_publish ar');
});

test('the log of the day is whole', async () => {
  const { status, stdout } = await portal.run(['audit', 'verify']);
  assert.equal(status, 0, stdout);
  assert.match(stdout, new RegExp(await portal.sql('select seq from audit_head')));
  await portal.must(['user', 'add', 'auditor', '--admin']);
  const token = (await portal.must(['token', 'new', 'auditor'])).stdout.trim();
  const auditor = await openapi(server, { token });
  const { body } = await auditor('GET', `/v1/audit?subject=article:${id}&limit=200`);
  assert.equal(body.items.length, Number(await portal.sql(`select count(*) from audit where subject = 'article:${id}'`)));
  assert.ok(body.items.every((event) => /^[0-9a-f]{64}$/.test(event.hash) && event.name));
});
