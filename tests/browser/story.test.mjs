// Stories: recordings that play, pictures enlarged by keyboard, stories kept offline, print; and all
// of it without scripts.
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { after, before, test } from 'node:test';
import { accessibility, broken, launch, visit } from '../lib/browser.mjs';
import { startPortal } from '../lib/portal.mjs';

const front = (more) => `---\nlocale: en\nsource_locale: en\ntopic: heritage\nlicence: CC-BY-4.0\nauthor: An\n${more}---\n`;
const paragraph = 'A paragraph that is long enough to run over several lines on every page, so that nothing about it depends on where it breaks. '.repeat(3);
const stories = {
  film: `${front('id: t-film\nkind: video\ntitle: A film of a pond\nrecording: water-puppets-film\nimage: {media: water-puppets, alt: A stage on the water}\n')}What is shown.\n`,
  tones: `${front('id: t-tones\nkind: audio\ntitle: Tones of a string\nrecording: monochord-harmonics\n')}What is heard.\n`,
  essay: `${front('id: t-essay\nkind: photo-essay\ntitle: Three drawings\nimage: {media: pho-bowl, alt: A bowl}\n')}${paragraph}\n\n![A pond](media:lotus-pond "The pond")\n\nMore.\n\n![A drum](media:dong-son-drum "The drum")\n`,
  other: `${front('id: t-other\nkind: feature\ntitle: Another drawing\n')}${paragraph}\n\n![A pond](media:lotus-pond "The pond")\n`,
  asked: `${front('id: t-asked\nkind: interview\ntitle: Asked and answered\n')}Short.\n\n**Who is it?**\n\nNobody.\n`,
};
const path = { film: '/en/articles/a-film-of-a-pond/', tones: '/en/articles/tones-of-a-string/', essay: '/en/articles/three-drawings/', other: '/en/articles/another-drawing/', asked: '/en/articles/asked-and-answered/' };

let portal, server, browser, folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sen-story-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'articles'));
  for (const [name, text] of Object.entries(stories)) await writeFile(join(folder, 'articles', `${name}.en.md`), text);
  portal = await startPortal({ content: ['content/starter', folder], site: true, settings: { SEN_LOCALES: 'en,vi,ar' } });
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await portal?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});
const open = (page, address) => page.goto(server.url + address, { waitUntil: 'load' });

test('video and audio: what they are is known before they play, and nothing plays by itself', async () => {
  await visit(browser, {}, async (page) => {
    for (const [name, selector, seconds] of [['film', 'video', 20], ['tones', 'audio', 27]]) {
      const loads = [];
      page.on('request', (request) => loads.push(request.url()));
      await open(page, path[name]);
      const media = page.locator(selector);
      assert.deepEqual(loads.filter((url) => /\.(webm|mp3)$/.test(url)), [], 'nothing is loaded before it is asked for');
      const length = await media.evaluate((element) => new Promise((done, fail) => {
        element.addEventListener('loadedmetadata', () => done([element.duration, element.videoWidth, element.paused, element.autoplay, element.controls]));
        element.addEventListener('error', () => fail(new Error(element.error?.message ?? 'error')), true);
        element.preload = 'metadata';
        element.load();
      }));
      assert.ok(Math.abs(length[0] - seconds) < 1, String(length));
      assert.deepEqual(length.slice(2), [true, false, true]);
      assert.match(await page.locator('figure.recording figcaption').innerText(), new RegExp(`${seconds} seconds`));
      const link = page.locator('figure.recording a[download]');
      assert.equal((await fetch(new URL(await link.getAttribute('href'), server.url))).status, 200);
    }
    await open(page, path.film);
    const cues = await page.locator('video').evaluate(async (video) => {
      const [track] = [...video.querySelectorAll('track')].filter((one) => one.default);
      track.track.mode = 'showing';
      await new Promise((done) => (track.readyState === 2 ? done() : track.addEventListener('load', done)));
      return [track.srclang, track.track.cues.length, track.track.cues[0].text];
    });
    assert.deepEqual([cues[0], cues[1]], ['en', 6]);
    assert.match(cues[2], /stage on the water/);
    assert.equal(await page.locator('track').count(), 2);
  });
});

test('pictures are enlarged, leafed through and left by keyboard', async () => {
  for (const [prefix, forward, back] of [['/en', 'ArrowRight', 'ArrowLeft'], ['/ar', 'ArrowLeft', 'ArrowRight']]) {
    await visit(browser, { language: prefix.slice(1) }, async (page) => {
      await open(page, path.essay.replace('/en', prefix));
      const links = page.locator('a.enlarge');
      assert.equal(await links.count(), 3);
      await links.nth(1).focus();
      await page.keyboard.press('Enter');
      const dialog = page.locator('dialog.gallery');
      const shown = () => dialog.locator('img').getAttribute('alt');
      assert.equal(await dialog.evaluate((element) => element.open), true);
      assert.equal(await shown(), 'A pond');
      assert.match(await dialog.locator('figcaption').innerText(), /The pond[\s\S]*CC-BY-4\.0/);
      assert.match(await dialog.locator('> p').innerText(), /2.*3/);
      await page.keyboard.press(forward);
      assert.equal(await shown(), 'A drum');
      await page.keyboard.press(forward);
      assert.equal(await shown(), 'A bowl', 'the first follows the last');
      await page.keyboard.press(back);
      assert.equal(await shown(), 'A drum');
      await dialog.locator('button.previous').click();
      assert.equal(await shown(), 'A pond');
      assert.deepEqual(await accessibility(page), []);
      await page.keyboard.press('Escape');
      assert.equal(await dialog.evaluate((element) => element.open), false);
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), await links.nth(1).getAttribute('href'), 'the focus is where the picture is');
    });
  }
});

test('stories are kept on the device, read without a connection, and removed', async () => {
  const away = /ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|FAILED)|Failed to load resource/;
  await visit(browser, { expected: [away] }, async (page) => {
    const saved = async (name) => {
      await open(page, path[name]);
      const button = page.locator('button.save');
      await button.waitFor();
      assert.equal(await button.getAttribute('aria-pressed'), 'false');
      await button.click();
      await page.locator('button.save[aria-pressed="true"]').waitFor();
    };
    await open(page, path.asked);
    await page.locator('button.save').waitFor();
    assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length + (await caches.keys()).length), 0, 'nothing is kept before somebody asks for it');
    await saved('essay');
    await page.evaluate(() => navigator.serviceWorker.ready);
    await saved('other');
    const cookies = await page.context().cookies();
    assert.deepEqual(cookies, []);

    await page.context().setOffline(true);
    await open(page, path.essay);
    assert.equal(await page.locator('h1').innerText(), 'Three drawings');
    assert.deepEqual(await broken(page), []);
    for (const image of await page.locator('article.text img').all()) {
      await image.scrollIntoViewIfNeeded();
      await image.evaluate((element) => element.complete || new Promise((done) => element.addEventListener('load', done)));
      assert.ok(await image.evaluate((element) => element.naturalWidth) > 0, await image.getAttribute('src'));
    }
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor !== 'rgba(0, 0, 0, 0)'), true, 'its style is there');

    await open(page, '/en/about/');
    assert.equal(await page.locator('h1').innerText(), 'Saved stories', 'what is not kept leads to what is');
    assert.equal(await page.locator('#offline').isVisible(), true);
    await open(page, '/en/saved/');
    assert.equal(await page.locator('#offline').isVisible(), false);
    assert.deepEqual(await page.locator('#saved a').allInnerTexts(), ['Three drawings', 'Another drawing']);
    assert.deepEqual(await accessibility(page), []);
    await page.locator('#saved button').first().click();
    await page.locator('#saved li').nth(1).waitFor({ state: 'detached' });
    await open(page, path.other);
    const pond = page.locator('article.text figure img');
    await pond.evaluate((element) => element.complete || new Promise((done) => element.addEventListener('load', done)));
    assert.ok(await pond.evaluate((element) => element.naturalWidth) > 0, 'a picture that another story shows stays');
    assert.equal(await page.evaluate(async (one) => Boolean(await caches.match(one)), path.essay), false);

    await page.context().setOffline(false);
    await open(page, path.other);
    await page.locator('button.save[aria-pressed="true"]').click();
    await page.locator('button.save[aria-pressed="false"]').waitFor();
    assert.deepEqual(await page.evaluate(() => caches.keys()), []);
    await open(page, '/en/saved/');
    assert.equal(await page.locator('#none').isVisible(), true);
  });
});

test('a kept story is read while the server is away, and one that was withdrawn goes', async () => {
  const second = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  await visit(browser, { expected: [/ERR_CONNECTION_REFUSED|Failed to load resource/] }, async (page) => {
    const go = (address) => page.goto(second.url + address, { waitUntil: 'load' });
    await go(path.film);
    await page.locator('button.save').click();
    await page.locator('button.save[aria-pressed="true"]').waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await go(path.film);
    await second.stop();
    await go(path.film);
    assert.equal(await page.locator('h1').innerText(), 'A film of a pond');
    const poster = await page.locator('video').getAttribute('poster');
    assert.equal(await page.evaluate(async (url) => (await fetch(url)).status, poster), 200);
  });
});

test('the service worker is never kept, and each language has its manifest', async () => {
  const worker = await fetch(`${server.url}/sw.js`);
  assert.match(worker.headers.get('content-type'), /^text\/javascript/);
  assert.equal(worker.headers.get('cache-control'), 'no-cache');
  for (const [locale, dir] of [['en', 'ltr'], ['ar', 'rtl']]) {
    const answer = await fetch(`${server.url}/${locale}/manifest.webmanifest`);
    assert.match(answer.headers.get('content-type'), /^application\/manifest\+json/);
    const manifest = await answer.json();
    assert.deepEqual([manifest.lang, manifest.dir, manifest.start_url], [locale, dir, `/${locale}/`]);
    assert.equal((await fetch(server.url + manifest.icons[0].src)).status, 200);
  }
});

test('on paper there are the text and its pictures, and nothing to press', async () => {
  await visit(browser, {}, async (page) => {
    await open(page, path.essay);
    await page.emulateMedia({ media: 'print' });
    for (const selector of ['nav.main', 'button.save', 'button.print', 'footer.site', '.skip', '.languages'])
      for (const one of await page.locator(selector).all()) assert.equal(await one.isVisible(), false, selector);
    for (const selector of ['h1', '.body p', '.body figure', '.origin']) assert.equal(await page.locator(selector).first().isVisible(), true, selector);
  });
});

test('all scripts together take at most 10 KB', async () => {
  const folders = [join(portal.home, 'site', 'assets'), join(portal.home, 'site')];
  let bytes = 0;
  for (const one of folders)
    for (const name of (await readdir(one)).filter((file) => file.endsWith('.js'))) bytes += gzipSync(await readFile(join(one, name)), { level: 9 }).length;
  assert.ok(bytes > 1000 && bytes <= 10240, `${bytes} bytes`);
});

test('without scripts everything is there, and nothing that needs one', async () => {
  await visit(browser, { script: false, width: 390 }, async (page) => {
    for (const name of Object.keys(path)) {
      await open(page, path[name]);
      assert.equal(await page.locator('h1').count(), 1);
      assert.equal(await page.locator('button:visible').count(), 0, name);
      assert.ok((await page.locator('.kicker .kind').innerText()).length > 2, name);
    }
    await open(page, path.essay);
    const picture = await page.locator('.body a.enlarge').first().getAttribute('href');
    assert.match((await fetch(server.url + picture)).headers.get('content-type'), /^image\//);
    assert.match(await page.locator('.origin').innerText(), /Pictures and recordings[\s\S]*CC-BY-4\.0/);
    await page.locator('.reprint summary').click();
    assert.match(await page.locator('.reprint .line').innerText(), /Three drawings — An, CC BY 4\.0, http.*three-drawings/);
    await open(page, '/en/saved/');
    assert.match(await page.locator('main').innerText(), /needs a script/);
    await open(page, path.essay.replace('/en/', '/vi/'));
    const links = page.locator('.notice a');
    assert.deepEqual(await links.evaluateAll((all) => all.map((one) => one.getAttribute('href'))), [path.essay, '/vi/topics/heritage/']);
  });
});

test('each kind on a small page and a large one', async () => {
  for (const width of [320, 1280])
    await visit(browser, { width }, async (page) => {
      for (const name of Object.keys(path)) {
        await open(page, path[name]);
        assert.deepEqual(await accessibility(page), [], `${name} at ${width}`);
        assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 90))), [], `${name} at ${width}`);
      }
    });
});
