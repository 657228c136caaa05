// Every kind of page in every language, light and dark, at 320 and 1280 px: accessible, nothing
// wider than the screen, every letter in a font of the page's own stack. All of it takes most of an
// hour (SEN_SWEEP=all); otherwise a sample that turns with the seed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { accessibility, broken, launch, sideways, visit } from '../lib/browser.mjs';
import { oneOfEach, pagesOf } from '../lib/pages.mjs';
import { startPortal } from '../lib/portal.mjs';
import { random } from '../lib/row.mjs';

const pick = random();
const all = process.env.SEN_SWEEP === 'all';

let portal, server, browser, pages;
before(async () => {
  portal = await startPortal({ content: ['content/starter'], site: true });
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  browser = await launch();
  pages = oneOfEach(await pagesOf(join(portal.home, 'site')), pick);
});
after(async () => {
  await browser?.close();
  await portal?.stop();
});

const shuffled = (list) => list.map((one) => [pick(), one]).sort(([a], [b]) => a - b).map(([, one]) => one);

// Each kind once and each language once, in a theme and a width that chance chooses; or everything.
function views() {
  const looks = [320, 1280].flatMap((width) => [false, true].map((dark) => ({ width, dark })));
  if (all) return pages.flatMap((page) => looks.map((look) => ({ ...page, ...look })));
  const first = (name) => {
    const seen = new Set();
    return shuffled(pages).filter((page) => !seen.has(page[name]) && seen.add(page[name]));
  };
  return [...first('kind'), ...first('locale')].map((page) => ({ ...page, ...looks[Math.floor(pick() * looks.length)] }));
}

test('accessible, and nothing wider than the screen', { timeout: all ? 7200000 : 600000 }, async () => {
  const found = [];
  const list = views();
  assert.ok(list.length > 30, `${list.length} views`);
  for (const [i, { path, width, dark, locale }] of list.entries()) {
    if (all && i % 100 === 0) console.log(`# ${i} of ${list.length}`);
    await visit(browser, { language: locale || 'en', width, dark, expected: [/404/] }, async (page) => {
      await page.goto(server.url + path, { waitUntil: 'load' });
      const label = `${path} ${width} px ${dark ? 'dark' : 'light'}`;
      const lines = [...await accessibility(page), ...await sideways(page), ...await broken(page)];
      for (const line of lines) found.push(`${label}: ${line}`);
    });
  }
  assert.deepEqual(found, []);
});

// What comes over the wire until the page is complete, as a reader who comes for the first time gets it.
async function firstLoad(path) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    const files = new Map();
    session.on('Network.responseReceived', ({ requestId, response }) => files.set(requestId, { url: response.url, bytes: 0 }));
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => { if (files.has(requestId)) files.get(requestId).bytes = encodedDataLength; });
    await page.goto(server.url + path, { waitUntil: 'networkidle' });
    return [...files.values()].filter(({ url }) => url.startsWith('http'));
  } finally {
    await context.close();
  }
}

test('the first load of an article: at most 150 KB in at most 10 requests', { timeout: 300000 }, async () => {
  const articles = pages.filter(({ kind }) => /\barticle\b/.test(kind));
  assert.ok(new Set(articles.map(({ locale }) => locale)).size >= 16);
  const [over, sizes] = [[], []];
  for (const { path } of articles) {
    const files = await firstLoad(path);
    const bytes = files.reduce((sum, one) => sum + one.bytes, 0);
    sizes.push(bytes);
    if (files.length > 10 || bytes > 150 * 1024) over.push(`${path}: ${bytes} bytes in ${files.length}: ${files.map(({ url, bytes: own }) => `${new URL(url).pathname} ${own}`).join(', ')}`);
  }
  console.log(`# ${articles.length} articles, largest ${Math.max(...sizes)} bytes, smallest ${Math.min(...sizes)}`);
  assert.deepEqual(over, []);
});
