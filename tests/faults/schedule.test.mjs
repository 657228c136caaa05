// R18: what is scheduled happens once and at its moment, whatever happens to the servers and to the
// clocks. Clocks are turned by libfaketime, that of a server and that of the database apart.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { editor, plain } from '../lib/editor.mjs';
import { run, startPortal, top, waitFor } from '../lib/portal.mjs';
import { random, report } from '../lib/row.mjs';

const began = performance.now();
const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));
const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

let portal, token, next;
const fired = { count: 0, total: 0, early: 0, late: 0 };
const settings = { SEN_REQUESTS_PER_SECOND: 0, SEN_THREADS: 2 };

// A clock that can be turned: `env` for a process that lives by it, set(seconds) to turn it.
async function clock(name) {
  const file = join(portal.home, `clock-${name}`);
  const turned = {
    seconds: 0,
    env: { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1' },
    set: async (seconds) => {
      turned.seconds = seconds;
      await writeFile(file, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}s\n`);
    },
    now: () => Date.now() + turned.seconds * 1000,
  };
  await turned.set(0);
  return turned;
}
const serve = (of, more = {}) => portal.serve({ ...settings, ...more }, { wrap: ['env', ...Object.entries(of.env).map(([k, v]) => `${k}=${v}`)] });

// The database under a clock of its own.
async function database(of, env = {}) {
  await portal.database('stop');
  const { status, stderr } = await run(join(top, 'deploy/cluster'), ['start', portal.home], { env: { ...of?.env, ...env } });
  assert.equal(status, 0, stderr);
}

before(async () => {
  portal = await startPortal({ durable: true, build: 'release' });
  token = await portal.token();
  next = random();
});
after(() => portal?.stop());

let made = 0;
// Texts that are to be published at a moment (ms). Returns their ids.
async function schedule(server, count, moment, write = (ms) => new Date(ms).toISOString()) {
  const desk = editor(plain(server, token));
  const ids = Array.from({ length: count }, () => `timed-${++made}`);
  for (const id of ids) {
    assert.equal((await desk.create({ id, source_locale: 'en' })).status, 201);
    assert.equal((await desk.save(id, 'en', { title: id, body: 'At its time.' })).status, 201);
  }
  for (const id of ids) {
    const asked = await desk.act(id, 'en', 'publish-at', { at: write(moment) });
    assert.equal(asked.status, 201, JSON.stringify(asked.body));
  }
  return ids;
}

const list = (ids) => ids.map((id) => `'${id}'`).join();
const count = async (ids) => Number(await portal.sql(`select count(*) from publication where article in (${list(ids)})`));

// Waits until all are out; then holds that each went once, none more than a second before `moment`,
// and none more than `lateness` seconds after `due` (when it was possible). ahead: seconds by which the
// database's clock, which wrote the time down, was wrong.
async function expect(ids, moment, { due = moment, lateness = 5, ahead = 0 } = {}) {
  await waitFor(async () => await count(ids) >= ids.length, { seconds: 30, every: 50 });
  await pause(1200); // a second time would come now
  fired.total += ids.length;
  const rows = (await portal.sql(`select article, count(*), extract(epoch from min(at)) * 1000 from publication where article in (${list(ids)}) group by 1`)).split('\n');
  assert.equal(rows.length, ids.length);
  for (const row of rows) {
    const [id, times, at] = row.split('|');
    const true_ = Number(at) - ahead * 1000;
    assert.equal(times, '1', `${id} went out ${times} times`);
    fired.early = Math.max(fired.early, moment - true_);
    fired.late = Math.max(fired.late, true_ - due);
    assert.ok(true_ >= moment - 1000, `${id}: ${moment - true_} ms early`);
    assert.ok(true_ <= due + lateness * 1000, `${id}: ${true_ - due} ms late`);
    fired.count++;
  }
  for (const [table, which] of [['change', "subject in ({}) and kind = 'publish'"], ['audit', "replace(subject, 'article:', '') in ({}) and action = 'text_publish'"], ['schedule', "article in ({}) and state = 'done'"]])
    assert.equal(await portal.sql(`select count(*) from ${table} where ${which.replace('{}', list(ids))}`), String(ids.length), table);
}

test('two servers at once', { timeout: 60000 }, async () => {
  const servers = await Promise.all([portal.serve(settings), portal.serve(settings)]);
  const moment = Date.now() + 2500;
  await expect(await schedule(servers[0], 20, moment), moment);
  for (const server of servers) await server.stop();
});

test('away at the moment', { timeout: 60000 }, async () => {
  let server = await portal.serve(settings);
  const moment = Date.now() + 2500;
  const ids = await schedule(server, 10, moment);
  await server.stop();
  await pause(moment - Date.now() + 1500);
  assert.equal(await count(ids), 0);
  const due = Date.now();
  server = await portal.serve(settings);
  await expect(ids, moment, { due: due + 1000 });
  await server.stop();
});

test('killed at the moment, again and again', { timeout: 120000 }, async () => {
  for (let round = 0; round < 4; round++) {
    const [one, two] = await Promise.all([portal.serve(settings), portal.serve(settings)]);
    const moment = Date.now() + 2000;
    const ids = await schedule(one, 10, moment);
    await pause(moment - Date.now() - 20 + next() * 60);
    await one.crash();
    if (round % 2) await two.crash();
    else await two.stop();
    const due = Date.now();
    const back = await portal.serve(settings);
    await expect(ids, moment, { due: Math.max(due, moment) + 1000 });
    await back.stop();
  }
});

test('the database restarts at the moment', { timeout: 60000 }, async () => {
  const server = await portal.serve(settings);
  const moment = Date.now() + 2000;
  const ids = await schedule(server, 10, moment);
  await pause(moment - Date.now() - 100);
  await portal.database('crash');
  await pause(500);
  await portal.database('start');
  await expect(ids, moment, { due: Date.now() });
  await server.stop();
});

test('a server’s clock goes forward an hour, and back two', { timeout: 60000 }, async () => {
  const turned = await clock('server');
  const server = await serve(turned);
  let moment = Date.now() + 4000;
  const ahead = await schedule(server, 5, moment);
  await turned.set(3600);
  await pause(2000);
  assert.equal(await count(ahead), 0, 'too early');
  await expect(ahead, moment);

  moment = Date.now() + 2500;
  await turned.set(0);
  const behind = await schedule(server, 5, moment);
  await turned.set(-7200);
  await pause(moment - Date.now() + 2000);
  assert.equal(await count(behind), 0, 'by one clock only');
  const due = Date.now();
  await turned.set(0);
  await expect(behind, moment, { due });

  // Another server whose clock is right does it meanwhile.
  const other = await portal.serve(settings);
  moment = Date.now() + 2500;
  const both = await schedule(other, 5, moment);
  await turned.set(-7200);
  await expect(both, moment);
  for (const one of [server, other]) await one.stop();
});

test('the database’s clock goes forward an hour, and back two', { timeout: 90000 }, async () => {
  const turned = await clock('database');
  await database(turned);
  const server = await portal.serve(settings);
  let moment = Date.now() + 4000;
  const ahead = await schedule(server, 5, moment);
  await turned.set(3600);
  await pause(2000);
  assert.equal(await count(ahead), 0, 'too early');
  await expect(ahead, moment, { ahead: 3600 });
  await turned.set(0);
  moment = Date.now() + 2500;
  const behind = await schedule(server, 5, moment);
  await turned.set(-7200);
  await pause(moment - Date.now() + 2000);
  assert.equal(await count(behind), 0, 'by one clock only');
  const due = Date.now();
  await turned.set(0);
  await expect(behind, moment, { due });
  await server.stop();
});

test('summer time ends and begins', { timeout: 120000 }, async () => {
  const zone = { TZ: 'Europe/Paris', PGTZ: 'Europe/Paris' };
  for (const [change, write] of [
    ['2026-10-25T01:00:00Z', (ms) => `2026-10-25T02:00:0${ms / 1000 % 10}+01:00`], // the second two o'clock
    ['2027-03-28T01:00:00Z', (ms) => `2027-03-28T03:00:0${ms / 1000 % 10}+02:00`],
  ]) {
    const turned = await clock('both');
    await turned.set(Math.round((Date.parse(change) - Date.now()) / 1000) - 4);
    await database(turned, zone);
    const server = await serve(turned, zone);
    const moment = Date.parse(change) + Math.max(3000, Math.ceil((turned.now() - Date.parse(change)) / 1000) * 1000 + 3000);
    const ids = await schedule(server, 3, moment, write);
    const refused = await editor(plain(server, token)).act(ids[0], 'en', 'withdraw-at', { at: '2026-10-25T02:00:01+02:00', reason: 'The first two o’clock is over.' });
    assert.equal(refused.status, 422);
    await expect(ids, moment - turned.seconds * 1000, { ahead: turned.seconds });
    await server.stop();
  }
  await database();
  report('R18', { count: fired.count, total: fired.total, began, about: ['libpq', 'postgresql'], more: `early=${Math.max(0, fired.early).toFixed(0)}ms late=${fired.late.toFixed(0)}ms` });
});
