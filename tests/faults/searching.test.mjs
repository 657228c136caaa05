// S13: the dearest searches that can be asked, at the rate that one address may send, while somebody
// else reads articles that no cache holds. SEN_TEST_SEARCHING_SECONDS is how long (8).
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startPortal, top, waitFor } from '../lib/portal.mjs';
import { percentile, reader } from '../lib/reader.mjs';
import { random, report } from '../lib/row.mjs';

const seconds = Number(process.env.SEN_TEST_SEARCHING_SECONDS ?? 8);
const TEXTS = 1000;
const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));

// Texts made of the starter content's own sentences, as many as make a search dear.
async function corpus(next) {
  const folder = join(top, 'content/starter/articles');
  const sentences = {};
  for (const name of await readdir(folder)) {
    for (const file of await readdir(join(folder, name))) {
      const locale = file.replace('.md', '');
      const body = (await readFile(join(folder, name, file), 'utf8')).split('\n---\n').slice(1).join();
      (sentences[locale] ??= []).push(...body.replaceAll(/!?\[([^\]]*)\]\([^)]*\)|[#*_>|-]/g, '$1').split(/(?<=[.!?。！？])\s*|\n+/).filter((one) => one.length > 20 && !one.includes('`')));
    }
  }
  const locales = Object.keys(sentences);
  const lines = Array.from({ length: TEXTS }, (_, i) => {
    const locale = locales[i % locales.length];
    const pick = () => sentences[locale][Math.floor(next() * sentences[locale].length)];
    return JSON.stringify({ id: `s-${i}`, locale, source_locale: locale, slug: `s-${i}`, title: pick().slice(0, 60).trim(), body: Array.from({ length: 20 }, pick).join(' ') });
  });
  const path = await mkdtemp(join(tmpdir(), 'sen-searching-'));
  await chmod(path, 0o755);
  await writeFile(join(path, 'texts.jsonl'), lines.join('\n'));
  return path;
}

test('S13', { timeout: 180000 + seconds * 4000 }, async () => {
  const began = performance.now();
  const next = random();
  const folder = await corpus(next);
  const portal = await startPortal({ build: 'release', content: ['content/starter'] });
  const agent = new Agent({ keepAlive: true, maxSockets: 400 });
  let reading;
  try {
    await portal.must(['import', folder]);
    const server = await portal.serve({ SEN_CACHE_MB: 0, SEN_CONNECTIONS_PER_ADDRESS: 0, SEN_PROXY: '127.0.0.1' });
    await waitFor(async () => await portal.sql('select count(*) from search_delta') === '0', { seconds: 60, every: 200 });
    await portal.sql('vacuum analyze');
    // As they are written: stems and places are kept under a mark of their own.
    const common = (await portal.sql("select word from search_word where word ~ '^[[:alnum:]]' group by 1 order by max(texts) desc, word limit 400")).split('\n');
    const letters = [...new Set((await readFile(join(top, 'content/starter/articles/pho/th.md'), 'utf8') + await readFile(join(top, 'content/starter/articles/pho/ja.md'), 'utf8')).match(/[ก-ฮ一-龠ぁ-ん]/gu))];
    const some = (list, count) => Array.from({ length: count }, () => list[Math.floor(next() * list.length)]);
    const never = () => `q${Math.floor(next() * 1e9).toString(36)}zx`;
    // Each is another one, so that nothing is shared or kept.
    const kinds = {
      'the most common words': () => `/v1/search?q=${some(common, 31).join(' ')} -${never()}`,
      'any of them': () => `/v1/search?q=${some(common.slice(0, 60), 31).join(' ')} ${never()}`,
      'one word of most texts': () => `/v1/search?q=${some(common.slice(0, 10), 1)} -${never()}&locale=${some(['vi', 'en', 'ja', 'th', 'ar'], 1)}&limit=100`,
      'single letters': () => `/v1/search?q=${some(letters, 30).join(' ')} -${never()}`,
      'phrases of common words': () => `/v1/search?q=${Array.from({ length: 10 }, () => `"${some(common.slice(0, 80), 2).join(' ')}"`).join(' ')} -${never()}`,
      'mistyped words': () => `/v1/search?q=${some(common.filter((one) => one.length > 5), 8).map((one) => one.slice(0, -1) + never().slice(0, 2)).join(' ')}`,
      'all but': () => `/v1/search?q=${some(common, 1)} ${some(common, 30).map((one) => `-${one}`).join(' ')}&sort=newest`,
      'one letter begun': () => `/v1/search/suggestions?q=${some([...'abcdefghiklmnopqrstuvxy', ...letters], 1)} -${never()}&limit=100`,
      'feeds': () => `/feeds/${some(['vi', 'en', 'th'], 1)}/search/atom.xml?q=${some(common.slice(0, 40), 20).join(' ')} ${never()}`,
    };
    const ask = (path, address = '192.0.2.66') => new Promise((done) => {
      const from = performance.now();
      const end = (status, type) => done({ status, type, ms: performance.now() - from });
      get(server.url + encodeURI(path), { agent, headers: { 'x-forwarded-for': address } }, (answer) => {
        answer.resume().on('end', () => end(answer.statusCode, answer.headers['content-type'])).on('error', () => end(0));
      }).on('error', (error) => end(error.code));
    });

    // One by one: what each costs when nothing else is asked.
    const alone = {};
    let others = 0;
    for (const [kind, make] of Object.entries(kinds)) {
      const times = [];
      for (let i = 0; i < 6; i++) {
        const { status, ms } = await ask(make(), `198.51.100.${++others}`);
        assert.equal(status, 200, kind);
        times.push(ms);
      }
      alone[kind] = `${percentile(times, 0.5).toFixed(0)}`;
    }

    reading = reader(['pho', 'ha-long-bay', 'water-puppets', 'fish-sauce'].flatMap((id) => ['en', 'vi'].map((locale) => `${server.url}/v1/articles/${id}?locale=${locale}`)));
    await pause(500);
    await reading.take();
    await pause(3000);
    const quiet = await reading.take();

    const open = new Set();
    const statuses = {};
    const wrong = [];
    let [sent, count, slowest] = [0, 0, 0];
    const makers = Object.entries(kinds);
    const from = performance.now();
    while (performance.now() - from < seconds * 1000) {
      for (const until = sent + 10; sent < until && open.size < 400; sent++) { // a thousand a second, evenly
        const [kind, make] = makers[sent % makers.length];
        const one = ask(make()).then(({ status, type, ms }) => {
          statuses[status] = (statuses[status] ?? 0) + 1;
          slowest = Math.max(slowest, ms);
          const right = (status === 200 || ([429, 503].includes(status) && /problem/.test(type))) && ms < 3000;
          if (right) count++;
          else wrong.push(`${kind}: ${status} after ${ms.toFixed(0)} ms`);
        }).finally(() => open.delete(one));
        open.add(one);
      }
      await pause(10);
    }
    const during = await reading.take();
    await Promise.all(open);
    const p99 = [percentile(quiet.times, 0.99), percentile(during.times, 0.99)];
    const p50 = [percentile(quiet.times, 0.5), percentile(during.times, 0.5)];
    console.log(JSON.stringify({ statuses, alone }));
    report('S13', { count, total: sent, began, about: ['libpq', 'postgresql', 'libicu'],
      more: `searches/s=${Math.round((statuses[200] ?? 0) / seconds)} slowest=${slowest.toFixed(0)}ms others_p50=${p50.map((one) => one.toFixed(1)).join('->')}ms others_p99_before=${p99[0].toFixed(1)}ms others_p99_during=${p99[1].toFixed(1)}ms` });
    assert.deepEqual(wrong.slice(0, 20), []);
    assert.equal(during.failed, 0, 'reads that failed');
    assert.ok(during.times.length > 50 * seconds, `${during.times.length} reads`);
    assert.ok(p99[1] < p99[0] + 100, `others waited: ${p99} ms`);
    assert.doesNotMatch(server.log, /level=error/);
  } finally {
    await reading?.stop();
    agent.destroy();
    await portal.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
