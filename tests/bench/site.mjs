// The site as Lighthouse sees it, on the phone it emulates: front page, article, province and search
// in four scripts. The rival is the figure the portal set itself: 99 of 100 in each category.
import { join } from 'node:path';
import lighthouse from 'lighthouse';
import { chromium } from 'playwright-core';
import { freePort } from '../lib/front.mjs';
import { pagesOf } from '../lib/pages.mjs';
import { startPortal } from '../lib/portal.mjs';
import { median, row, unlimited } from './lib.mjs';

const categories = ['performance', 'accessibility', 'best-practices', 'seo'];
const rounds = 3;

export default async function measure() {
  const portal = await startPortal({ build: 'release', content: ['content/starter'], site: true });
  const port = await freePort();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', `--remote-debugging-port=${port}`] });
  try {
    const server = await portal.serve(unlimited);
    const pages = await pagesOf(join(portal.home, 'site'));
    for (const locale of ['en', 'ar', 'ja', 'km']) {
      const article = pages.find((page) => page.locale === locale && /\barticle\b/.test(page.kind)).path;
      for (const path of [`/${locale}/`, article, `/${locale}/provinces/ha-noi/`, `/${locale}/search/`]) {
        const scores = [];
        for (let i = 0; i < rounds; i++) {
          const { lhr } = await lighthouse(server.url + path, { port, onlyCategories: categories, logLevel: 'silent' });
          scores.push({ lhr, values: categories.map((name) => Math.round(lhr.categories[name].score * 100)) });
        }
        const middle = categories.map((_, i) => median(scores.map(({ values }) => values[i])));
        row({ what: `Lighthouse, ${decodeURI(path)}`, ours: middle.join(', '), figure: categories.map((name) => name[0].toUpperCase()).join(', '), goal: '≥ 99 each', reached: middle.every((value) => value >= 99) });
        const missed = Object.values(scores[0].lhr.audits).filter(({ score, scoreDisplayMode }) => score !== null && score < 0.9 && ['binary', 'numeric', 'metricSavings'].includes(scoreDisplayMode));
        if (middle.some((value) => value < 99)) console.log(`    ${missed.map(({ id, displayValue }) => `${id} ${displayValue ?? ''}`).join('; ')}`);
      }
    }
  } finally {
    await browser.close();
    await portal.stop();
  }
}
