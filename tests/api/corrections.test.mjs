// What readers see of changes after publication: corrections, versions, and how far a translation is
// behind its original. On the page and in the feeds.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { editor, plain } from '../lib/editor.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';
import { parseXml } from '../lib/xml.mjs';

let portal, server, worker, work;
before(async () => {
  portal = await startPortal({ content: ['content/starter'], site: true, settings: { SEN_LOCALES: 'vi,en,ar' } });
  server = await portal.serve();
  worker = portal.worker();
  work = editor(plain(server, await portal.token()));
}, { timeout: 120000 });
after(() => portal?.stop());

const text = (title, body = 'Một.') => ({ title, summary: `Tóm tắt ${title}`, body });
const get = async (path) => (await fetch(server.url + path)).text();
const atom = async (locale) => parseXml(await get(`/feeds/${locale}/atom.xml`)).all('entry').find((one) => one.one('id').text.includes('/articles/silk/'));
const item = async (locale, id = 'silk') => JSON.parse(await get(`/feeds/${locale}/feed.json`)).items.find((one) => one.id.includes(`/articles/${id}/`));
const settled = () => waitFor(async () => await portal.sql("select f.seq = h.seq from follower f, change_head h where f.name = 'site'") === 't',
  { seconds: 30, describe: () => worker.log.slice(-3000) });
async function save(locale, title, body) {
  const { headers, status } = await work.read('silk', locale);
  const saved = await work.save('silk', locale, { ...text(title, body), slug: `lua-${locale}` }, status === 200 ? headers.get('etag') : undefined);
  assert.ok(saved.status < 300, JSON.stringify(saved.body));
}
async function publish(locale, body = {}) {
  const answer = await work.publish('silk', locale, {}, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  await settled();
}

test('one version: neither corrections nor versions', async () => {
  await work.create({ id: 'silk', source_locale: 'vi', topic: 'food' });
  await save('vi', 'Lụa');
  await publish('vi');
  const page = await get('/vi/articles/lua-vi/');
  assert.doesNotMatch(page, /class="(corrections|versions)"/);
  assert.deepEqual((await item('vi'))._portal.corrections, []);
});

test('a correction: a dated box at the end of the text, a new time and its words in every feed', async () => {
  await save('en', 'Silk');
  await publish('en');
  const before = await atom('vi');
  await save('vi', 'Lụa', 'Hai.');
  const corrected = await work.act('silk', 'vi', 'correct', { reason: 'figure', note: 'Không phải 3 mà là <4> & hơn.' });
  assert.equal(corrected.status, 200, JSON.stringify(corrected.body));
  await settled();

  const page = await get('/vi/articles/lua-vi/');
  const box = /<section class="corrections"[\s\S]*?<\/section>/.exec(page)[0];
  assert.match(box, /<time datetime="\d{4}-/);
  assert.match(box, /<p lang="vi" dir="ltr">Không phải 3 mà là &lt;4&gt; &amp; hơn\.<\/p>/);
  assert.ok(page.indexOf('class="body"') < page.indexOf('class="corrections"'), 'at the end of the text');
  const versions = /<details class="versions"[\s\S]*?<\/details>/.exec(page)[0];
  assert.equal(versions.match(/<li>/g).length, 2);
  assert.doesNotMatch(page, /<script(?! src=| type="application\/ld\+json">)/);

  const after = await atom('vi');
  assert.ok(after.one('updated').text >= before.one('updated').text);
  assert.equal(after.one('published').text, before.one('published').text);
  assert.ok(after.all('category').some((one) => one.attributes.term === 'corrected' && one.attributes.scheme.endsWith('/terms/status')));
  assert.match(after.one('summary').text, /Không phải 3 mà là <4> & hơn\.[\s\S]*Tóm tắt/);
  assert.match(after.one('content').text, /&lt;4&gt; &amp; hơn\.<\/p><\/li>/);
  assert.match(await get('/feeds/vi/rss.xml'), /<category[^>]*terms\/status">corrected<\/category>/);
  const [correction] = (await item('vi'))._portal.corrections;
  assert.deepEqual([correction.reason, correction.text], ['figure', 'Không phải 3 mà là <4> & hơn.']);
  assert.match((await item('vi')).content_html, /&lt;4&gt;/);
});

test('a translation of before a correction says that its original has changed', async () => {
  const page = await get('/en/articles/lua-en/');
  assert.match(page, /<div class="notice translated" role="note">\s*<p>[^<]*<strong>The original has changed[^<]*<\/strong> <a href="\/vi\/articles\/lua-vi\/"/);
  assert.equal((await item('en'))._portal.staleness, 'behind-major');
  assert.ok((await atom('en')).all('category').some((one) => one.attributes.term === 'stale'));
});

test('a small change: a quieter line, the old time in the feeds, and new bytes for all who follow', async () => {
  const { body } = await work.read('silk', 'vi');
  const { headers } = await work.read('silk', 'en');
  const saved = await work.save('silk', 'en', { ...text('Silk', 'Two.'), slug: 'lua-en', translation: { source_version: body.version } }, headers.get('etag'));
  assert.equal(saved.status, 200, JSON.stringify(saved.body));
  await publish('en', { note: 'Followed the correction.' });
  assert.doesNotMatch(await get('/en/articles/lua-en/'), /The original has (?:changed|had)/);
  assert.equal((await item('en'))._portal.staleness, 'current');

  const entry = await atom('vi'), one = await item('vi');
  const etag = (await fetch(`${server.url}/feeds/vi/atom.xml`)).headers.get('etag');
  await save('vi', 'Lụa', 'Hai, và một dấu phẩy.');
  await publish('vi', { update: 'minor' });
  const later = await atom('vi'), two = await item('vi');
  assert.equal(later.one('updated').text, entry.one('updated').text, 'nothing of significance');
  assert.match(later.one('content').text, /dấu phẩy/);
  assert.ok(two.date_modified >= one.date_modified && two._portal.updated === one._portal.updated);
  assert.equal(two._portal.version, one._portal.version + 1);
  assert.notEqual((await fetch(`${server.url}/feeds/vi/atom.xml`)).headers.get('etag'), etag);

  const page = await get('/en/articles/lua-en/');
  assert.match(page, /<div class="notice translated" role="note">\s*<p>[^<]*small changes[^<]*<a href="\/vi\/articles\/lua-vi\/"/);
  assert.doesNotMatch(page, /The original has changed/);
  assert.equal((await item('en'))._portal.staleness, 'behind-minor');
  assert.ok(!(await atom('en')).all('category').some((one_) => one_.attributes.term === 'stale'));
});

test('versions are told in the language of the reader, notes in that of the text', async () => {
  const page = await get('/ar/articles/lua-en/');
  const versions = /<details class="versions"[\s\S]*?<\/details>/.exec(page)[0];
  assert.match(versions, /<p lang="en" dir="ltr">Followed the correction\.<\/p>/);
  assert.equal(versions.match(/<li>/g).length, 2);
});
