// From the request to publish until the API, and until the page of the static site, shows it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPortal, waitFor } from '../lib/portal.mjs';
import { median, quantile, row, unlimited } from './lib.mjs';

const COUNT = 30;
const ARTICLE = { id: 'bench', source_locale: 'en' };

async function shown(ask, words) {
  const began = performance.now();
  await waitFor(async () => (await ask()).includes(words), { every: 2 });
  return performance.now() - began;
}

const times = (list) => `median ${median(list).toFixed(0)} ms, p95 ${quantile(list, 0.95).toFixed(0)} ms`;

export default async function measure() {
  const portal = await startPortal({ build: 'release', content: ['content/starter'], site: true, durable: true });
  try {
    const token = await portal.token();
    const server = await portal.serve(unlimited);
    const worker = portal.worker();
    const send = async (method, path, body, headers = {}) => {
      const answer = await fetch(server.url + path, {
        method, body: JSON.stringify(body), headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return answer;
    };
    const text = '/v1/articles/bench/texts/en';
    const page = join(portal.home, 'site/en/articles/bench/index.html');
    const fromApi = () => fetch(`${server.url}/v1/articles/bench?locale=en`).then((answer) => answer.text());
    const fromSite = () => readFile(page, 'utf8').catch(() => '');
    await send('POST', '/v1/articles', ARTICLE);
    const api = [];
    const site = [];
    let condition = { 'if-none-match': '*' };
    for (let i = 0; i <= COUNT; i++) {
      const words = `Edition number ${i} is out`;
      const saved = await send('PUT', text, { title: 'A text', slug: 'bench', body: `${words}.` }, condition);
      condition = { 'if-match': saved.headers.get('etag') };
      const published = Promise.all([shown(fromApi, words), shown(fromSite, words)]);
      const answer = await send('POST', `${text}/publish`, { note: words }, condition);
      condition = { 'if-match': answer.headers.get('etag') };
      const [inApi, onPage] = await published;
      if (i > 0) { // the first opens connections and starts processes
        api.push(inApi);
        site.push(onPage);
      }
    }
    await worker.stop();
    row({ what: 'published until the API shows it', ours: times(api), figure: `${median(api).toFixed(0)} ms`, goal: '< 50 ms', reached: median(api) < 50 });
    row({ what: 'published until the page shows it', ours: times(site), figure: `${median(site).toFixed(0)} ms`, goal: '< 1000 ms', reached: median(site) < 1000 });
  } finally {
    await portal.stop();
  }
}
