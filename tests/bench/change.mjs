// From the request to publish until the API shows it, and from its answer until the page of a static
// site of 50,000 pages is served with it.
import { join } from 'node:path';
import { startPortal, waitFor } from '../lib/portal.mjs';
import { median, quantile, row, texts, unlimited, writeLines } from './lib.mjs';

const COUNT = 30;
const PAGES = Number(process.env.SEN_BENCH_PAGES ?? 50000);
const topics = ['heritage', 'nature', 'food', 'music'];
const units = ['ha-noi', 'hue', 'da-nang', 'can-tho', 'lao-cai', 'ca-mau', 'gia-lai'];
const ARTICLE = { id: 'bench', source_locale: 'en', topic: 'food', provinces: ['hue'] };

async function shown(ask, words) {
  const began = performance.now();
  await waitFor(async () => (await ask()).includes(words), { every: 2 });
  return performance.now() - began;
}

const times = (list) => `median ${median(list).toFixed(0)} ms, p95 ${quantile(list, 0.95).toFixed(0)} ms, worst ${Math.max(...list).toFixed(0)} ms`;

export default async function measure() {
  const portal = await startPortal({ build: 'release', content: ['content/starter'], durable: true });
  try {
    // Every text has a page in each of the 22 languages; the starter content makes about 5,000.
    const list = texts(Math.max(0, Math.round((PAGES - 5000) / 22)), { least: 2000, most: 4000 })
      .map((text, i) => ({ ...text, topic: topics[i % topics.length], provinces: [units[i % units.length]] }));
    await portal.must(['import', await writeLines(join(portal.home, 'texts.jsonl'), list)]);
    await portal.sql('vacuum analyze');
    const { stdout: built } = await portal.must(['build']);
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
    const fromApi = () => fetch(`${server.url}/v1/articles/bench?locale=en`).then((answer) => answer.text());
    const fromSite = () => fetch(`${server.url}/en/articles/bench/`).then((answer) => answer.text());
    await send('POST', '/v1/articles', ARTICLE);
    const api = [];
    const site = [];
    let condition = { 'if-none-match': '*' };
    for (let i = 0; i <= COUNT; i++) {
      const words = `Edition number ${i} is out`;
      const saved = await send('PUT', text, { title: 'A text', slug: 'bench', body: `${words}.` }, condition);
      condition = { 'if-match': saved.headers.get('etag') };
      const read = shown(fromApi, words);
      const answer = await send('POST', `${text}/publish`, { note: words }, condition);
      condition = { 'if-match': answer.headers.get('etag') };
      const onPage = await shown(fromSite, words);
      const inApi = await read;
      await waitFor(async () => (await portal.sql("select (select seq from follower where name = 'site') = (select seq from change_head)")) === 't', { seconds: 60 });
      if (i > 0) { // the first opens connections and starts processes
        api.push(inApi);
        site.push(onPage);
      }
    }
    await worker.stop();
    row({ what: 'published until the API shows it', ours: times(api), figure: `${median(api).toFixed(0)} ms`, goal: '< 50 ms', reached: median(api) < 50 });
    row({ what: `published until the page shows it, of ${/^\d+/.exec(built)} files`, ours: times(site), figure: `${Math.max(...site).toFixed(0)} ms`, goal: '< 300 ms', reached: Math.max(...site) < 300 });
  } finally {
    await portal.stop();
  }
}
