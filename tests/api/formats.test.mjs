// Dates and numbers in the reader's language, as the API and the site give them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openapi } from '../lib/openapi.mjs';
import { startPortal } from '../lib/portal.mjs';

const ORIGIN = 'https://sen.example';
let portal, api;
before(async () => {
  portal = await startPortal({ content: ['content/starter'] });
  api = await openapi(await portal.serve({ SEN_ORIGIN: ORIGIN, SEN_REQUESTS_PER_SECOND: 0 }));
});
after(() => portal?.stop());

const get = (target, headers = {}) => api('GET', target, { headers });

describe('festivals', () => {
  test('the days of a year', async () => {
    const { status, headers, body } = await get('/v1/festivals?year=2025&locale=en');
    assert.equal(status, 200);
    assert.equal(headers.get('content-language'), 'en');
    assert.match(headers.get('vary'), /accept-language/i);
    assert.deepEqual(body.items.map(({ id, date }) => [id, date]), [
      ['kitchen-gods', '2025-01-22'], ['tet', '2025-01-29'], ['first-full-moon', '2025-02-12'],
      ['cold-food', '2025-03-31'], ['hung-kings', '2025-04-07'], ['vesak', '2025-05-12'],
      ['doan-ngo', '2025-05-31'], ['vu-lan', '2025-09-06'], ['mid-autumn', '2025-10-06'],
    ]);
    assert.deepEqual(body.items[1], {
      id: 'tet', name: 'Tết, the Lunar New Year', date: '2025-01-29', date_text: 'Wednesday, 29 January 2025',
      lunar: { year: 2025, month: 1, leap: false, day: 1, text: null },
    });
    assert.deepEqual(body.items[0].lunar, { year: 2024, month: 12, leap: false, day: 23, text: null });
  });

  test('where Viet Nam and China differ', async () => {
    for (const [year, date] of [[1968, '1968-01-29'], [1985, '1985-01-21'], [2007, '2007-02-17'], [2030, '2030-02-02']]) {
      const { items } = (await get(`/v1/festivals?year=${year}`)).body;
      assert.equal(items.find(({ id }) => id === 'tet').date, date);
    }
  });

  test('in Vietnamese with the lunar date in words, also for who reads its words for want of others', async () => {
    for (const locale of ['vi', 'rad']) {
      const { headers, body } = await get(`/v1/festivals?year=2025&locale=${locale}`);
      assert.equal(headers.get('content-language'), 'vi');
      const autumn = body.items.at(-1);
      assert.equal(autumn.date_text, 'Thứ Hai, ngày 6 tháng 10 năm 2025');
      assert.equal(autumn.lunar.text, 'rằm tháng Tám năm Ất Tỵ');
    }
  });

  test('each language writes dates its own way', async () => {
    const expected = {
      'zh-Hans': '2025年1月29日星期三', fr: 'mercredi 29 janvier 2025', es: 'miércoles, 29 de enero de 2025',
      ru: 'среда, 29 января 2025 г.', ar: 'الأربعاء، 29 يناير 2025', de: 'Mittwoch, 29. Januar 2025',
      th: 'วันพุธที่ 29 มกราคม ค.ศ. 2025', ko: '2025년 1월 29일 수요일', id: 'Rabu, 29 Januari 2025',
    };
    for (const [locale, text] of Object.entries(expected)) {
      const { headers, body } = await get('/v1/festivals?year=2025', { 'accept-language': locale });
      assert.equal(headers.get('content-language'), locale);
      assert.equal(body.items[1].date_text, text);
    }
  });

  test('without a year, those of this one in Viet Nam', async () => {
    const year = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Ho_Chi_Minh', year: 'numeric' });
    const before = year.format(new Date());
    const { items } = (await get('/v1/festivals')).body;
    assert.ok([before, year.format(new Date())].includes(items[1].date.slice(0, 4)));
  });

  test('the limits', async () => {
    for (const year of [1900, 2100]) assert.equal((await get(`/v1/festivals?year=${year}`)).body.items.length, 9);
    for (const year of ['1899', '2101', '', '20255', '02025', '+2025', '2025.0', 'now', '２０２５']) {
      const { status, body } = await get(`/v1/festivals?year=${encodeURIComponent(year)}`, { 'accept-language': 'en' });
      assert.equal(status, 400, year);
      assert.equal(body.type, `${ORIGIN}/docs#problem-limit`);
      assert.equal(body.title, '“year” must be a whole number in the range 1900-2100.');
    }
    assert.equal((await get('/v1/festivals?locale=xx')).status, 400);
    assert.equal((await get('/v1/festivals?month=1')).status, 400);
  });
});

describe('pages', () => {
  const page = (path) => readFile(join(portal.home, 'site', path, 'index.html'), 'utf8');
  before(() => portal.must(['build']));

  test('areas and numbers of people', async () => {
    const expected = {
      vi: ['9.888,91 km²', '4.952.238'], en: ['9,888.91 km²', '4,952,238'], 'zh-Hans': ['9,888.91平方公里', '4,952,238'],
      fr: ['9\u202f888,91\u202fkm²', '4\u202f952\u202f238'], es: ['9888,91 km²', '4.952.238'],
      ru: ['9\u00a0888,91 км²', '4\u00a0952\u00a0238'], ar: ['9,888.91 كم²', '4,952,238'], ko: ['9,888.91km²', '4,952,238'],
      th: ['9,888.91 ตร.กม.', '4,952,238'], km: ['9,888.91 គម²', '4,952,238'], rad: ['9.888,91 km²', '4.952.238'],
    };
    for (const [locale, [area, people]] of Object.entries(expected)) {
      const html = await page(`${locale}/provinces/an-giang`);
      for (const text of [area, people]) assert.ok(html.includes(`<span class="value">${text}</span>`), `${locale}: ${text}`);
    }
  });

  test('languages are called in the language of the sentence', async () => {
    const origins = {
      en: 'Translated from Vietnamese by a machine.', fr: 'Langue d’origine\u00a0: vietnamien.', ja: '原文の言語：ベトナム語',
      ru: 'Язык оригинала: вьетнамский.', ar: 'لغة الأصل: الفيتنامية.', vi: 'viết bằng tiếng Việt',
    };
    for (const [locale, text] of Object.entries(origins)) {
      const { path } = (await get(`/v1/articles/pho?locale=${locale}`)).body;
      assert.ok((await page(path)).includes(text), `${locale}: ${text}`);
    }
    // Ê Đê readers, who read the Vietnamese text, are told so in Vietnamese.
    const { path } = (await get('/v1/articles/pho?locale=vi')).body;
    const borrowed = await page(path.replace('/vi/', '/rad/'));
    assert.ok(borrowed.includes('Bài này chưa có bản tiếng Ê Đê. Bạn đang đọc bản tiếng Việt.'));
  });

  test('years are headed as the language does', async () => {
    for (const [locale, year] of Object.entries({ en: '2026', vi: '2026', ja: '2026年', ko: '2026년', ru: '2026 г.', th: 'ค.ศ. 2026' })) {
      assert.ok((await page(`${locale}/topics/food/2026`)).includes(`<h1>${year}</h1>`), locale);
    }
  });
});
