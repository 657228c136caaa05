// Every letter of a page comes from the fonts cut for its language.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, visit } from '../lib/browser.mjs';
import { strayFonts } from '../lib/coverage.mjs';
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

async function article(locale) {
  const { items } = await (await fetch(`${server.url}/v1/articles/ha-long-bay/texts`)).json();
  const slug = items.find((item) => item.locale === locale)?.slug;
  return slug ? [`/${locale}/articles/${encodeURIComponent(slug)}/`] : [];
}

for (const locale of ['vi', 'en', 'ar', 'th', 'km', 'lo', 'ja', 'ru', 'rad']) {
  test(`fonts in ${locale}`, async () => {
    await visit(browser, { language: locale }, async (page) => {
      for (const path of [`/${locale}/`, ...await article(locale), `/${locale}/provinces/dak-lak/`, `/${locale}/about/`]) {
        await page.goto(server.url + path, { waitUntil: 'load' });
        assert.deepEqual(await strayFonts(page), [], path);
      }
    });
  });
}

test('a letter that no font was cut for is noticed', async () => {
  await visit(browser, {}, async (page) => {
    await page.goto(`${server.url}/en/about/`, { waitUntil: 'load' });
    await page.evaluate(() => { document.querySelector('h1').textContent = 'ა'; });
    const stray = await strayFonts(page);
    assert.equal(stray.length, 1);
    assert.match(stray[0], /^en in .*, 1 glyphs: ა$/);
  });
});
