// Search as readers meet it: in seven scripts, with and without scripts of ours, with and without a
// server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, launch, sideways, visit } from '../lib/browser.mjs';
import { serveFiles } from '../lib/files.mjs';
import { nginx } from '../lib/front.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';
import { random } from '../lib/row.mjs';

// What is typed, its beginning, and the title of what is meant.
const editions = {
  vi: { begun: 'vinh ha', words: 'vinh ha long', title: /^Vịnh Hạ Long/ },
  ar: { begun: 'خليج', words: 'خليج ها لونغ', title: /^خليج ها لونغ/ },
  'zh-Hans': { begun: '下龙', words: '下龙湾', title: /^下龙湾/ },
  ja: { begun: 'ハロン', words: 'ハロン湾', title: /^ハロン湾/ },
  th: { begun: 'อ่าวฮา', words: 'อ่าวฮาลอง', title: /^อ่าวฮาลอง/ },
  km: { begun: 'ឈូងសមុទ្រ', words: 'ឈូងសមុទ្រហាឡុង', title: /^ឈូងសមុទ្រហាឡុង/ },
  lo: { begun: 'ອ່າວ', words: 'ອ່າວຮ່າລອງ', title: /^ອ່າວຮ່າລອງ/ },
};

let portal, server, files, browser;
before(async () => {
  portal = await startPortal({ content: ['content/starter'], site: true });
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  portal.worker(); // learns the words
  files = await serveFiles(portal);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await files?.stop();
  await portal?.stop();
});

const field = (page) => page.locator('#q');
const hits = (page) => page.locator('.hits > li h3 a');
const titles = (page) => hits(page).allInnerTexts();
const address = (locale, parameters) => `/${locale}/search/?${new URLSearchParams(parameters)}`;
const open = (page, path, from = server) => page.goto(from.url + path, { waitUntil: 'load' });

async function ask(page, words) {
  await field(page).fill(words);
  await field(page).press('Enter');
  await page.waitForURL((url) => url.searchParams.get('q') === words);
  await page.locator('h2.found').waitFor({ timeout: 10000 });
  await waitFor(async () => await page.locator('#results').getAttribute('aria-busy') === null);
}

for (const [locale, { begun, words, title }] of Object.entries(editions)) {
  test(`search and read in ${locale}`, async () => {
    await visit(browser, { language: locale }, async (page) => {
      await open(page, `/${locale}/search/`);
      await field(page).pressSequentially(begun);
      const options = page.locator('#suggestions [role=option]');
      await options.filter({ hasText: title }).first().waitFor({ timeout: 10000 });
      assert.equal(await field(page).getAttribute('aria-expanded'), 'true');
      await field(page).press('Escape');
      assert.ok(await page.locator('#suggestions').isHidden());

      await ask(page, words);
      assert.match((await titles(page))[0], title);
      assert.ok(await page.locator('.hits mark').count() > 0, 'what was looked for is marked');
      const found = await page.locator('h2.found').innerText();
      assert.equal(await page.locator('#said').innerText(), found, 'it is said to those who listen');
      const all = await titles(page);

      const link = page.locator('.filters a[href*="topic=nature"]');
      if (await link.count()) {
        await link.evaluate((one) => { one.closest('details').open = true; });
        await link.click();
        await page.waitForURL((url) => url.searchParams.get('topic') === 'nature');
        await page.locator('.chosen a').waitFor();
        assert.match((await titles(page))[0], title);
        assert.ok((await titles(page)).length <= all.length);
        await page.goBack();
        await page.locator('.chosen').waitFor({ state: 'detached' });
        await waitFor(async () => (await titles(page)).length === all.length);
      }

      await hits(page).first().click();
      await page.waitForURL((url) => !url.pathname.includes('/search/'));
      assert.match(await page.locator('h1').innerText(), title);
      await page.goBack();
      await waitFor(async () => (await titles(page)).join() === all.join());
      assert.equal(await field(page).inputValue(), words);
    });
  });

  test(`search in ${locale} without scripts, and without a server`, async () => {
    await visit(browser, { language: locale, script: false }, async (page) => {
      await open(page, `/${locale}/search/`);
      await field(page).fill(words);
      await field(page).press('Enter');
      await page.waitForURL((url) => url.searchParams.get('q') === words);
      assert.match((await titles(page))[0], title);
      assert.equal(await field(page).inputValue(), words);
      assert.equal(await page.locator('noscript').count(), 0);
    });
    await visit(browser, { language: locale, expected: [/502/] }, async (page) => {
      await open(page, `/${locale}/search/`, files);
      await ask(page, words);
      assert.match((await titles(page))[0], title);
      assert.ok(await page.locator('#results .notice').innerText(), 'it says whence the results come');
      assert.ok(await page.locator('.hits mark').count() > 0);
      await hits(page).first().click();
      await page.waitForURL((url) => !url.pathname.includes('/search/'));
      assert.match(await page.locator('h1').innerText(), title);
    });
  });
}

// The title words of texts, as readers type them.
test('the copy finds every text by its title, in every language', { timeout: 240000 }, async () => {
  const { items } = await (await fetch(`${server.url}/v1/locales`)).json();
  const pick = random();
  const missed = [];
  await visit(browser, { expected: [/502/] }, async (page) => {
    for (const { tag } of items) {
      const index = await (await fetch(`${files.url}/${tag}/search/index.json`)).json();
      if (!index.texts) continue;
      const texts = Object.values(await (await fetch(`${files.url}/${tag}/search/0/texts.json`)).json());
      await open(page, `/${tag}/search/`, files);
      for (const [path, title] of texts.filter(() => pick() < 12 / texts.length)) {
        await ask(page, title.replaceAll('"', ''));
        const links = await hits(page).evaluateAll((all) => all.slice(0, 3).map((one) => one.getAttribute('href')));
        if (!links.includes(path)) missed.push(`${tag}: ${title}: ${links}`);
      }
    }
  });
  assert.deepEqual(missed, []);
});

test('the copy answers as the server would: stems, folding, filters, exclusions', async () => {
  await visit(browser, { expected: [/502/] }, async (page) => {
    for (const [locale, parameters, first] of [
      ['en', { q: 'terrace' }, /Terraced rice fields/],
      ['en', { q: 'PUPPETRY' }, /Water puppets/],
      ['fr', { q: 'marionnette' }, /marionnettes/],
      ['vi', { q: 'MUA ROI NUOC' }, /Múa rối nước/],
      ['vi', { q: 'hoà bình' }, /./],
      ['zh-Hant', { q: '水上木偶戏' }, /水上木偶/],
      ['zh-Hans', { q: '水上木偶戲' }, /水上木偶/],
      ['ru', { q: 'кукол' }, /^куклы/i],
    ]) {
      await open(page, address(locale, parameters), files);
      await page.locator('h2.found').waitFor();
      assert.match((await titles(page))[0] ?? 'nothing', first, JSON.stringify(parameters));
    }
    await open(page, address('en', { q: 'water', topic: 'nature' }), files);
    await page.locator('.hits').waitFor();
    const nature = await titles(page);
    assert.ok(nature.length && !nature.some((title) => /puppet/i.test(title)), nature.join());
    await open(page, address('en', { q: 'water -puppets' }), files);
    await page.locator('.hits').waitFor();
    assert.ok(!(await titles(page)).some((title) => /puppet/i.test(title)));
    await open(page, address('en', { q: 'qwzzkj' }), files);
    await page.locator('h2.found').waitFor();
    assert.equal(await hits(page).count(), 0);
    // A language without texts of its own is answered in those that stand in for it, and says so.
    await open(page, address('rad', { q: 'phở' }), files);
    await page.locator('.hits').waitFor();
    assert.ok(await page.locator('.hits .tag').count() > 0);
  });
});

test('a server that does not answer in time leaves it to the copy', async () => {
  await visit(browser, {}, async (page) => {
    await open(page, '/en/search/');
    await page.route(/search\/\?/, () => {}); // for ever
    const since = performance.now();
    await field(page).fill('puppets');
    await field(page).press('Enter');
    await page.locator('.hits').waitFor({ timeout: 15000 });
    assert.ok(performance.now() - since > 2500);
    assert.match((await titles(page))[0], /Water puppets/);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });
});

test('behind nginx, with the server and after it has stopped', async () => {
  const other = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  const front = await nginx(portal, other);
  try {
    await visit(browser, { script: false }, async (page) => {
      await open(page, '/en/', front);
      await page.locator('main input[name=q]').fill('puppets');
      await page.locator('main input[name=q]').press('Enter');
      await page.waitForURL('**/search/?q=puppets');
      assert.match((await titles(page))[0], /Water puppets/);
    });
    await other.stop();
    await visit(browser, { expected: [/50[24]/] }, async (page) => {
      await open(page, address('en', { q: 'terraces' }), front);
      await page.locator('.hits').waitFor();
      assert.match((await titles(page))[0], /Terraced/);
      await ask(page, 'fish sauce');
      assert.match((await titles(page))[0], /[Ff]ish sauce/);
    });
    const answer = await fetch(`${front.url}/v1/search?q=x`);
    assert.equal(answer.status, 502);
  } finally {
    await front.stop();
  }
});

test('by keyboard: a suggestion is chosen and opened', async () => {
  await visit(browser, {}, async (page) => {
    await open(page, '/en/search/');
    await field(page).pressSequentially('water pup');
    const options = page.locator('#suggestions [role=option]');
    await options.first().waitFor();
    assert.equal(await field(page).getAttribute('aria-activedescendant'), null);
    await field(page).press('ArrowDown');
    const first = options.first();
    assert.equal(await field(page).getAttribute('aria-activedescendant'), await first.getAttribute('id'));
    assert.equal(await first.getAttribute('aria-selected'), 'true');
    await field(page).press('ArrowUp');
    assert.equal(await options.last().getAttribute('aria-selected'), 'true');
    await field(page).press('ArrowDown');
    assert.deepEqual(await accessibility(page), []);
    await field(page).press('Enter');
    await page.waitForURL('**/articles/**');
    assert.match(await page.locator('h1').innerText(), /Water puppets/);
  });
});

test('a saved address opens the same, and strangers\' additions to it are overlooked', async () => {
  const saved = address('en', { q: 'water', kind: 'feature', sort: 'newest', utm_source: 'elsewhere' });
  const seen = [];
  for (const script of [true, false]) {
    await visit(browser, { script }, async (page) => {
      await open(page, saved);
      seen.push([await page.locator('#results').innerText(), await page.title()]);
      assert.equal(await page.locator('.chosen a').count(), 1);
      assert.equal(await page.locator('.sort [aria-current]').count(), 1);
    });
  }
  assert.deepEqual(seen[0], seen[1]);
  assert.match(seen[0][1], /water/);
});

test('more results follow the first, and come back to nobody twice', async () => {
  await visit(browser, {}, async (page) => {
    await open(page, address('en', { q: 'the' }));
    const first = await titles(page);
    await page.locator('#results a.more').click();
    await waitFor(async () => await hits(page).count() > first.length);
    const links = await hits(page).evaluateAll((all) => all.map((one) => one.href));
    assert.equal(new Set(links).size, links.length);
    assert.equal(await page.evaluate(() => document.activeElement.closest('li') === document.querySelectorAll('.hits > li')[20]), true, 'the focus is on the first of them');
  });
});

test('a search has a feed', async () => {
  await visit(browser, {}, async (page) => {
    await open(page, '/en/search/');
    await ask(page, 'puppets');
    const link = page.locator('head link#feed');
    assert.equal(await link.getAttribute('rel'), 'alternate');
    assert.equal(await link.getAttribute('type'), 'application/atom+xml');
    const href = await link.getAttribute('href');
    assert.equal(await page.locator('.subscribe a').getAttribute('href'), href);
    const answer = await fetch(server.url + href);
    assert.equal(answer.status, 200, href);
    assert.match(answer.headers.get('content-type'), /atom/);
    assert.match(await answer.text(), /<entry>[\s\S]*Water puppets/);
    await ask(page, 'terrace');
    assert.notEqual(await link.getAttribute('href'), href);
  });
});

test('what was mistyped is corrected, places come first, and nothing says so', async () => {
  await waitFor(async () => (await (await fetch(`${server.url}/v1/search?q=pupets&locale=en`)).json()).query.corrected.length, { seconds: 30 });
  await visit(browser, { language: 'en' }, async (page) => {
    await open(page, address('en', { q: 'pupets' }));
    const note = await page.locator('#results .notice').first().innerText();
    assert.match(note, /pupets[\s\S]*puppet/);
    assert.match((await titles(page))[0], /Water puppets/);
    await open(page, address('en', { q: '河内' }));
    assert.equal(await page.locator('.found-places a').first().getAttribute('href'), '/en/provinces/ha-noi/');
    await open(page, address('en', { q: '<b>qwzzkj' }));
    assert.match(await page.locator('h2.found').innerText(), /<b>qwzzkj/);
    assert.equal(await page.locator('main b').count(), 0);
  });
});

test('a search that cannot be read is answered with the reason', async () => {
  await visit(browser, { expected: [/400/] }, async (page) => {
    await open(page, '/en/search/');
    await field(page).fill('!!!');
    await field(page).press('Enter');
    await page.locator('#results .notice').waitFor();
    assert.match(await page.locator('#results .notice').innerText(), /./);
  });
  for (const query of ['!!!', 'x'.repeat(900), 'a'.repeat(301), '\u0301'.repeat(200), `${'"'.repeat(100)}`, 'word '.repeat(40)]) {
    const answer = await fetch(server.url + address('en', { q: query }), { signal: AbortSignal.timeout(5000) });
    assert.ok([200, 400].includes(answer.status), `${query.slice(0, 20)}: ${answer.status}`);
    assert.match(answer.headers.get('content-type'), /text\/html/, query.slice(0, 20));
    assert.match(await answer.text(), /<main/);
  }
});

test('accessible and without sideways scrolling', { timeout: 240000 }, async () => {
  const found = [];
  for (const [locale, { words }] of Object.entries(editions)) {
    for (const [width, dark] of [[320, false], [1280, true], [320, true], [1280, false]]) {
      await visit(browser, { language: locale, width, dark }, async (page) => {
        await open(page, address(locale, { q: words }));
        for (const one of await page.locator('#results details').all()) await one.evaluate((details) => { details.open = true; });
        const label = `${locale} ${width} px ${dark ? 'dark' : 'light'}`;
        for (const line of [...await accessibility(page), ...(width === 320 ? await sideways(page) : [])]) found.push(`${label}: ${line}`);
      });
    }
  }
  assert.deepEqual(found, []);
});

test('search engines list the page that asks, not its answers', async () => {
  const [asks, answers] = await Promise.all([fetch(`${server.url}/en/search/`), fetch(`${server.url}/en/search/?q=water`)]);
  assert.equal(asks.headers.get('x-robots-tag'), null);
  assert.doesNotMatch(await asks.text(), /name="robots"/);
  assert.equal(answers.status, 200);
  assert.equal(answers.headers.get('x-robots-tag'), 'noindex');
});
