// Texts that leave as XLIFF and come back, and translation memories as TMX.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { done, newsroom, problem } from '../lib/newsroom.mjs';
import { startPortal, top } from '../lib/portal.mjs';

let portal, server, room;
before(async () => {
  portal = await startPortal();
  await portal.token();
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  room = await newsroom(portal, server, {
    admin: 'administrator', ann: 'author', editor: 'editor',
    tom: { role: 'translator', locales: ['en'] }, tara: { role: 'translator', locales: ['ar'] },
  });
});
after(() => portal?.stop());

const path = (id, locale) => `/v1/articles/${id}/texts/${locale}/xliff`;
const out = (who, id, locale) => who.api('GET', path(id, locale));
const back = (who, id, locale, xliff, match) => who.api('PUT', path(id, locale), {
  body: xliff, headers: { 'content-type': 'application/xliff+xml', ...(match ? { 'if-match': match } : { 'if-none-match': '*' }) },
});
const etag = (answer) => answer.headers.get('etag');

// As a translator's tool does: every unit without a target gets one from `words`, by its source.
const translate = (xliff, words) => xliff.replace(/(<segment state=")initial("><source>)(.*?)(<\/source>)(<\/segment>)/g,
  (all, head, mid, source, tail, end) => (words[source] === undefined ? all : `${head}translated${mid}${source}${tail}<target>${words[source]}</target>${end}`));
const sources = (xliff) => [...xliff.matchAll(/<source>(.*?)<\/source>/g)].map((m) => m[1]);
const targets = (xliff) => [...xliff.matchAll(/<target>(.*?)<\/target>/g)].map((m) => m[1]);

const pc = (id, text) => new RegExp(`<pc id="${id}"[^>]*>${text}</pc>`);

let made = 0;
const text = (title, body, more = {}) => ({ title, body, summary: `Tóm tắt ${title}`, licence: 'CC-BY-4.0', ...more });
async function source(body, { live = true, ...more } = {}) {
  const id = `piece-${++made}`;
  done(await room.ann.create({ id, source_locale: 'vi' }), 201);
  done(await room.ann.save(id, 'vi', text(`Bài ${made}`, body, more)), 201);
  if (live) done(await room.admin.publish(id, 'vi'));
  return id;
}

describe('XLIFF', () => {
  test('a text goes out, is translated and comes back as a draft', async () => {
    const id = await source('# Phở\n\nMột *bát* [phở](/vi/pho "Phở").\n\n- Nóng\n- Ngon');
    const given = await out(room.tom, id, 'en');
    assert.equal(given.status, 200);
    assert.match(given.headers.get('content-type'), /^application\/xliff\+xml/);
    assert.match(given.headers.get('content-disposition'), /piece-1\.vi-en\.xlf/);
    assert.match(given.body, /<file [^>]*original="piece-1"/);
    assert.equal(targets(given.body).length, 0);
    const [title, summary, heading, sentence] = sources(given.body);
    assert.deepEqual([title, summary, heading], ['Bài 1', 'Tóm tắt Bài 1', 'Phở']);
    const english = sentence.replace('Một ', 'A ').replace(/>bát</, '>bowl<').replace('>phở<', '>of **pho**<');
    const xliff = translate(given.body, { [title]: 'Piece 1', [summary]: 'Summary', [heading]: 'Pho', [sentence]: english, Nóng: '1. Hot', Ngon: 'Good' });
    const saved = await back(room.tom, id, 'en', xliff);
    const body = done(saved, 201);
    assert.equal(body.title, 'Piece 1');
    assert.equal(body.summary, 'Summary');
    assert.equal(body.body, '# Pho\n\nA *bowl* [of \\*\\*pho\\*\\*](/vi/pho "Phở").\n\n- 1\\. Hot\n- Good');
    assert.equal(body.licence, 'CC-BY-4.0');
    assert.equal(body.state, 'draft');
    assert.equal(body.translation.source_revision, 1);
    assert.deepEqual(body.xliff, { taken: 6, refused: [], untranslated: [] });
    assert.equal(etag(saved), '"r1"');

    const again = await out(room.tom, id, 'en');
    assert.equal(targets(again.body).length, 6);
    assert.match(again.body, pc(1, 'bowl'));
  });

  test('a file that has gone stale: what still fits is taken, the rest is refused one by one', async () => {
    const id = await source('Một.\n\nHai.\n\nBa.');
    const first = await out(room.tom, id, 'en');
    const english = { 'Bài 2': 'Piece 2', 'Tóm tắt Bài 2': 'Summary', 'Một.': 'One.', 'Hai.': 'Two.', 'Ba.': 'Three.' };
    const saved = await back(room.tom, id, 'en', translate(first.body, english));
    done(saved, 201);
    done(await room.admin.publish(id, 'en'));
    done(await room.ann.save(id, 'vi', text('Bài 2', 'Không.\n\nMột.\n\nHai rưỡi.\n\nBa.'), '"r1"'));
    done(await room.admin.publish(id, 'vi'));

    // The old translation still serves where the source says the same.
    const now = await out(room.tom, id, 'en');
    assert.deepEqual(targets(now.body), ['Piece 2', 'Summary', 'One.', 'Three.']);
    const stale = translate(first.body, { ...english, 'Một.': 'ONE.', 'Ba.': 'THREE.' });
    const answer = done(await back(room.tom, id, 'en', stale, '"r1"'));
    assert.equal(answer.body, 'Không.\n\nONE.\n\nHai rưỡi.\n\nTHREE.');
    assert.deepEqual(answer.xliff.refused.map(({ unit, reason, source: said }) => [unit, reason, said]), [['u1', 'xliff.source_changed', 'Hai.']]);
    assert.ok(answer.xliff.refused[0].message.length > 10);
    assert.deepEqual(answer.xliff.untranslated, [{ unit: 'u0', source: 'Không.' }, { unit: 'u2', source: 'Hai rưỡi.' }]);
    assert.equal(answer.translation.state, 'current');

    // What was left in the source's language is not taken for a translation.
    const last = await out(room.tom, id, 'en');
    assert.deepEqual(targets(last.body), ['Piece 2', 'Summary', 'ONE.', 'THREE.']);
    const whole = done(await back(room.tom, id, 'en', translate(last.body, { 'Không.': 'Zero.', 'Hai rưỡi.': 'Two and a half.' }), '"r2"'));
    assert.equal(whole.body, 'Zero.\n\nONE.\n\nTwo and a half.\n\nTHREE.');
    assert.deepEqual(whole.xliff.untranslated, []);
  });

  test('a translation of a draft, which changes', async () => {
    const id = await source('Một.\n\nHai.', { live: false });
    const first = await out(room.tom, id, 'en');
    done(await back(room.tom, id, 'en', translate(first.body, { 'Một.': 'One.', 'Hai.': 'Two.' })), 201);
    done(await room.ann.save(id, 'vi', text(`Bài ${made}`, 'Một.\n\nBa.'), '"r1"'));
    const now = await out(room.tom, id, 'en');
    assert.deepEqual(targets(now.body), ['One.']);
  });

  test('codes that were lost, and files that are none', async () => {
    const id = await source('Một *hai*.');
    const given = (await out(room.tom, id, 'en')).body;
    const [title, summary, sentence] = sources(given);
    const lost = await back(room.tom, id, 'en', translate(given, { [sentence]: 'One two.' }));
    problem(lost, 422, 'xliff_nothing', undefined);
    assert.ok(lost.body.refused.some((one) => one.unit === 'u0' && one.reason === 'segment.code_missing'), JSON.stringify(lost.body));
    const partly = done(await back(room.tom, id, 'en', translate(given, { [title]: 'Piece', [summary]: '', [sentence]: 'One two.' })), 201);
    assert.equal(partly.title, 'Piece');
    assert.equal(partly.body, 'Một *hai*.');
    for (const [xliff, key] of [
      ['', 'xml.malformed'], ['<a>', 'xliff.format'], ['<xliff version="1.2"/>', 'xliff.format'],
      ['<!DOCTYPE a [<!ENTITY b "c">]><a/>', 'xml.doctype'],
      [given.replace('original="', 'original="x'), 'xliff.other_article'],
      [given.replace('trgLang="en"', 'trgLang="fr"'), 'xliff.other_language'],
      [given.slice(0, 500), 'xml.malformed'],
    ]) {
      const answer = await back(room.tom, id, 'en', xliff, '"r1"');
      assert.equal(answer.status, 422, JSON.stringify(answer.body));
      assert.equal(answer.body.type.split('#problem-')[1], key);
    }
    const large = await back(room.tom, id, 'en', given + ' '.repeat(4 * 1024 * 1024), '"r1"');
    assert.equal(large.status, 413);
  });

  test('revisions and rights are those of saving', async () => {
    const id = await source('Một.');
    const given = (await out(room.tom, id, 'en')).body;
    const xliff = translate(given, { 'Một.': 'One.' });
    problem(await room.tom.api('PUT', path(id, 'en'), { body: xliff, headers: { 'content-type': 'application/xliff+xml' } }), 428, 'if_match_missing', 'If-Match');
    problem(await back(room.tara, id, 'en', xliff), 403, 'forbidden', undefined);
    problem(await back(room.tom, id, 'en', xliff, '"r7"'), 412, 'stale', 'If-Match');
    problem(await out(room.tom, id, 'vi'), 422, 'invalid', 'locale');
    problem(await out(room.tom, 'nothing', 'en'), 404, 'not_found', undefined);
    done(await back(room.tom, id, 'en', xliff), 201);
    problem(await back(room.tom, id, 'en', xliff), 412, 'stale', 'If-Match');
  });

  test('what is given is valid against the schema of OASIS', async (t) => {
    const schema = join(top, '../shared/suites/xliff-2.1/xliff_core_2.0.xsd');
    if (!existsSync(schema)) return t.skip('no schema here');
    const id = await source('# A *b*\n\nMột `c`\\\n<https://x.y> [d][e][^1]\n\n[e]: /f "g"\n\n[^1]: h\n\n```csv i\nj,k\n1,"l, m"\n```\n');
    const file = join(portal.home, 'given.xlf');
    for (const locale of ['en', 'ar', 'zh-Hans']) {
      writeFileSync(file, (await out(room.admin, id, locale)).body);
      execFileSync('xmllint', ['--nonet', '--noout', '--schema', schema, file], { stdio: 'pipe' });
    }
    return undefined;
  });
});

describe('TMX', () => {
  const tmx = (units, head = 'vi') => `<tmx version="1.4"><header srclang="${head}"/><body>${units}</body></tmx>`;
  const unit = (...sides) => `<tu>${sides.map(([locale, said]) => `<tuv xml:lang="${locale}"><seg>${said}</seg></tuv>`).join('')}</tu>`;
  const bring = (who, body, headers = {}) => who.api('POST', '/v1/memory', { body, headers: { 'content-type': 'application/x-tmx+xml', ...headers } });

  test('pairs come in, once, and go out', async () => {
    await portal.sql('delete from memory');
    const document = tmx(unit(['vi', 'Phở &amp; bún'], ['en', 'Pho'], ['fr', 'Le pho']) + unit(['vi', 'Trà'], ['tlh', 'Dargh']));
    assert.deepEqual(done(await bring(room.editor, document)), { added: 2, known: 0, skipped: 1 });
    assert.deepEqual(done(await bring(room.editor, document)), { added: 0, known: 2, skipped: 1 });
    const all = await room.tom.api('GET', '/v1/memory?source_locale=vi');
    assert.equal(all.status, 200);
    assert.match(all.headers.get('content-type'), /^application\/x-tmx\+xml/);
    assert.equal(all.headers.get('link'), null);
    assert.match(all.body, /<header [^>]*srclang="vi"/);
    assert.match(all.body, /<seg>Phở &amp; bún<\/seg><\/tuv><tuv xml:lang="fr"><seg>Le pho<\/seg>/);
    const french = await room.tom.api('GET', '/v1/memory?locale=fr');
    assert.equal((french.body.match(/<tu /g) ?? []).length, 1);
    assert.deepEqual(done(await bring(room.editor, all.body)), { added: 0, known: 2, skipped: 0 });
  });

  test('page by page', async () => {
    await portal.sql("delete from memory; insert into memory (source_locale, locale, source, target) select 'vi', 'en', 'nguồn ' || n, 'source ' || n from generate_series(1, 2001) n");
    const first = await room.tom.api('GET', '/v1/memory?source_locale=vi&locale=en');
    const link = /<(.*)>; rel="next"/.exec(first.headers.get('link'))[1];
    const second = await room.tom.api('GET', link);
    assert.equal((first.body.match(/<tu /g) ?? []).length, 2000);
    assert.equal((second.body.match(/<tu /g) ?? []).length, 1);
    assert.equal(second.headers.get('link'), null);
  });

  test('who may, and what is refused', async () => {
    problem(await bring(room.tom, tmx(unit(['vi', 'a'], ['en', 'b']))), 403, 'forbidden', undefined);
    for (const [body, key] of [['', 'xml.malformed'], ['<a/>', 'tmx.format'], [tmx('<tu>'), 'xml.malformed']]) {
      const answer = await bring(room.editor, body);
      assert.equal(answer.status, 422, JSON.stringify(answer.body));
      assert.equal(answer.body.type.split('#problem-')[1], key);
    }
    const many = (count) => tmx(Array.from({ length: count }, (_, i) => unit(['vi', `n ${i}`], ['en', `m ${i}`])).join(''));
    assert.equal(done(await bring(room.editor, many(5000))).added, 5000);
    problem(await bring(room.editor, many(5001)), 413, 'memory_large', undefined);
    const key = { 'idempotency-key': 'once' };
    assert.deepEqual(done(await bring(room.editor, many(3), key)), done(await bring(room.editor, many(3), key)));
    problem(await bring(room.editor, many(4), key), 422, 'key_reused', undefined);
  });
});
