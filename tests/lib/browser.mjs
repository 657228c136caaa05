// Debian's Chromium, and pages that fail a test when they complain: an error on the console, a
// breach of the page's own content security policy, a file that is missing.
import axe from 'axe-core';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

// Runs `use(page)` on a page of its own; complaints of the page fail it. `width`, `dark` and
// `language` (of the Accept-Language header) say who reads.
export async function visit(browser, { width = 1280, height = 900, dark = false, language = 'en', script = true, expected = [] } = {}, use) {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', locale: language, javaScriptEnabled: script,
    // axe is put into the page by the tests; nothing else may be.
    bypassCSP: false, reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${page.url()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error}`));
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${request.failure()?.errorText}`);
  });
  try {
    const result = await use(page);
    assert.deepEqual(complaints.filter((text) => !expected.some((pattern) => pattern.test(text))), []);
    return result;
  } finally {
    await context.close();
  }
}

// What axe-core finds against WCAG 2.2 A and AA and its best practices, as lines.
export async function accessibility(page) {
  // The page's policy refuses scripts from elsewhere, so axe comes through the debugger.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
  }));
  return violations.flatMap(({ id, help, nodes }) => nodes.slice(0, 3).map((node) => `${id} (${help}): ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`));
}

// Does the page scroll sideways? Names what is too wide.
export function sideways(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && (box.right > clientWidth + 1 || box.left < -1);
    });
    return [`${scrollWidth} > ${clientWidth}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
  });
}

// Are pictures and styles there, and is something to be seen?
export function broken(page) {
  return page.evaluate(() => [...document.images].filter((image) => {
    image.loading = 'eager';
    return image.complete && image.naturalWidth === 0;
  }).map((image) => image.src));
}
