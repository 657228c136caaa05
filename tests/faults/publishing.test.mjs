// R1: the server dies again and again while editors publish. R16: two editors, one revision. R17: the
// same publication asked for many times.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { editor, plain } from '../lib/editor.mjs';
import { freePort, nginx } from '../lib/front.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';
import { random, report } from '../lib/row.mjs';

const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));

// Repeats a request until somebody answers it: what a careful client does with a lost connection.
async function insist(call) {
  for (;;) {
    const answer = await call().catch(() => null);
    if (answer && answer.status < 500) return answer;
    await pause(20);
  }
}

// Publishes `rounds` versions of a text, one after the other. Every acknowledged one goes into the
// ledger as [id, version, body].
async function publish(desk, id, rounds, ledger, acknowledged) {
  let revision = 0;
  for (let round = 1; round <= rounds; round++) {
    const body = `Text ${id}, round ${round}.`;
    const match = revision ? `"r${revision}"` : undefined;
    const saved = await insist(() => desk.save(id, 'en', { title: `T ${id}`, slug: id, body }, match));
    // A save whose acknowledgement was lost is found in place.
    const present = saved.status === 412 ? saved.body.current : saved.body;
    assert.equal(present.body, body, `${id}: ${saved.status}`);
    revision = present.revision;
    const answer = await insist(() => desk.publish(id, 'en', { 'idempotency-key': `${id}-${round}` }));
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    ledger.push([id, answer.body.version, body]);
    acknowledged();
  }
}

test('R1', { timeout: 600000 }, async () => {
  const began = performance.now();
  const [writers, articles, rounds, kills] = [4, 25, 10, 10];
  const total = writers * articles * rounds;
  const portal = await startPortal({ durable: true, build: 'release', content: ['content/starter'], site: true });
  try {
    const next = random();
    const settings = { SEN_PORT: await freePort(), SEN_REQUESTS_PER_SECOND: 0, SEN_LOCALES: 'en' };
    let server = await portal.serve(settings);
    portal.worker(settings);
    const front = await nginx(portal, server);
    const token = await portal.token();
    const ledger = [];
    let [kill, killed, restarted] = [1 + Math.floor(next() * 90), 0, Promise.resolve()];
    const acknowledged = () => {
      if (ledger.length < kill || killed === kills) return;
      killed++;
      kill = Math.floor((killed + next()) * (total / kills));
      restarted = restarted.then(() => server.crash()).then(async () => {
        server = await portal.serve(settings);
      });
    };
    // Readers come through nginx: pages from the disk, an API answer that nginx may keep.
    const reads = { done: 0, failed: [] };
    let reading = true;
    const reader = (async () => {
      const addresses = ['/en/', '/v1/articles/pho?locale=en', '/en/provinces/'];
      for (let i = 0; reading; i++) {
        const path = addresses[i % addresses.length];
        const answer = await fetch(front.url + path).catch((error) => ({ status: String(error), text: () => '' }));
        await answer.text();
        reads.done++;
        if (answer.status !== 200) reads.failed.push(`${path}: ${answer.status}`);
        await pause(10);
      }
    })();
    const desk = () => editor(plain(server, token));
    const work = Array.from({ length: writers }, async (_, w) => {
      for (let a = 0; a < articles; a++) {
        const id = `w${w}-${a}`;
        // `server` changes under way: each call asks anew where it is.
        const calls = Object.fromEntries(['create', 'save', 'publish'].map((name) => [name, (...args) => desk()[name](...args)]));
        const made = await insist(() => calls.create({ id, source_locale: 'en', kind: 'feature' }));
        assert.ok([201, 409].includes(made.status), JSON.stringify(made.body)); // 409: made before the ack was lost
        await publish(calls, id, rounds, ledger, acknowledged);
      }
    });
    await Promise.all(work);
    await restarted;
    reading = false;
    await reader;
    await front.stop();

    assert.equal(killed, kills);
    assert.equal(ledger.length, total);
    const rows = new Map((await portal.sql("select article || ' ' || version || ' ' || body from edition where article ~ '^w\\d' and version is not null"))
      .split('\n').map((line) => [line, true]));
    const kept = ledger.filter(([id, version, body]) => rows.has(`${id} ${version} ${body}`)).length;
    assert.equal(kept, total, 'acknowledged and lost');
    assert.equal(rows.size, total, 'published twice, or half');
    const doubles = await portal.sql("select count(*) from (select subject, version from change where subject ~ '^w\\d' group by 1, 2 having count(*) > 1) x");
    assert.equal(doubles, '0');
    assert.equal(await portal.sql("select count(*) from change where subject ~ '^w\\d'"), String(total));
    // And the pages show the last version of each.
    for (let w = 0; w < writers; w++) {
      for (let a = 0; a < articles; a++) {
        const id = `w${w}-${a}`;
        await waitFor(async () => (await readFile(join(portal.home, 'site/en/articles', id, 'index.html'), 'utf8'))
          .includes(`Text ${id}, round ${rounds}.`), { seconds: 30 });
      }
    }
    assert.deepEqual(reads.failed, []);
    report('R1', { count: kept, total, began, about: ['libpq', 'postgresql', 'nginx'], more: `kills=${killed} reads=${reads.done} reads_failed=0` });
  } finally {
    await portal.stop();
  }
});

test('R16', { timeout: 300000 }, async () => {
  const began = performance.now();
  const total = 1000;
  const portal = await startPortal({ build: 'release' });
  try {
    const server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
    const desks = [editor(plain(server, await portal.token('ann'))), editor(plain(server, await portal.token('ben')))];
    assert.equal((await desks[0].create({ id: 'raced', source_locale: 'en' })).status, 201);
    let revision = (await desks[0].save('raced', 'en', { title: 'T', body: 'first' })).body.revision;
    let count = 0;
    for (let race = 0; race < total; race++) {
      const bodies = desks.map((_, i) => `race ${race}, editor ${i}`);
      const answers = await Promise.all(desks.map((desk, i) => desk.save('raced', 'en', { title: 'T', body: bodies[i] }, `"r${revision}"`)));
      const winner = answers.findIndex(({ status }) => status === 200);
      const loser = answers[1 - winner];
      const right = winner >= 0 && loser.status === 412 && loser.body.current.body === bodies[winner]
        && answers[winner].body.revision === revision + 1 && loser.body.current.revision === revision + 1;
      assert.ok(right, JSON.stringify(answers.map(({ status, body }) => [status, body])));
      count++;
      revision++;
    }
    assert.equal(await portal.sql("select count(*) from edition where article = 'raced'"), String(total + 1));
    assert.equal(await portal.sql("select count(distinct body) from edition where article = 'raced'"), String(total + 1));
    report('R16', { count, total, began, about: ['libpq', 'postgresql'] });
  } finally {
    await portal.stop();
  }
});

// Every text is published by fifty requests at once with one key, on two servers, one of which is
// killed meanwhile in every fourth round; and fifty times more after it has come back.
test('R17', { timeout: 300000 }, async () => {
  const began = performance.now();
  const [rounds, times] = [20, 50];
  const next = random();
  const portal = await startPortal({ durable: true, build: 'release' });
  try {
    const settings = async () => ({ SEN_PORT: await freePort(), SEN_REQUESTS_PER_SECOND: 0 });
    const ports = [await settings(), await settings()];
    const servers = await Promise.all(ports.map((each) => portal.serve(each)));
    const token = await portal.token();
    const desk = (n) => editor(plain(servers[n % 2], token));
    const restart = async () => {
      await servers[0].crash();
      servers[0] = await portal.serve(ports[0]);
    };
    let [count, killed] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const id = `same-${round}`;
      assert.equal((await desk(1).create({ id, source_locale: 'en' })).status, 201);
      assert.equal((await desk(1).save(id, 'en', { title: `T ${round}`, body: 'Once.' })).status, 201);
      const ask = (n) => insist(() => desk(n).publish(id, 'en', { 'idempotency-key': id }));
      const all = () => Promise.all(Array.from({ length: times }, (_, n) => ask(n)));
      const burst = all();
      let back = Promise.resolve();
      if (round % 4 === 0) {
        await pause(next() * 25);
        back = restart();
        killed++;
      }
      const answers = await burst;
      await back;
      if (round % 4 !== 0) await restart();
      answers.push(...await all());
      for (const answer of answers) {
        assert.deepEqual([answer.status, answer.body], [200, answers[0].body]);
        count++;
      }
    }
    const rows = async (table, which) => Number(await portal.sql(`select count(*) from ${table} where ${which}`));
    assert.deepEqual([await rows('publication', 'true'), await rows('change', "kind = 'publish'"), await rows('audit', "action = 'text_publish'")], [rounds, rounds, rounds]);
    report('R17', { count, total: rounds * times * 2, began, about: ['libpq', 'postgresql'], more: `texts=${rounds} restarts=${rounds} killed-meanwhile=${killed}` });
  } finally {
    await portal.stop();
  }
});
