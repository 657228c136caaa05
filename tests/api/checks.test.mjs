// What is looked for in a text before it is published: each rule finds what it is for, passes what
// is right, and stops a publication only when its level says so.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openapi } from '../lib/openapi.mjs';
import { png } from '../lib/png.mjs';
import { startPortal } from '../lib/portal.mjs';

let portal, server, api, picture;
before(async () => {
  portal = await startPortal({ content: ['content/starter/provinces.json'] });
  await portal.sql(`insert into topic (id, names) values ('food', '{"en": "Food"}')`);
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  api = await openapi(server, { token: await portal.token() });
  picture = (await api('POST', '/v1/media?credit=An&licence=CC0-1.0&locale=en&alt=A+square', { body: png(8, 8), headers: { 'content-type': 'image/png' } })).body;
});
after(() => portal?.stop());

let made = 0;
async function draft(text, { id = `checked-${++made}`, locale = 'en' } = {}) {
  await api('POST', '/v1/articles', { body: { id, source_locale: locale } });
  const saved = await api('PUT', `/v1/articles/${id}/texts/${locale}`, {
    headers: { 'if-none-match': '*' },
    body: { title: `Title ${id}`, summary: 'A summary.', body: 'A body.', sources: [{ title: 'A source' }], ...text },
  });
  assert.equal(saved.status, 201, JSON.stringify(saved.body));
  return id;
}
const checks = async (id, locale = 'en') => {
  const { status, body, headers } = await api('GET', `/v1/articles/${id}/texts/${locale}/checks`);
  assert.equal(status, 200);
  assert.equal(headers.get('etag'), `"r${body.revision}"`);
  for (const found of body.checks) assert.ok(found.message.length > 20 && !found.message.includes('{'), JSON.stringify(found));
  return body.checks;
};
const publish = (id, locale = 'en') => api('POST', `/v1/articles/${id}/texts/${locale}/publish`, { body: { note: 'Changed.' } });

// What a text with this body is told, as [rule, level, detail].
async function found(text, { locale = 'en', rule } = {}) {
  const list = await checks(await draft(text, { locale }), locale);
  return list.filter((one) => !rule || one.rule === rule).map((one) => [one.rule, one.level, one.detail]);
}
async function level(id, value) {
  assert.equal((await api('PUT', '/v1/workflow', { body: { rules: [{ id, level: value }] } })).status, 200);
}

test('a text with nothing to say against it', async () => {
  const id = await draft({});
  assert.deepEqual(await checks(id), []);
  assert.equal((await publish(id)).status, 200);
  assert.deepEqual(await checks(id), [], 'of what is published, too');
});

test('what is not there, and who may not see it', async () => {
  assert.equal((await api('GET', '/v1/articles/none/texts/en/checks')).status, 404);
  const id = await draft({});
  assert.equal((await api('GET', `/v1/articles/${id}/texts/fr/checks`)).status, 404);
  assert.equal((await api('GET', `/v1/articles/${id}/texts/en/checks?all=1`)).status, 400);
  const stranger = await openapi(server, { token: await portal.person('stranger') });
  assert.equal((await stranger('GET', `/v1/articles/${id}/texts/en/checks`)).status, 403);
});

test('a blocking finding stops the publication, and every finding is told', async () => {
  const id = await draft({ body: `![](media:${picture.id})`, summary: undefined });
  const refused = await publish(id);
  assert.equal(refused.status, 422);
  assert.match(refused.body.type, /#problem-checks$/);
  assert.deepEqual(refused.body.checks.map((one) => [one.rule, one.level]), [['missing_alt', 'blocking'], ['empty_summary', 'advisory']]);
  assert.ok(refused.body.checks.every((one) => one.message));
  await level('missing_alt', 'advisory');
  assert.deepEqual((await checks(id)).map((one) => one.level), ['advisory', 'advisory']);
  await level('missing_alt', 'off');
  assert.deepEqual((await checks(id)).map((one) => one.rule), ['empty_summary']);
  assert.equal((await publish(id)).status, 200);
  await level('missing_alt', 'blocking');
});

test('findings are in the reader\'s language where the catalog has them, and 20 of a rule at most', async () => {
  const links = (count) => Array.from({ length: count }, (_, i) => `[a](/en/articles/none-${String(i).padStart(2, '0')}/)`).join(' ');
  assert.equal((await found({ body: links(20) })).length, 20);
  assert.equal((await found({ body: links(21) })).length, 20);
});

describe('pictures', () => {
  test('without alternative text', async () => {
    assert.deepEqual(await found({ body: `![A square](media:${picture.id})` }), []);
    assert.deepEqual(await found({ body: `![](media:${picture.id})`, summary: 'S' }), [['missing_alt', 'blocking', picture.src]]);
  });
});

describe('links', () => {
  let target;
  before(async () => {
    target = await draft({ title: 'Nón lá', slug: 'nón-lá' });
    assert.equal((await publish(target)).status, 200);
  });
  for (const [to, dead] of [
    ['/en/articles/nón-lá/', false], ['/en/articles/n%C3%B3n-l%C3%A1/', false], ['/en/articles/n%C3%B3n-l%C3%A1', false],
    ['/en/articles/nón-lá/#part', false], ['/fr/articles/nón-lá/', false], ['/xx/articles/nón-lá/', true],
    ['/en/articles/non-la/', true], ['/en/articles/%ff/', true], ['/en/articles/', false],
    ['/en/provinces/hue/', false], ['/en/provinces/nowhere/', true], ['/en/topics/food/', false], ['/en/topics/food/2026/', false],
    ['/en/topics/none/', true], ['/media/none.png', true], ['/en/about/', false], ['/v1/articles', false],
    ['https://example.org/en/articles/none/', false], ['//example.org/en/articles/none/', false], ['#part', false],
  ]) {
    test(`${to} ${dead ? 'leads nowhere' : 'is right'}`, async () => {
      const list = await found({ body: `[a](${to})` });
      assert.deepEqual(list.map(([rule, stops]) => [rule, stops]), dead ? [['dead_link', 'blocking']] : []);
    });
  }

  test('old addresses and withdrawn pages lead somewhere; what is gone does not', async () => {
    const id = await draft({ title: 'Moving', slug: 'moved-from' });
    await publish(id);
    await api('PUT', `/v1/articles/${id}/texts/en`, { headers: { 'if-match': '"r1"' }, body: { title: 'Moved', slug: 'moved-to', body: 'b' } });
    assert.equal((await publish(id)).status, 200);
    assert.deepEqual(await found({ body: '[a](/en/articles/moved-from/)' }), []);
    await api('POST', `/v1/articles/${id}/texts/en/withdraw`, { body: { reason: 'Wrong.' } });
    assert.deepEqual(await found({ body: '[a](/en/articles/moved-to/)' }), []);
    await api('POST', `/v1/articles/${id}/texts/en/withdraw`, { body: { reason: 'Wrong.', kind: 'gone' } });
    assert.equal((await found({ body: '[a](/en/articles/moved-to/)' })).length, 1);
  });
});

describe('names of former provinces', () => {
  const rule = 'former_province';
  for (const [locale, body, names] of [
    ['en', 'The coast of Bình Định is long.', ['Bình Định']],
    ['en', 'The coast of Binh Dinh is long.', ['Binh Dinh']],
    ['en', 'Until 2025 the coast of Bình Định was its own.', []],
    ['en', 'Founded in 1025.\n\nThe coast of Bình Định is long.', ['Bình Định']],
    ['en', 'Room 12025 in Bình Định.', ['Bình Định']],
    ['en', 'The coast of Gia Lai is long; so is that of Quảng Trị.', []],
    ['en', 'Hòa Bìnhs are no province.', []],
    ['vi', 'Chúng ta muốn hòa bình.', []],
    ['vi', 'Suối khoáng ở **Hòa Bình**, rất đẹp.', ['Hòa Bình']],
    ['vi', 'Thừa Thiên Huế có nhiều lăng.', ['Thừa Thiên Huế']],
    ['vi', 'Bà Rịa – Vũng Tàu có biển.', ['Bà Rịa - Vũng Tàu']],
    ['th', 'ใน พ.ศ. ๒๕๖๘ Bình Định', []],
    ['ar', 'في عام ٢٠٢٤ كانت Bình Định', []],
    ['zh-Hans', '我在Bình Định住。', ['Bình Định']],
  ]) {
    test(`${locale}: ${body.replaceAll('\n', ' ')}`, async () => {
      assert.deepEqual(await found({ body }, { locale, rule }), names.map((name) => [rule, 'advisory', name]));
    });
  }
});

describe('the glossary', () => {
  before(async () => {
    const entries = [
      ['tet', 'term', 'Tết Nguyên đán', 'en', 'Lunar New Year', ['Tet'], ['Chinese New Year', 'Tet holiday']],
      ['hue', 'place', 'Huế', 'en', 'Hue', ['Huế'], ['HUE']],
      ['pm', 'office', 'Thủ tướng Chính phủ', 'en', 'Prime Minister', [], []],
      ['government', 'office', 'Chính phủ', 'en', 'Government', [], []],
      ['hanoi-ja', 'place', 'Hà Nội', 'ja', 'ハノイ', [], ['河内']],
      ['hanoi-ko', 'place', 'Hà Nội', 'ko', '하노이', [], []],
      ['hanoi-ar', 'place', 'Hà Nội', 'ar', 'هانوي', [], []],
    ];
    for (const [id, kind, source, locale, preferred, allowed, forbidden] of entries) {
      const { status } = await api('PUT', `/v1/glossary/${id}`, { body: { kind, source_locale: 'vi', source, locale, preferred, allowed, forbidden } });
      assert.equal(status, 200);
    }
  });

  for (const [locale, body, forms] of [
    ['en', 'We keep chinese new year.', ['Chinese New Year → Lunar New Year']],
    ['en', 'We keep Chinese New Years.', []],
    ['en', 'HUE is old.', ['HUE → Hue']],
    ['en', 'Hue is old, and hue is a colour.', []],
    ['en', 'The Tet holiday, or Tet.', ['Tet holiday → Lunar New Year']],
    ['ja', '昔の河内です。', ['河内 → ハノイ']],
  ]) {
    test(`forbids in ${locale}: ${body}`, async () => {
      assert.deepEqual(await found({ body }, { locale, rule: 'glossary_forbidden' }), forms.map((form) => ['glossary_forbidden', 'advisory', form]));
    });
  }

  for (const [locale, source, target, forms] of [
    ['en', 'Thủ tướng Chính phủ đến Huế.', 'The Prime Minister came to Hue.', []],
    ['en', 'Thủ tướng Chính phủ đến Huế.', 'The premier came to the old town.', ['Thủ tướng Chính phủ → Prime Minister', 'Huế → Hue']],
    ['en', 'Chính phủ họp.', 'It met.', ['Chính phủ → Government']],
    ['en', 'Tết Nguyên đán đến.', 'Tet comes.', []],
    ['ja', 'Hà Nội đẹp.', '首都ハノイは美しい。', []],
    ['ja', 'Hà Nội đẹp.', '首都は美しい。', ['Hà Nội → ハノイ']],
    ['ko', 'Hà Nội đẹp.', '하노이는 아름답다.', []],
    ['ar', 'Hà Nội đẹp.', 'وهانوي جميلة.', []],
  ]) {
    test(`asks in ${locale} for what the source names: ${target}`, async () => {
      const id = await draft({ body: source }, { locale: 'vi' });
      assert.equal((await publish(id, 'vi')).status, 200);
      await draft({ body: target, title: `T ${id}` }, { id, locale });
      const list = (await checks(id, locale)).filter((one) => one.rule === 'glossary_unlisted');
      assert.deepEqual(list.map((one) => one.detail), forms);
      assert.ok(list.every((one) => one.level === 'advisory'));
    });
  }
});

describe('characters', () => {
  test('of private use', async () => {
    assert.deepEqual(await found({ body: 'A \u{F0123} and \uE000, \uE000.' }),
      [['private_use', 'blocking', 'U+E000'], ['private_use', 'blocking', 'U+F0123']]);
  });
  for (const [locale, body, words] of [
    ['en', 'The rive\u0433 and the r\u0456ver', ['r\u0456ver']], // a Cyrillic letter that looks like i
    ['ru', 'Столица Вьетн\u0061ма', ['Вьетн\u0061ма']], // a Latin a
    ['ru', 'Сеть Wi-Fi и USB-порт, iPhone 5', []],
    ['en', '5 μm of TNFα at 3 Ω', []],
    ['el', '', []],
    ['en', 'Ｈanoi', ['Ｈanoi']],
  ]) {
    if (!body) continue;
    test(`that look like others in ${body}`, async () => {
      assert.deepEqual(await found({ body }, { locale, rule: 'look_alike' }), words.map((word) => ['look_alike', 'advisory', word]));
    });
  }
  // The API refuses or mends these before they are saved; the rules stand for what comes in otherwise.
  test('that turn the direction of writing, or are not composed', async () => {
    const id = await draft({});
    await portal.sql(`update edition set title = 'a' || chr(8238) || 'b', summary = 'a' || chr(769) where article = '${id}'`);
    assert.deepEqual((await checks(id)).map((one) => [one.rule, one.field]), [['bidi_control', 'title'], ['not_nfc', 'summary']]);
    assert.equal((await publish(id)).status, 422);
  });
});

describe('advice', () => {
  test('no source, no summary', async () => {
    const id = await draft({ sources: undefined, summary: undefined });
    assert.deepEqual((await checks(id)).map((one) => [one.rule, one.level, one.field]),
      [['missing_source', 'advisory', 'sources'], ['empty_summary', 'advisory', 'summary']]);
    assert.equal((await publish(id)).status, 200);
  });

  test('a translation of an older source', async () => {
    const id = await draft({ body: 'Một.' }, { locale: 'vi' });
    await publish(id, 'vi');
    await draft({ body: 'One.' }, { id, locale: 'en' });
    assert.deepEqual(await checks(id, 'en'), []);
    await api('PUT', `/v1/articles/${id}/texts/vi`, { headers: { 'if-match': '"r1"' }, body: { title: `Title ${id}`, body: 'Hai.' } });
    assert.equal((await publish(id, 'vi')).status, 200);
    const [stale, ...rest] = await checks(id, 'en');
    assert.deepEqual([stale.rule, stale.level, stale.detail], ['translation_stale', 'advisory', 'major']);
    assert.match(stale.message, /much has changed/);
    assert.deepEqual(rest, []);
  });
});

// Hostile bytes where rules look closely.
test('long texts and glossaries stay quick', async () => {
  await portal.sql(`insert into glossary (id, kind, source_locale, source, locale, preferred, forbidden)
    select 'many-' || n, 'term', 'vi', 'từ ' || n, 'en', 'word ' || n, array['wrong ' || n] from generate_series(1, 1000) n`);
  const body = `${'A paragraph of some words about Bình Định and wrong 7. '.repeat(3)}\n\n`.repeat(1200);
  const id = await draft({ body });
  const begin = performance.now();
  const list = await checks(id);
  assert.ok(performance.now() - begin < 3000);
  assert.deepEqual(list.map((one) => one.rule), ['former_province', 'glossary_forbidden']);
  await portal.sql(`delete from glossary where id like 'many-%'`);
});
