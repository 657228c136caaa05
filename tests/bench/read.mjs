// An article as JSON: out of the response cache beside nginx that serves the same bytes as a file,
// and without the cache beside pgbench that runs the same statement.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPortal, top } from '../lib/portal.mjs';
import { fileServer, interleave, load, median, medianRatio, must, rateAndCpu, roundSeconds, row, texts, unlimited, writeLines } from './lib.mjs';

const COUNT = 2000;
const language = ['Accept-Language: en'];
const rates = (rounds) => rounds.map(({ rate }) => rate);

async function cached(portal) {
  const server = await portal.serve({ ...unlimited, SEN_THREADS: 1 }, { wrap: ['taskset', '-c', '0'] });
  const path = '/v1/articles/1000001';
  const answer = await fetch(server.url + path, { headers: { 'accept-language': 'en', 'accept-encoding': 'identity' } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const folder = join(portal.home, 'files');
  await mkdir(folder);
  await writeFile(join(folder, 'article.json'), bytes);
  const pinned = { wrap: ['taskset', '-c', '0'] };
  const plain = await fileServer(folder, pinned);
  const kept = await fileServer(folder, { ...pinned, cache: true });
  const results = await interleave({
    sen: () => load(server.url + path, server.pid, { core: 1, headers: language }),
    plain: () => load(`${plain.url}/article.json`, plain.pid, { core: 1, headers: language }),
    kept: () => load(`${kept.url}/article.json`, kept.pid, { core: 1, headers: language }),
  });
  const rivals = [['plain', 'nginx'], ['kept', 'nginx, open_file_cache']];
  for (const [rival, name] of rivals) {
    const ratio = medianRatio(rates(results.sen), rates(results[rival]));
    row({
      what: `cached article, ${bytes.length} bytes; ${name}`, ours: rateAndCpu(results.sen), rival: rateAndCpu(results[rival]),
      figure: `${ratio.toFixed(2)} ×`, goal: rival === 'plain' ? '≥ 1.0 ×' : '', reached: rival === 'plain' ? ratio >= 1 : undefined,
    });
  }
  await Promise.all([server.stop(), plain.stop(), kept.stop()]);
}

// pgbench keeps one request, or one pipeline of requests, on each connection.
async function pgbench(portal, script, inPipeline) {
  const out = await must(join(top, 'deploy/cluster'), ['as-user', portal.home, 'pgbench', '-n', '-M', 'prepared', '-c', '4', '-j', '2',
    '-T', String(roundSeconds), '-D', 'locales={en,vi}', '-D', 'match=matched', '-f', script,
    '-h', join(portal.home, 'run'), '-U', 'sen', 'sen']);
  return { rate: Number(/tps = ([\d.]+)/.exec(out)[1]) * inPipeline };
}

async function pgbenchScript(portal, name, inPipeline) {
  const sql = await readFile(join(top, 'content/sql/article.sql'), 'utf8');
  const statement = sql.replace(/^--.*\n/gm, '').trim().replaceAll('$1', ':id').replaceAll('$2', ':locales').replaceAll('$3', ':match');
  const one = `\\set id random(1000001, ${1000000 + COUNT})\n${statement};\n`;
  const path = join(portal.home, name);
  await writeFile(path, inPipeline === 1 ? one : `\\startpipeline\n${one.repeat(inPipeline)}\\endpipeline\n`);
  return path;
}

async function uncached(portal) {
  const server = await portal.serve({ ...unlimited, SEN_THREADS: 1, SEN_CACHE_MB: 0, SEN_DB_CONNECTIONS: 4 });
  // A text at random, so that no two requests can share one reading.
  const wrk = join(portal.home, 'random.lua');
  await writeFile(wrk, `request = function() return wrk.format("GET", "/v1/articles/" .. math.random(1000001, ${1000000 + COUNT})) end\n`);
  await chmod(wrk, 0o644);
  const single = await pgbenchScript(portal, 'single.sql', 1);
  const pipelines = await pgbenchScript(portal, 'pipelines.sql', 16);
  const results = await interleave({
    sen: () => load(server.url, server.pid, { script: wrk, headers: language }),
    single: () => pgbench(portal, single, 1),
    pipelines: () => pgbench(portal, pipelines, 16),
  });
  const rivals = [['single', 'pgbench, 4 connections'], ['pipelines', 'pgbench, 4 × 16 pipelined']];
  for (const [rival, name] of rivals) {
    const ratio = medianRatio(rates(results.sen), rates(results[rival]));
    row({
      what: `article without cache; ${name}`, ours: rateAndCpu(results.sen), rival: `${Math.round(median(rates(results[rival])))}/s`,
      figure: `${ratio.toFixed(2)} ×`, goal: '≥ 1.0 ×', reached: ratio >= 1,
    });
  }
  const cpu = median(results.sen.map((round) => round.cpu));
  row({ what: 'article without cache, server CPU', figure: `${cpu.toFixed(1)} µs`, goal: '≤ 35 µs', reached: cpu <= 35 });
  await server.stop();
}

export default async function measure() {
  const portal = await startPortal({ build: 'release' });
  try {
    const lines = await writeLines(join(portal.home, 'texts.jsonl'), texts(COUNT, { least: 2400, most: 2700 }));
    await portal.must(['import', lines]);
    await portal.sql('analyze');
    await cached(portal);
    await uncached(portal);
  } finally {
    await portal.stop();
  }
}
