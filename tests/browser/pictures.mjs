// Renews the pictures of the running portal that README.md shows:
//   node tests/browser/pictures.mjs http://127.0.0.1:8080
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, visit } from '../lib/browser.mjs';

const base = process.argv[2] ?? 'http://127.0.0.1:8080';
const folder = join(dirname(fileURLToPath(import.meta.url)), 'pictures');
const pictures = [
  { name: 'home', path: '/en/', width: 1280, height: 900, language: 'en' },
  { name: 'home-ar-phone', path: '/ar/', width: 390, height: 844, language: 'ar' },
];

const browser = await launch();
for (const { name, path, ...reader } of pictures) {
  await visit(browser, reader, async (page) => {
    await page.goto(base + path, { waitUntil: 'networkidle' });
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, `${name}.png`) });
  });
  console.log(join(folder, `${name}.png`));
}
await browser.close();
