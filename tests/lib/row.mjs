// Rows of the scorecard: each is reported as count/total, with what is needed to repeat it.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { top } from './portal.mjs';

const work = process.env.SEN_TEST_WORK ?? join(top, 'tests/.work');
export const seed = Number(process.env.SEN_TEST_SEED ?? Date.now() % 2 ** 30);
const packages = ['libevent-2.1-7', 'libpq5', 'postgresql-15', 'node-llhttp', 'libjansson4', 'libcmark0.30.2',
  'libicu72', 'nginx', 'haproxy', 'varnish', 'slowhttptest'];

// Numbers in [0, 1) that the seed determines (mulberry32).
export function random(start = seed) {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// The versions of those packages that a row concerns, as "libevent-2.1-7=2.1.12 ...".
export function versions(...names) {
  const wanted = packages.filter((name) => names.some((part) => name.includes(part)));
  return wanted.map((name) => {
    try {
      return `${name}=${execFileSync('dpkg-query', ['-W', '-f', '${Version}', name], { stdio: ['ignore', 'pipe', 'ignore'] })}`;
    } catch {
      return `${name}=none`;
    }
  }).join(' ');
}

// Prints and keeps the row. `began` is performance.now() at its start; `more` is said of it beside.
export function report(name, { count, total, began, about = [], more = '' }) {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const line = `ROW ${name} ${count}/${total} seed=${seed} duration=${seconds}s ${more && `${more} `}versions=${versions('libevent', 'llhttp', ...about)}`;
  console.log(line);
  mkdirSync(work, { recursive: true });
  appendFileSync(join(work, 'faults.rows'), `${line}\n`);
}
