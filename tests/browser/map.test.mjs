// The map of tiles as readers use it: by keyboard, without scripts, on a narrow phone, in both themes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, launch, sideways, visit } from '../lib/browser.mjs';
import { startPortal } from '../lib/portal.mjs';

let portal, server, browser;
before(async () => {
  portal = await startPortal({ content: ['content/starter'], site: true });
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await portal?.stop();
});

const open = (page, path) => page.goto(server.url + path, { waitUntil: 'load' });
const fills = (page) => page.$$eval('.tiles li > a', (tiles) => tiles.map((tile) => getComputedStyle(tile).backgroundColor));
const shown = (page, selector) => page.$$eval(selector, (found) => found.filter((one) => one.getClientRects().length).map((one) => one.className));

test('every tile is reached by the keyboard, from north to south, and shows that it is', () => visit(browser, {}, async (page) => {
  await open(page, '/en/provinces/');
  await page.focus('#show-region');
  const reached = [];
  for (let i = 0; i < 36; i++) {
    await page.keyboard.press('Tab');
    const one = await page.evaluate(() => {
      const tile = document.activeElement, box = tile.getBoundingClientRect(), style = getComputedStyle(tile);
      const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return { path: tile.pathname, row: box.top + scrollY, outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, seen: tile.contains(top) };
    });
    assert.ok(one.outline && one.seen, `${i}: ${JSON.stringify(one)}`);
    reached.push(one);
  }
  assert.equal(new Set(reached.slice(0, 34).map(({ path }) => path)).size, 34);
  assert.ok(reached.slice(0, 34).every(({ row }, i) => i === 0 || row >= reached[i - 1].row - 1));
  assert.deepEqual(reached.slice(34).map(({ path }) => path), ['/en/provinces/da-nang/', '/en/provinces/khanh-hoa/']);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/en/provinces/khanh-hoa/');
}));

test('the switch changes colours, figures and the list, without a script', () => visit(browser, { script: false }, async (page) => {
  await open(page, '/vi/provinces/');
  const region = await fills(page);
  assert.equal(new Set(region).size, 6);
  assert.deepEqual(await shown(page, '.side > div'), ['by-region']);
  await page.focus('#show-region');
  await page.keyboard.press('ArrowRight');
  const area = await fills(page);
  assert.equal(new Set(area).size, 5);
  assert.deepEqual(await shown(page, '.side > div'), ['by-area']);
  assert.ok((await shown(page, '.tiles .by-area')).length === 34 && !(await shown(page, '.tiles .by-population')).length);
  // The legend's colours are those of the tiles.
  const keys = await page.$$eval('.side .by-area .key', (found) => found.map((one) => getComputedStyle(one).backgroundColor));
  assert.deepEqual([...new Set(area)].sort(), keys.sort());
  await page.keyboard.press('ArrowRight');
  assert.notDeepEqual(await fills(page), area);
  assert.deepEqual(await shown(page, '.side > div'), ['by-population']);
}));

test('north is up and west is left in every language', async () => {
  for (const locale of ['vi', 'ar']) {
    await visit(browser, { width: 390 }, async (page) => {
      await open(page, `/${locale}/provinces/`);
      const at = (id) => page.$eval(`.tiles a[href$="/${id}/"]`, (tile) => { const { x, y } = tile.getBoundingClientRect(); return { x, y }; });
      const [dienBien, quangNinh, nghean, khanhHoa, caMau] = await Promise.all(['dien-bien', 'quang-ninh', 'nghe-an', 'khanh-hoa', 'ca-mau'].map(at));
      assert.ok(dienBien.x < quangNinh.x && nghean.x < khanhHoa.x && caMau.x < khanhHoa.x, locale);
      assert.ok(dienBien.y < nghean.y && nghean.y < khanhHoa.y && khanhHoa.y < caMau.y, locale);
      const [sea] = await page.$$eval('.tiles .isle a', (tiles) => tiles.map((tile) => tile.getBoundingClientRect().x));
      assert.ok(sea > quangNinh.x, locale);
    });
  }
});

test('nothing is cut off or wider than a phone of 320 pixels', async () => {
  for (const locale of ['vi', 'de', 'ru', 'km', 'ar', 'ja']) {
    await visit(browser, { width: 320, height: 640 }, async (page) => {
      for (const path of ['', 'ho-chi-minh/', 'ba-ria-vung-tau/']) {
        await open(page, `/${locale}/provinces/${path}`);
        assert.deepEqual(await sideways(page), [], `${locale} ${path}`);
      }
      await open(page, `/${locale}/provinces/`);
      const cut = await page.$$eval('.tiles li > a', (tiles) => tiles.filter((tile) => {
        const box = tile.getBoundingClientRect();
        return box.width < 24 || box.height < 24 || tile.scrollWidth > tile.clientWidth + 1 || tile.scrollHeight > tile.clientHeight + 1;
      }).map((tile) => tile.textContent));
      assert.deepEqual(cut, [], locale);
    });
  }
});

test('axe finds nothing, in light and dark, whatever the colours say', async () => {
  for (const dark of [false, true]) {
    await visit(browser, { dark }, async (page) => {
      for (const path of ['/en/provinces/gia-lai/', '/vi/provinces/ha-giang/', '/ar/provinces/ha-noi/', '/ar/provinces/', '/en/provinces/']) {
        await open(page, path);
        assert.deepEqual(await accessibility(page), [], `${path} ${dark ? 'dark' : 'light'}`);
      }
      for (const what of ['area', 'population']) {
        await page.check(`#show-${what}`);
        assert.deepEqual(await accessibility(page), [], `${what} ${dark ? 'dark' : 'light'}`);
      }
    });
  }
});
