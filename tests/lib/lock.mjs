// Makes every query on a table wait, until `release` is called or the test `t` ends: for tests that
// need an answer to be under way.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { top, waitFor } from './portal.mjs';

export async function lock(t, portal, table) {
  const child = spawn(join(top, 'deploy/cluster'), ['as-user', portal.home, 'psql', '-qAtX', '-v', 'ON_ERROR_STOP=1',
    '-h', join(portal.home, 'run'), '-U', 'sen', '-d', 'sen'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (text) => { out += text; });
  const ended = new Promise((done) => child.on('close', done));
  function release() {
    if (child.stdin.writable) child.stdin.end('commit;\n');
    return ended;
  }
  t.after(release);
  child.stdin.write(`begin; lock table ${table} in access exclusive mode; select 'locked';\n`);
  await waitFor(() => out.includes('locked'));
  return {
    // How many sessions wait for it.
    waiting: () => portal.sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock'").then(Number),
    release,
  };
}
