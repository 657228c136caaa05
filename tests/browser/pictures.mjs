// Renews the pictures of the running portal that README.md shows:
//   node tests/browser/pictures.mjs http://127.0.0.1:8080
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, visit } from '../lib/browser.mjs';

const base = process.argv[2] ?? 'http://127.0.0.1:8080';
const folder = join(dirname(fileURLToPath(import.meta.url)), 'pictures');
const desktop = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };
// An article is named by its id: its address is written in the language.
const pictures = [
  { name: 'home', path: '/en/', width: 1280, height: 850, language: 'en' },
  { name: 'home-ar-phone', path: '/ar/', ...phone, language: 'ar' },
  { name: 'article-ja', article: 'ha-long-bay', ...desktop, language: 'ja' },
  { name: 'article-km-phone', article: 'ha-long-bay', ...phone, language: 'km' },
  { name: 'article-vi-dark', article: 'pho', ...desktop, dark: true, language: 'vi' },
  { name: 'provinces', path: '/en/provinces/', width: 1280, height: 1500, language: 'en' },
  { name: 'provinces-th-phone', path: '/th/provinces/', ...phone, language: 'th' },
  { name: 'search-de-phone', path: '/de/search/?q=Pho', ...phone, dark: true, language: 'de' },
];

async function addressOf({ path, article, language }) {
  if (path) return path;
  const { items } = await (await fetch(`${base}/v1/articles/${article}/texts`)).json();
  return `/${language}/articles/${encodeURIComponent(items.find((item) => item.locale === language).slug)}/`;
}

const browser = await launch();
for (const { name, path, article, ...reader } of pictures) {
  const address = await addressOf({ path, article, ...reader });
  await visit(browser, reader, async (page) => {
    await page.goto(base + address, { waitUntil: 'networkidle' });
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, `${name}.png`) });
  });
  console.log(join(folder, `${name}.png`));
}
await browser.close();
