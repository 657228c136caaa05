// What saving and releasing costs: with one language and with forty, forty texts at once, and two
// hundred people who save drafts, beside pgbench that only inserts a row of the same size.
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { startPortal, top } from '../lib/portal.mjs';
import { cpuSeconds } from '../lib/process.mjs';
import { median, medianRatio, must, quantile, roundCount, row, texts, unlimited } from './lib.mjs';

const LANGUAGES = 40;
const registry = 'vi en zh-Hans zh-Hant fr es ru ar pt de ja ko lo th km id rad jra bdq cjm'.split(' ');
const SAVES = 60; // a round
const EDITORS = 200;
const THINK = 4000; // ms between the saves of one editor
const LOAD = 12000; // ms

const agent = new Agent({ keepAlive: true });
// Node's own client: fetch() would cost more than what is measured. Returns { status, etag, text, ms }.
function send(url, token, method, path, body, headers = {}) {
  const payload = body === undefined ? '' : JSON.stringify(body);
  return new Promise((done, fail) => {
    const began = performance.now();
    const call = request(url + path, {
      method, agent, headers: { authorization: `Bearer ${token}`, 'content-length': Buffer.byteLength(payload), ...(payload && { 'content-type': 'application/json' }), ...headers },
    }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => {
        const ms = performance.now() - began;
        if (answer.statusCode >= 300) fail(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 500)}`));
        else done({ status: answer.statusCode, etag: answer.headers.etag, text, ms });
      });
    });
    call.on('error', fail);
    call.end(payload);
  });
}

const [sample] = texts(1, { least: 4000, most: 4200 });
const draft = (slug, n = 0) => ({ title: `Text ${slug}`, slug, summary: 'A generated text.', body: `${sample.body}\n\nSaved ${n} times.` });

// One text of an article that has one language, and of one that has forty (with a history, as
// articles have), in turn.
async function languages(portal, ask) {
  // The registry has fewer languages: the rest are rows of the table only.
  await portal.sql(`insert into locale (tag) select 'x-' || n from generate_series(1, ${LANGUAGES}) n`);
  const matches = {};
  for (const [id, count] of [['one', 1], ['forty', LANGUAGES]]) {
    await ask('POST', '/v1/articles', { id, source_locale: 'vi' });
    matches[id] = (await ask('PUT', `/v1/articles/${id}/texts/vi`, draft(id), { 'if-none-match': '*' })).etag;
    await ask('POST', `/v1/articles/${id}/texts/vi/publish`, {});
    await portal.sql(`select draft_save(null, '${id}', l.tag, null, to_jsonb(e) - 'source_version' || jsonb_build_object('slug', '${id}-' || lower(l.tag), 'skeleton', '${id}-' || lower(l.tag), 'digest', encode(e.digest, 'hex'))),
        draft_publish('${id}', l.tag, null, '{}', now())
      from (select tag from locale where tag <> 'vi' order by tag like 'x-%', tag limit ${count - 1}) l, edition e where e.article = '${id}' and e.locale = 'vi' and e.state = 'live'`);
  }
  await portal.sql('analyze');
  const save = async (id, n) => {
    const answer = await ask('PUT', `/v1/articles/${id}/texts/vi`, draft(id, n), { 'if-match': matches[id] });
    matches[id] = answer.etag;
    return answer.ms;
  };
  const rounds = { one: [], forty: [] };
  let n = 0;
  for (let round = 0; round <= roundCount; round++) {
    const times = { one: [], forty: [] };
    for (let i = 0; i < SAVES; i++) for (const id of ['one', 'forty']) times[id].push(await save(id, ++n));
    if (round) for (const id of ['one', 'forty']) rounds[id].push(median(times[id])); // the first warms up
  }
  const ratio = medianRatio(rounds.forty, rounds.one);
  row({ what: `save one text of an article with ${LANGUAGES} languages`, ours: `${median(rounds.forty).toFixed(2)} ms`, rival: `with one: ${median(rounds.one).toFixed(2)} ms`, figure: `${ratio.toFixed(2)} ×`, goal: '≤ 1.1 ×', reached: ratio <= 1.1 });
}

async function release(portal, ask) {
  const times = [];
  for (let round = 0; round <= roundCount; round++) {
    const list = [];
    for (const article of [1, 2]) {
      const id = `release-${round}-${article}`;
      await ask('POST', '/v1/articles', { id, source_locale: 'vi' });
      for (const locale of registry.slice(0, LANGUAGES / 2)) {
        await ask('PUT', `/v1/articles/${id}/texts/${locale}`, draft(`${id}-${locale.toLowerCase()}`), { 'if-none-match': '*' });
        list.push({ id, locale });
      }
    }
    await ask('PUT', `/v1/releases/round-${round}`, { title: 'A release', texts: list });
    const { ms, text } = await ask('POST', `/v1/releases/round-${round}/publish`, {});
    if (JSON.parse(text).texts.length !== LANGUAGES) throw new Error(text);
    if (round) times.push(ms);
  }
  row({ what: `release of ${LANGUAGES} texts`, ours: `median ${median(times).toFixed(0)} ms, longest ${Math.max(...times).toFixed(0)} ms`, figure: `${median(times).toFixed(0)} ms`, goal: '< 500 ms', reached: median(times) < 500 });
}

// Every editor saves, thinks, saves. What is measured runs from the request to its answer.
async function crowd(server, ask) {
  const count = EDITORS;
  const matches = [];
  for (let i = 0; i < count; i++) {
    await ask('POST', '/v1/articles', { id: `desk-${i}`, source_locale: 'en' });
    matches.push((await ask('PUT', `/v1/articles/desk-${i}/texts/en`, draft(`desk-${i}`), { 'if-none-match': '*' })).etag);
  }
  const times = [];
  const end = performance.now() + LOAD;
  const cpu = await cpuSeconds(server.pid);
  await Promise.all(matches.map(async (match, i) => {
    await new Promise((wake) => setTimeout(wake, (i / count) * THINK));
    for (let n = 1; performance.now() < end; n++) {
      const answer = await ask('PUT', `/v1/articles/desk-${i}/texts/en`, draft(`desk-${i}`, n), { 'if-match': match });
      match = answer.etag;
      times.push(answer.ms);
      await new Promise((wake) => setTimeout(wake, THINK));
    }
  }));
  return { times, cpu: ((await cpuSeconds(server.pid)) - cpu) * 1e3 / times.length };
}

// The same number of rows, as large, at the same rate, and nothing else.
async function bareInserts(portal) {
  await portal.sql('create table bare (like edition including defaults); alter table bare alter id drop identity if exists');
  const script = join(portal.home, 'bare.sql');
  await writeFile(script, `insert into bare select * from edition where id = (select max(id) from edition where article = 'desk-0');\n`);
  await chmod(script, 0o644);
  const log = join(portal.home, 'pgbench');
  await must(join(top, 'deploy/cluster'), ['as-user', portal.home, 'pgbench', '-n', '-M', 'prepared', '-c', '8', '-j', '2',
    '-h', join(portal.home, 'run'), '-U', 'sen', '-R', String(EDITORS * 1000 / THINK), '-T', String(LOAD / 2000), '-f', script, '-l', '--log-prefix', log, 'sen']);
  const lines = [];
  for (const name of (await readdir(portal.home)).filter((file) => file.startsWith('pgbench.'))) lines.push(...(await readFile(join(portal.home, name), 'utf8')).trim().split('\n'));
  return lines.map((line) => Number(line.split(' ')[2]) / 1000);
}

const times = (list) => `median ${median(list).toFixed(1)} ms, p99 ${quantile(list, 0.99).toFixed(1)} ms`;

export default async function measure() {
  const portal = await startPortal({ build: 'release', durable: true });
  try {
    const token = await portal.token();
    const server = await portal.serve(unlimited);
    const ask = (...args) => send(server.url, token, ...args);
    await languages(portal, ask);
    await release(portal, ask);
    const ours = await crowd(server, ask);
    const bare = await bareInserts(portal);
    row({
      what: `${EDITORS} editors save 4 KB drafts, ${THINK / 1000} s of thought (${(ours.times.length / (LOAD / 1000)).toFixed(0)}/s)`, ours: `${times(ours.times)}, ${ours.cpu.toFixed(1)} ms CPU`,
      rival: `pgbench, bare insert: ${times(bare)}`, figure: `p99 ${quantile(ours.times, 0.99).toFixed(0)} ms`, goal: '< 100 ms', reached: quantile(ours.times, 0.99) < 100,
    });
    await server.stop();
  } finally {
    agent.destroy();
    await portal.stop();
  }
}
