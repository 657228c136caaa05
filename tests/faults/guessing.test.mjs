// S8: a thousand guesses at passwords and tokens in a second, from one address and from many, while
// people sign in and readers read. SEN_TEST_GUESSING_SECONDS is how long (8; the scorecard's 60).
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { startPortal } from '../lib/portal.mjs';
import { percentile, reader } from '../lib/reader.mjs';
import { random, report } from '../lib/row.mjs';

const seconds = Number(process.env.SEN_TEST_GUESSING_SECONDS ?? 8);
const password = 'một mật khẩu đủ dài';
const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));

const memory = async (pid, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(await readFile(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

test('S8', { timeout: 60000 + seconds * 12000 }, async () => {
  const began = performance.now();
  const portal = await startPortal({ build: 'release', content: ['content/starter'] });
  let reading;
  try {
    for (const name of ['ann', 'home']) await portal.must(['user', 'add', name, '--role', 'author', '--password'], { input: `${password}\n` });
    const server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0, SEN_CONNECTIONS_PER_ADDRESS: 0, SEN_PROXY: '127.0.0.1' });
    const next = random();
    const signIn = async (name, given, where) => {
      const answer = await fetch(`${server.url}/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-forwarded-for': where }, body: JSON.stringify({ name, password: given }) });
      await answer.arrayBuffer();
      return answer;
    };
    const me = async (token, where) => {
      const answer = await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': where } });
      await answer.arrayBuffer();
      return answer;
    };
    const anywhere = () => `10.${Math.floor(next() * 256)}.${Math.floor(next() * 256)}.${Math.floor(next() * 256)}`;
    assert.equal((await signIn('home', password, '192.0.2.7')).status, 201);

    reading = reader([`${server.url}/v1/articles/pho?locale=en`]);
    await pause(1000);
    await reading.take();
    await pause(3000);
    const quiet = await reading.take();
    const before = await memory(server.pid, 'VmHWM');

    // Each kind of guess for its share of the time.
    const kinds = {
      'one name, one address': (n) => signIn('ann', `guess number ${n}`, '192.0.2.66'),
      'one name, many addresses': (n) => signIn('ann', `guess number ${n}`, anywhere()),
      'many names, one address': (n) => signIn(`name-${n}`, 'guess guess guess', '192.0.2.67'),
      'many names, many addresses': (n) => signIn(`name-${n}`, 'guess guess guess', anywhere()),
      'tokens, one address': (n) => me(`sen_${String(n).padStart(48, 'a')}`, '192.0.2.68'),
      'tokens, many addresses': (n) => me(`sen_${String(n).padStart(48, 'b')}`, anywhere()),
    };
    let [count, total] = [0, 0];
    const statuses = {};
    const wrong = [];
    const during = [];
    let [homely, slowestHome, failed] = [0, 0, 0];
    for (const [kind, guess] of Object.entries(kinds)) {
      statuses[kind] = {};
      const open = new Set();
      const end = performance.now() + seconds * 1000 / Object.keys(kinds).length;
      let sent = 0;
      const home = (async () => { // somebody who is known where they are comes in all the while
        while (performance.now() < end) {
          const from = performance.now();
          const { status } = await signIn('home', password, '192.0.2.7');
          slowestHome = Math.max(slowestHome, performance.now() - from);
          total++;
          if (status === 201) [count, homely] = [count + 1, homely + 1];
          else wrong.push(`${kind}: home: ${status}`);
          await pause(200);
        }
      })();
      const from = performance.now();
      while (performance.now() < end) {
        for (; sent < (performance.now() - from) && open.size < 500; sent++) { // a thousand a second
          const one = guess(total).then((answer) => {
            statuses[kind][answer.status] = (statuses[kind][answer.status] ?? 0) + 1;
            const right = answer.status === 401 || (answer.status === 429 && Number(answer.headers.get('retry-after')) >= 1) || answer.status === 503;
            if (right) count++;
            else wrong.push(`${kind}: ${answer.status}`);
          }, (error) => wrong.push(`${kind}: ${error.cause ?? error}`)).finally(() => open.delete(one));
          total++;
          open.add(one);
        }
        await pause(5);
      }
      await Promise.all([...open, home]);
      const part = await reading.take();
      during.push(...part.times);
      failed += part.failed;
    }
    // Two hashes at once and no more: 64 MiB each.
    const grown = await memory(server.pid, 'VmHWM') - before;
    const p99 = [percentile(quiet.times, 0.99), percentile(during, 0.99)];
    console.log(JSON.stringify(statuses));
    report('S8', { count, total, began, about: ['libpq'],
      more: `tries/s=${Math.round(total / seconds)} memory=+${grown.toFixed(0)}MiB known=${homely} known_slowest=${slowestHome.toFixed(0)}ms others_p99_before=${p99[0].toFixed(1)}ms others_p99_during=${p99[1].toFixed(1)}ms` });
    assert.deepEqual(wrong.slice(0, 20), []);
    assert.equal(failed, 0, 'reads that failed');
    assert.ok(grown < 2 * 64 + 40, `${grown} MiB more`);
    assert.ok(statuses['one name, one address'][401] <= 12, 'guesses at one name that were looked at');
    assert.ok(p99[1] < p99[0] + 25, `others waited: ${p99} ms`);
  } finally {
    await reading?.stop();
    await portal.stop();
  }
});
