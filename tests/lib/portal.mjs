// A portal of a test's own: a folder, a PostgreSQL cluster in it, and the `sen` processes it
// starts. Everything is stopped by the process id it was started with.
//
//   const portal = await startPortal({ content: ['content/starter'], site: true });
//   after(() => portal.stop());
//   const server = await portal.serve({ SEN_CACHE_MB: 0 });
//   await fetch(`${server.url}/v1/articles`);
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const top = resolve(new URL('../..', import.meta.url).pathname);
const cluster = join(top, 'deploy/cluster');
export const builds = {
  test: process.env.SEN_TEST_BUILD ?? join(top, 'build/test'), // ASan and UBSan
  release: process.env.SEN_RELEASE_BUILD ?? join(top, 'build/release'), // for rows that measure
};

// Thrown by a condition that can no longer come true: waiting ends at once.
export class Hopeless extends Error {}

// Waits until `condition` returns something true and returns that. Fails after `seconds`, with what
// `describe` says of the state.
export async function waitFor(condition, { seconds = 20, every = 20, describe = () => '' } = {}) {
  const end = performance.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      last = undefined;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${seconds} s in vain: ${condition}\n${last ?? ''}\n${describe()}`);
    }
    await new Promise((wake) => setTimeout(wake, every));
  }
}

// Runs a program to its end. Returns { status, stdout, stderr }; status is the signal's name when
// one ended it.
export function run(command, args, { env, input, cwd = top } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd, env: { ...process.env, ...env }, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => { out[name] += text; });
    }
    child.on('error', fail);
    child.on('close', (code, signal) => done({ status: signal ?? code, ...out }));
    if (input !== undefined) child.stdin.on('error', () => {}).end(input);
  });
}

async function must(command, args, options) {
  const result = await run(command, args, options);
  if (result.status !== 0) {
    throw new Error(`${command} ${args.join(' ')}: exit status ${result.status}\n${result.stdout}${result.stderr}`);
  }
  return result;
}

// A `sen` process that runs until it is stopped. `log` is all it has written so far.
class Process {
  constructor(name, child) {
    this.name = name;
    this.child = child;
    this.pid = child.pid;
    this.log = '';
    this.ended = null; // { status }
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { this.log += text; });
    }
    this.exit = new Promise((done) => {
      child.on('close', (code, signal) => {
        this.ended = { status: signal ?? code };
        done(this.ended.status);
      });
    });
  }

  kill(signal) {
    if (!this.ended) this.child.kill(signal);
  }

  // Asks it to end and expects that it ends well: exit status 0, which with ASan also means that
  // nothing leaked.
  async stop() {
    if (this.ended && this.stopped) return;
    this.stopped = true;
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), 40000);
    const status = await this.exit;
    clearTimeout(timer);
    if (status !== 0) throw new Error(`sen ${this.name} ended with ${status}\n${this.log.slice(-8000)}`);
  }

  // Ends it as a crash would, and expects nothing.
  async crash() {
    this.stopped = true;
    this.kill('SIGKILL');
    await this.exit;
  }
}

export class Portal {
  constructor(home, { build = 'test', settings = {} }) {
    this.home = home;
    this.sen = join(builds[build], 'api/sen');
    // Cards for shared links take longer than all pages: who looks at them asks for them.
    this.settings = { SEN_HOME: home, SEN_PORT: '0', SEN_CARDS: '0', ...settings };
    this.processes = [];
  }

  environment(settings) {
    const env = { ...this.settings, ...settings };
    return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
  }

  // Runs `sen ARGS...` to its end and returns { status, stdout, stderr }.
  run(args, { settings, input } = {}) {
    return run(cluster, ['as-user', this.home, this.sen, ...args], { env: this.environment(settings), input });
  }

  // The same, for what has to work.
  must(args, { settings, input } = {}) {
    return must(cluster, ['as-user', this.home, this.sen, ...args], { env: this.environment(settings), input });
  }

  // What psql prints for one statement, without decoration.
  async sql(statement) {
    const { stdout } = await must(cluster, ['as-user', this.home, 'psql', '-qAtX', '-v', 'ON_ERROR_STOP=1',
      '-h', join(this.home, 'run'), '-U', 'sen', '-d', 'sen', '-c', statement]);
    return stdout.trimEnd();
  }

  database(action) {
    return must(cluster, [action, this.home]);
  }

  // Starts `sen NAME`. `wrap` stands before it: ['prlimit', '--nofile=64'].
  start(name, { settings, wrap = [] } = {}) {
    const child = spawn(cluster, ['as-user', this.home, ...wrap, this.sen, name],
      { cwd: top, env: { ...process.env, ...this.environment(settings) }, stdio: ['ignore', 'pipe', 'pipe'] });
    const process_ = new Process(name, child);
    this.processes.push(process_);
    return process_;
  }

  // Starts the API server and waits until it is ready. Its `port` and `url` are what it listens on.
  async serve(settings = {}, { ready = '/ready', wrap } = {}) {
    const server = this.start('serve', { settings, wrap });
    const describe = () => `its log:\n${server.log.slice(-4000)}`;
    const alive = () => {
      if (server.ended) throw new Hopeless(`sen serve ended with ${server.ended.status}; ${describe()}`);
    };
    server.port = await waitFor(() => {
      alive();
      return Number(/event=server.listening .*?:(\d+)\//.exec(server.log)?.[1]);
    }, { describe });
    server.url = `http://127.0.0.1:${server.port}`;
    if (ready) {
      await waitFor(async () => {
        alive();
        const answer = await fetch(server.url + ready, { headers: { connection: 'close' }, signal: AbortSignal.timeout(2000) });
        await answer.arrayBuffer();
        return answer.status === 200;
      }, { describe });
    }
    return server;
  }

  worker(settings = {}) {
    return this.start('worker', { settings });
  }

  // Somebody with grants [{ role, agency, locales }] (an agency or locales left out: all) and a
  // token. Returns the token.
  async person(name, { agency, grants = [] } = {}) {
    const roles = grants.flatMap((grant) => ['--role', [grant.role, grant.agency ?? '*', ...(grant.locales ? [grant.locales.join()] : [])].join(':')]);
    const added = await this.run(['user', 'add', name, ...(agency ? ['--agency', agency] : []), ...roles]);
    if (added.status !== 0 && !/exist/i.test(added.stderr)) throw new Error(added.stderr);
    const { stdout } = await this.must(['token', 'new', name]);
    return stdout.match(/\S{30,}/)[0];
  }

  // An administrator, who in this portal takes a draft straight to its readers: for tests that are
  // about something else than the way there. Returns a token.
  async token(name = 'editor') {
    await this.sql("insert into workflow_move (from_stage, to_stage, roles) values ('draft', 'published', '{administrator}') on conflict do nothing");
    return this.person(name, { grants: [{ role: 'administrator' }] });
  }

  // Stops everything, last started first, and removes the folder. The first failure is thrown once
  // all is stopped.
  async stop() {
    const failures = [];
    for (const one of this.processes.reverse()) {
      await one.stop().catch((error) => failures.push(error));
    }
    await this.database('stop').catch((error) => failures.push(error));
    if (!process.env.SEN_TEST_KEEP) await rm(this.home, { recursive: true, force: true });
    if (failures.length) throw failures[0];
  }
}

// A cluster in a new folder, nothing in it. What PostgreSQL need not do for a test that does not
// crash it is switched off; `durable` keeps it.
export async function startCluster({ durable = false, ...options } = {}) {
  const home = await mkdtemp(join(tmpdir(), 'sen-test-'));
  await chmod(home, 0o755); // a proxy in front runs as another user
  const portal = new Portal(home, options);
  const settings = ['-c', 'shared_buffers=64MB'];
  if (!durable) settings.push('-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off');
  await must(cluster, ['start', home, ...settings]);
  return portal;
}

// A cluster with the schema, the named content imported and, on request, the site built.
export async function startPortal({ content = [], site = false, ...options } = {}) {
  const portal = await startCluster(options);
  try {
    await portal.must(['migrate']);
    for (const path of content) await portal.must(['import', resolve(top, path)]);
    if (site) await portal.must(['build']);
  } catch (error) {
    await portal.stop().catch(() => {});
    throw error;
  }
  return portal;
}
