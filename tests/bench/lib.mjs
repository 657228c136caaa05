// What the benchmarks share: the table, interleaved rounds, load, nginx, generated texts.
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../lib/front.mjs';
import { run, waitFor } from '../lib/portal.mjs';
import { cpuSeconds } from '../lib/process.mjs';
import { random } from '../lib/row.mjs';

export const unlimited = { SEN_REQUESTS_PER_SECOND: 0, SEN_CONNECTIONS_PER_ADDRESS: 0 };
export const roundCount = Number(process.env.SEN_BENCH_ROUNDS ?? 5);
export const roundSeconds = Number(process.env.SEN_BENCH_SECONDS ?? 4);

// ---- the table -----------------------------------------------------------------------------------

const columns = ['what', 'ours', 'rival', 'figure', 'to reach', 'reached'];
const table = [];

// A line of the table. `reached` is true, false, or undefined where nothing was set.
export function row({ what, ours = '', rival = '', figure = '', goal = '', reached }) {
  table.push([what, ours, rival, figure, goal, reached === undefined ? '' : reached ? 'yes' : 'no']);
  console.log(`  ${what}: ${[ours, rival, figure].filter(Boolean).join(' | ')}`);
}

export function printTable() {
  const lines = [columns, ...table];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => [...line[i]].length)));
  console.log(`\nload ${loadavg().map((n) => n.toFixed(1)).join(' ')}; medians of ${roundCount} rounds`);
  for (const line of lines) {
    console.log(line.map((cell, i) => cell + ' '.repeat(widths[i] - [...cell].length)).join(' | ').trimEnd());
  }
}

export function quantile(numbers, part) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)];
}
export const median = (numbers) => quantile(numbers, 0.5);

// Runs the sides in turn (A B C A B C ...) and returns, by the same names, the lists of what they
// returned.
export async function interleave(sides, rounds = roundCount) {
  const results = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let i = 0; i < rounds; i++) {
    for (const [name, side] of Object.entries(sides)) results[name].push(await side());
  }
  return results;
}

// The median of the ratios of rounds that stood side by side: what else the machine did then
// concerned both.
export function medianRatio(ours, theirs) {
  return median(ours.map((value, i) => value / theirs[i]));
}

export async function must(command, args, options) {
  const result = await run(command, args, options);
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.status}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

// ---- load ----------------------------------------------------------------------------------------

// A round of wrk with 64 connections against a process: { rate, cpu }, requests a second and
// microseconds of the server's CPU a request.
export async function load(url, pid, { core, script, headers = [] } = {}) {
  const pin = core === undefined ? [] : ['taskset', '-c', String(core)];
  const args = [...pin, 'wrk', '-t1', '-c64', `-d${roundSeconds}s`, '--timeout', '10s',
    ...headers.flatMap((header) => ['-H', header]), ...(script ? ['-s', script] : []), url];
  const before = await cpuSeconds(pid);
  const out = await must(args[0], args.slice(1));
  const cpu = (await cpuSeconds(pid)) - before;
  const errors = /Non-2xx or 3xx responses: \d+|Socket errors: .*/.exec(out);
  if (errors) throw new Error(`${url}: ${errors[0]}`);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]), cpu: (cpu * 1e6) / Number(/(\d+) requests in/.exec(out)[1]) };
}

export const rateAndCpu = (rounds) => `${Math.round(median(rounds.map(({ rate }) => rate)))}/s, ${median(rounds.map(({ cpu }) => cpu)).toFixed(1)} µs CPU`;

// ---- nginx ---------------------------------------------------------------------------------------

// One nginx process that serves a folder, `wrap` before its command.
export async function fileServer(folder, { cache = false, wrap = [] } = {}) {
  const port = await freePort();
  const home = join(folder, `.nginx-${port}`);
  await mkdir(home, { recursive: true });
  const config = join(home, 'nginx.conf');
  await writeFile(config, `
daemon off;
master_process off;
worker_rlimit_nofile 20000;
pid ${home}/pid;
error_log ${home}/error.log;
events { worker_connections 16384; }
http {
  access_log off;
  sendfile on;
  server_tokens off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  default_type application/json;
  client_body_temp_path ${home}/body;
  proxy_temp_path ${home}/proxy;
  fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi;
  scgi_temp_path ${home}/scgi;
  ${cache ? 'open_file_cache max=1000 inactive=600s; open_file_cache_valid 600s;' : ''}
  server { listen 127.0.0.1:${port}; root ${folder}; }
}`);
  const [command, ...args] = [...wrap, 'nginx', '-e', `${home}/error.log`, '-c', config];
  const child = spawn(command, args, { stdio: 'inherit' });
  const url = `http://127.0.0.1:${port}`;
  await waitFor(() => fetch(url, { headers: { connection: 'close' } }).then((answer) => answer.arrayBuffer()));
  return { pid: child.pid, port, url, stop: () => new Promise((done) => { child.once('close', done); child.kill('SIGTERM'); }) };
}

// ---- generated texts -----------------------------------------------------------------------------

const words = ('delta river market lacquer harvest terrace lantern mountain festival weaving village temple coffee '
  + 'pepper island harbour bamboo ceramic melody dynasty museum forest limestone paddy garden bridge railway '
  + 'university research orchard silk scholar kitchen noodle craft drum legend monsoon valley coast the of in and '
  + 'with from by near under above between every many first ancient quiet bright').split(' ');

// Markdown of about `bytes` with headings, lists, links, emphasis and quotes. The same seed gives the
// same text.
function markdown(next, bytes) {
  const pick = () => words[Math.floor(next() * words.length)];
  const phrase = (count) => Array.from({ length: count }, () => {
    const chance = next();
    if (chance < 0.02) return `*${pick()} ${pick()}*`;
    if (chance < 0.04) return `**${pick()}**`;
    if (chance < 0.05) return `[${pick()} ${pick()}](https://example.org/${pick()}/${pick()})`;
    return pick();
  }).join(' ');
  const sentence = () => `The ${phrase(8 + Math.floor(next() * 10))}.`;
  const blocks = [
    () => `## The ${pick()} ${pick()} ${pick()}`,
    () => Array.from({ length: 4 }, () => `- ${phrase(7)}`).join('\n'),
    () => `> ${sentence()}`,
    () => Array.from({ length: 3 }, (_, i) => `${i + 1}. ${phrase(9)}`).join('\n'),
  ];
  let text = '';
  for (let i = 0; text.length < bytes; i++) {
    text += `${blocks[i % blocks.length]()}\n\n`;
    for (let j = 0; j < 2; j++) text += `${Array.from({ length: 4 }, sentence).join(' ')}\n\n`;
  }
  return text.slice(0, text.lastIndexOf('\n\n', bytes) + 1);
}

// `count` articles, ids "1000001" and so on, bodies of `least` to `most` bytes.
export function texts(count, { least, most, seed = 1 }) {
  const next = random(seed);
  return Array.from({ length: count }, (_, i) => {
    const body = markdown(next, least + Math.floor(next() * (most - least)));
    return {
      id: String(1000001 + i), locale: 'en', title: `Text ${i + 1} of the benchmark`, summary: 'A generated text.',
      body, published_at: new Date(Date.UTC(2026, 0, 1) + i * 60000).toISOString().replace('.000', ''),
    };
  });
}

// As JSON lines, in a file that the portal's owner can read.
export async function writeLines(path, list) {
  await writeFile(path, list.map((text) => `${JSON.stringify(text)}\n`).join(''));
  return path;
}

export async function memory(pid) {
  const smaps = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(smaps)[1]);
  return { resident: kilobytes('Rss') * 1024, dirty: kilobytes('Private_Dirty') * 1024 };
}
