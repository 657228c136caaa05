// `sen build --render` of 10,000 articles beside Hugo with a plain template on the same Markdown, and
// beside writing the same files with nothing else. PostgreSQL's own time is in the wall time only.
import { spawn } from 'node:child_process';
import { mkdir, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builds, startCluster, top } from '../lib/portal.mjs';
import { interleave, median, medianRatio, must, row, texts, writeLines } from './lib.mjs';

const COUNT = 10000;

// CPU seconds of this program's children that have ended, and of theirs.
async function spent() {
  const fields = (await readFile('/proc/self/stat', 'utf8')).replace(/.*\) /s, '').split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

// The processes of a tree that still run.
async function family(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return [pid, ...(await Promise.all(children.split(' ').filter(Boolean).map(family))).flat()];
}

// What the processes take together now; pages that they share count once.
async function together(pid) {
  const parts = await Promise.all((await family(pid)).map((one) => readFile(`/proc/${one}/smaps_rollup`, 'utf8').catch(() => '')));
  return parts.reduce((sum, text) => sum + Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0), 0) * 1024;
}

// The most that one process took so far, which is cheaper to ask and disturbs a large one less.
async function highest(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

// Runs a command and returns { seconds, cpu, peak }: wall and CPU time and the most memory that `look`
// saw, bytes.
async function measured(look, command, args, options) {
  let peak = 0;
  const before = await spent();
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { out += text; });
  const watch = setInterval(async () => { peak = Math.max(peak, await look(child.pid)); }, 50);
  const status = await new Promise((done) => child.on('close', done));
  const seconds = (performance.now() - began) / 1000;
  clearInterval(watch);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status}\n${out}`);
  return { seconds, cpu: (await spent()) - before, peak };
}

async function hugoSite(folder, list) {
  await mkdir(join(folder, 'content'), { recursive: true });
  await mkdir(join(folder, 'layouts/_default'), { recursive: true });
  await writeFile(join(folder, 'config.toml'), `baseURL = "http://localhost/"
title = "Benchmark"
disableKinds = ["home", "section", "taxonomy", "term", "RSS", "sitemap", "robotsTXT", "404"]
`);
  await writeFile(join(folder, 'layouts/_default/single.html'), `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ .Title }}</title></head>
<body><h1>{{ .Title }}</h1>{{ .Content }}</body>
</html>
`);
  for (const { id, title, body } of list) {
    await writeFile(join(folder, 'content', `${id}.md`), `---\ntitle: ${title}\n---\n${body}`);
  }
}

export default async function measure() {
  const list = texts(COUNT, { least: 3000, most: 5000 });
  const portal = await startCluster({ build: 'release', settings: { SEN_LOCALES: 'en' } });
  try {
    await portal.must(['migrate']);
    await portal.must(['import', await writeLines(join(portal.home, 'texts.jsonl'), list)]);
    await portal.sql('vacuum analyze');
    const folder = join(portal.home, 'hugo');
    await hugoSite(folder, list);
    const bare = join(portal.home, 'bare');
    const forget = async (...paths) => Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
    const sites = async () => (await readdir(portal.home)).filter((name) => /^site/.test(name)).map((name) => join(portal.home, name));
    const env = { ...process.env, ...portal.environment() };
    const results = await interleave({
      async sen() {
        await forget(...await sites());
        return measured(together, join(top, 'deploy/cluster'), ['as-user', portal.home, portal.sen, 'build', '--render'], { env });
      },
      async hugo() {
        await forget(join(folder, 'public'));
        return measured(highest, 'hugo', ['--quiet'], { cwd: folder });
      },
      async bare() {
        await forget(bare);
        const before = await spent();
        const out = await must(join(builds.release, 'tests/bench/rewrite'), [await realpath(join(portal.home, 'site')), bare, '2']);
        return { seconds: Number(out), cpu: (await spent()) - before };
      },
    });
    const pick = (name, what) => results[name].map((one) => one[what]);
    const say = (name) => `${median(pick(name, 'seconds')).toFixed(2)} s, ${median(pick(name, 'cpu')).toFixed(2)} s CPU`;
    const speed = medianRatio(pick('hugo', 'seconds'), pick('sen', 'seconds'));
    const writing = medianRatio(pick('sen', 'seconds'), pick('bare', 'seconds'));
    const memory = median(pick('hugo', 'peak')) / median(pick('sen', 'peak'));
    const mebibytes = (name) => `${Math.round(median(pick(name, 'peak')) / 2 ** 20)} MiB`;
    row({ what: `sen build --render of ${COUNT} articles; Hugo`, ours: say('sen'), rival: say('hugo'), figure: `${speed.toFixed(2)} × as fast`, goal: '≥ 3 ×', reached: speed >= 3 });
    row({ what: 'its peak memory, all processes; Hugo', ours: mebibytes('sen'), rival: mebibytes('hugo'), figure: `1/${memory.toFixed(1)}`, goal: '≤ 1/10', reached: memory >= 10 });
    row({ what: 'its time; writing the same files', ours: say('sen'), rival: say('bare'), figure: `${writing.toFixed(2)} ×`, goal: '≤ 2 ×', reached: writing <= 2 });
  } finally {
    await portal.stop();
  }
}
