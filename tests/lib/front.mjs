// Proxies in front of a server: nginx with deploy/nginx.conf as it is shipped, and HAProxy and
// Varnish with the least that makes them reuse connections to it. `deny` is a path that they answer
// by themselves with 403.
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Hopeless, run, top, waitFor } from './portal.mjs';

export function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function start(command, args, port) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { log += text; });
  const exit = new Promise((done) => child.on('close', done));
  let ended = false;
  exit.then(() => { ended = true; });
  async function stop() {
    child.kill('SIGTERM');
    await exit;
  }
  try {
    await waitFor(async () => {
      if (ended) throw new Hopeless(`${command} ended:\n${log}`);
      const answer = await fetch(`http://127.0.0.1:${port}/health`,
        { headers: { connection: 'close' }, signal: AbortSignal.timeout(2000) });
      await answer.arrayBuffer();
      return answer.status === 200;
    }, { describe: () => log });
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, url: `http://127.0.0.1:${port}`, stop };
}

// A folder of the portal that the user who owns it may write.
async function folder(portal, name) {
  const path = join(portal.home, name);
  await mkdir(path, { recursive: true });
  if (process.getuid() === 0) await run('chown', ['postgres:', path]);
  return path;
}

export async function nginx(portal, server, { deny = '/never', origin = 'http://portal.example' } = {}) {
  const port = await freePort();
  const dir = await folder(portal, 'front');
  const variables = {
    SEN_HOME: portal.home,
    SEN_BACKEND: `127.0.0.1:${server.port}`,
    SEN_FRONT: `127.0.0.1:${port}`,
    SEN_FRONT_USER: process.getuid() === 0 ? 'postgres' : 'nobody',
    SEN_FRONT_DIR: dir,
    SEN_ORIGIN: origin,
  };
  const { stdout } = await run('envsubst', [Object.keys(variables).map((name) => `$${name}`).join(' ')],
    { env: variables, input: await readFile(join(top, 'deploy/nginx.conf'), 'utf8') });
  const denied = `location = ${deny} { return 403; }\n`;
  await writeFile(join(dir, 'nginx.conf'), stdout.replace('location @sen', `${denied}location @sen`));
  return start('nginx', ['-c', join(dir, 'nginx.conf'), '-g', 'daemon off;'], port);
}

export async function haproxy(portal, server, { deny = '/never' } = {}) {
  const port = await freePort();
  const dir = await folder(portal, 'haproxy');
  await writeFile(join(dir, 'haproxy.cfg'), `
defaults
  mode http
  timeout client 10s
  timeout server 10s
  timeout connect 1s
  http-reuse always
frontend front
  bind 127.0.0.1:${port}
  http-request deny if { path ${deny} }
  default_backend sen
backend sen
  server sen 127.0.0.1:${server.port}
`);
  return start('haproxy', ['-db', '-f', join(dir, 'haproxy.cfg')], port);
}

export async function varnish(portal, server, { deny = '/never' } = {}) {
  const port = await freePort();
  const dir = await folder(portal, 'varnish');
  await writeFile(join(dir, 'sen.vcl'), `vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "${server.port}"; }
sub vcl_recv { if (req.url == "${deny}") { return (synth(403)); } return (pass); }
`);
  return start('varnishd', ['-F', '-n', join(dir, 'work'), '-a', `127.0.0.1:${port}`, '-f', join(dir, 'sen.vcl')], port);
}
