// S8: a crowd guesses passwords and tokens, a thousand a second, while others read and write. Each
// account and each address is guessed at only so often, at most two hashes are computed at once,
// and neither readers nor those who are at home there notice.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, startPortal, top } from '../lib/portal.mjs';
import { residentBytes } from '../lib/process.mjs';
import { report } from '../lib/row.mjs';

const [rate, seconds] = [1000, Number(process.env.SEN_TEST_SECONDS ?? 60)];
const password = 'một mật khẩu đủ dài';

// What readers and writers wait for while `busy` lasts, in milliseconds, the longest last; and the
// most memory that the server has had.
async function watch(server, token, busy) {
  let over = false;
  const waits = { read: [], write: [] };
  let most = 0;
  const ended = busy.finally(() => { over = true; });
  while (!over) {
    for (const [name, path, headers] of [['read', '/v1/articles?limit=5', {}], ['write', '/v1/me/work', { authorization: `Bearer ${token}` }]]) {
      const start = performance.now();
      const answer = await fetch(server.url + path, { headers });
      await answer.arrayBuffer();
      waits[name].push(performance.now() - start);
      assert.equal(answer.status, 200);
    }
    most = Math.max(most, await residentBytes(server.pid));
    await new Promise((wake) => setTimeout(wake, 20));
  }
  const result = JSON.parse((await ended).stdout);
  const p99 = (list) => list.sort((a, b) => a - b)[Math.floor(list.length * 0.99)];
  return { result, read: p99(waits.read), write: p99(waits.write), most };
}

test('S8', { timeout: 600000 }, async () => {
  const began = performance.now();
  const portal = await startPortal({ build: 'release', content: ['content/starter'] });
  try {
    for (const name of ['victim', 'home']) await portal.must(['user', 'add', name, '--role', 'editor', '--password'], { input: `${password}\n` });
    const token = (await portal.must(['token', 'new', 'home'])).stdout.trim();
    const server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0, SEN_PROXY: '127.0.0.1' });
    const signIn = async (name, where) => (await fetch(`${server.url}/v1/session`, {
      method: 'POST', headers: { 'content-type': 'application/json', 'x-forwarded-for': where }, body: JSON.stringify({ name, password }),
    })).status;
    for (const name of ['home', 'victim']) assert.equal(await signIn(name, '198.51.100.1'), 201);
    const crowd = (mode, time) => run('node', [join(top, 'tests/lib/guess.mjs'), server.url, String(rate), String(time), mode]);

    const calm = await watch(server, token, crowd('look', Math.min(seconds, 10)));
    const attack = crowd('guess', seconds);
    // Who is at home signs in as ever, the attacked account too.
    const home = (async () => {
      const statuses = [];
      for (let over = false; !over;) {
        attack.finally(() => { over = true; });
        for (const name of ['home', 'victim']) statuses.push(await signIn(name, '198.51.100.1'));
        await new Promise((wake) => setTimeout(wake, 1000));
      }
      return statuses;
    })();
    const stormy = await watch(server, token, attack);
    const statuses = await home;

    const count = (kind, status) => stormy.result[`${kind} ${status}`] ?? 0;
    const tries = Object.values(stormy.result).reduce((sum, n) => sum + n, 0);
    const refused = Object.entries(stormy.result).filter(([key]) => /(401|429|503)$/.test(key)).reduce((sum, [, n]) => sum + n, 0);
    const said = `p99 read ${calm.read.toFixed(1)} -> ${stormy.read.toFixed(1)} ms, write ${calm.write.toFixed(1)} -> ${stormy.write.toFixed(1)} ms, `
      + `hashed on one account ${count('account', 401)}, from one address ${count('address', 401)}, memory +${((stormy.most - calm.most) / 2 ** 20).toFixed(0)} MiB`;
    report('S8', { count: refused, total: rate * seconds, began, more: said });
    assert.equal(tries, rate * seconds);
    assert.equal(refused, tries, JSON.stringify(stormy.result));
    // Some are free, then a second, two, four, ... a minute at most.
    assert.ok(count('account', 401) + count('account', 503) <= 6 + Math.log2(seconds + 2) + 1, JSON.stringify(stormy.result));
    assert.ok(count('address', 401) + count('address', 503) <= 11 + Math.log2(seconds + 2) + 1, JSON.stringify(stormy.result));
    assert.deepEqual(statuses.filter((status) => status !== 201), [], 'at home one comes in');
    assert.ok(stormy.most - calm.most < (2 * 64 + 48) * 2 ** 20, said);
    assert.ok(stormy.read < 3 * calm.read + 10, said);
    assert.ok(stormy.write < 3 * calm.write + 25, said);
  } finally {
    await portal.stop();
  }
});
