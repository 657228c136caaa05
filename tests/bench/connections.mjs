// What connections cost: those that wait, and one that asks without ever reading.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPortal, top, waitFor } from '../lib/portal.mjs';
import { fileServer, load, memory, median, row, unlimited } from './lib.mjs';

const COUNT = 10000;
const ROUNDS = 3;

// Bytes a connection, of a server just started: { resident, dirty }.
async function idleBytes(server) {
  await load(`${server.url}/health`, server.pid);
  const before = await memory(server.pid);
  const opener = spawn('node', [join(top, 'tests/lib/idle.mjs'), server.port, COUNT], { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  opener.stdout.on('data', (text) => { out += text; });
  const opened = await waitFor(() => Number(/open (\d+)/.exec(out)?.[1]), { seconds: 60 });
  if (opened !== COUNT) throw new Error(`${opened} of ${COUNT} connections opened`);
  const after = await memory(server.pid);
  const gone = new Promise((done) => opener.on('close', done));
  opener.stdin.end();
  await gone;
  return { resident: (after.resident - before.resident) / COUNT, dirty: (after.dirty - before.dirty) / COUNT };
}

const bytes = (rounds) => `${Math.round(median(rounds.map((one) => one.resident)))} (dirty ${Math.round(median(rounds.map((one) => one.dirty)))}) bytes`;

async function idle(portal) {
  const folder = join(portal.home, 'files');
  await mkdir(folder);
  await writeFile(join(folder, 'health'), '{"status":"ok"}\n');
  const sen = [];
  const nginx = [];
  for (let i = 0; i < ROUNDS; i++) {
    const server = await portal.serve({ ...unlimited, SEN_THREADS: 1 });
    sen.push(await idleBytes(server));
    await server.stop();
    const rival = await fileServer(folder);
    nginx.push(await idleBytes(rival));
    await rival.stop();
  }
  const resident = median(sen.map((one) => one.resident));
  row({
    what: `memory of an idle connection, ${COUNT} of them; nginx`, ours: bytes(sen), rival: bytes(nginx),
    figure: `${(resident / 1024).toFixed(2)} KiB`, goal: '≤ 3 KiB', reached: resident <= 3072,
  });
}

// The most that the process grows by in 5 s of requests whose answers nobody reads.
async function growth(server, path) {
  await load(server.url + path, server.pid);
  const before = (await memory(server.pid)).resident;
  const requests = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(1000));
  const socket = connect({ port: server.port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.pause();
  const push = () => { while (!socket.destroyed && socket.write(requests)); };
  socket.on('connect', push).on('drain', push);
  let most = 0;
  const end = performance.now() + 5000;
  while (performance.now() < end) {
    most = Math.max(most, (await memory(server.pid)).resident - before);
    await new Promise((wake) => setTimeout(wake, 50));
  }
  socket.destroy();
  return most;
}

async function greedy(portal) {
  const server = await portal.serve({ ...unlimited, SEN_THREADS: 1 });
  const grown = [];
  for (const path of ['/v1/locales', '/openapi.json', '/v1/articles?locale=en&limit=50']) grown.push(await growth(server, path));
  await server.stop();
  const most = Math.max(...grown);
  row({
    what: 'pipelines for 5 s and never reads: growth', ours: `${grown.map((n) => Math.round(n / 1024)).join(', ')} KiB`,
    figure: `${Math.round(most / 1024)} KiB`, goal: '< 1 MB', reached: most < 1e6,
  });
}

export default async function measure() {
  const portal = await startPortal({ build: 'release', content: ['content/starter'] });
  try {
    await idle(portal);
    await greedy(portal);
  } finally {
    await portal.stop();
  }
}
