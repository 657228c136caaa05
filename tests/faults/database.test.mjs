// R5: the database is out of reach. R15: errors inside a pipeline that others share.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editor, plain } from '../lib/editor.mjs';
import { network } from '../lib/partition.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';
import { random, report } from '../lib/row.mjs';

// The scorecard's partition lasts ten minutes; here it lasts this long.
const seconds = Number(process.env.SEN_TEST_PARTITION_SECONDS ?? 15);

for (const [kind, name] of [['drop', 'R5 half-open'], ['reset', 'R5 reset']]) {
  test(name, { timeout: (seconds + 120) * 1000 }, async () => {
    const began = performance.now();
    const portal = await startPortal({ content: ['content/starter'] });
    const link = await network(portal);
    try {
      const token = await portal.token();
      const server = await portal.serve({ ...link.settings, SEN_REQUESTS_PER_SECOND: 0 });
      const desk = editor(plain(server, token));
      const { items } = await (await fetch(`${server.url}/v1/articles?locale=en&limit=40`)).json();
      const addresses = items.map(({ id }) => `${server.url}/v1/articles/${id}?locale=en`);
      const read = async (address) => {
        const from = performance.now();
        const answer = await fetch(address, { signal: AbortSignal.timeout(10000) });
        await answer.text();
        return { status: answer.status, cached: answer.headers.get('cache-status'), took: performance.now() - from };
      };
      // Every thread has to know every article: connections are spread over them.
      for (let i = 0; i < 12; i++) {
        for (const address of addresses) {
          const answer = await fetch(address, { headers: { connection: 'close' } });
          await answer.text();
          assert.equal(answer.status, 200);
        }
      }
      link[kind]();
      const end = performance.now() + seconds * 1000;
      let [reads, stale, slowest, writes, slowestWrite] = [0, 0, 0, 0, 0];
      while (performance.now() < end) {
        for (const answer of await Promise.all(addresses.map(read))) {
          assert.equal(answer.status, 200);
          reads++;
          stale += /detail=database-away/.test(answer.cached);
          slowest = Math.max(slowest, answer.took);
        }
        const from = performance.now();
        const refused = await desk.create({ id: `never-${writes}`, source_locale: 'en' });
        slowestWrite = Math.max(slowestWrite, performance.now() - from);
        assert.equal(refused.status, 503);
        assert.match(refused.headers.get('retry-after'), /^\d+$/);
        writes++;
      }
      assert.ok(stale > 0, 'nothing was marked as stale');
      assert.ok(slowestWrite < 2000, `a write was refused after ${slowestWrite} ms`);
      link.heal();
      const healed = performance.now();
      await waitFor(async () => (await desk.create({ id: `back-${Math.random()}`, source_locale: 'en' })).status === 201, { seconds: 10 });
      await waitFor(async () => (await fetch(`${server.url}/ready`)).status === 200, { seconds: 10 });
      const recovery = performance.now() - healed;
      // What was refused did not happen.
      assert.equal(await portal.sql("select count(*) from article where id like 'never-%'"), '0');
      await waitFor(async () => !/database-away/.test((await read(addresses[0])).cached), { seconds: 10 });
      report(name.replace(' ', '-'), { count: reads + writes, total: reads + writes, began, about: ['libpq', 'postgresql'],
        more: `partition=${seconds}s reads=${reads} stale=${stale} slowest_read=${slowest.toFixed(0)}ms slowest_refusal=${slowestWrite.toFixed(0)}ms recovery=${recovery.toFixed(0)}ms` });
    } finally {
      await portal.stop().finally(() => link.close());
    }
  });
}

test('R15', { timeout: 300000 }, async () => {
  const began = performance.now();
  const [total, concurrent] = [10000, 64];
  const portal = await startPortal();
  try {
    const next = random();
    // Articles of which one in twenty makes its statement fail, inside whatever pipeline it is in.
    await portal.sql(`
      insert into topic (id, names) values ('boom', '{"en": "Boom"}');
      insert into article (id, kind, source_locale, topic, published_at)
        select 'a' || n, 'feature', 'en', case when n % 20 = 0 then 'boom' end, now() from generate_series(1, 400) n;
      insert into edition (article, locale, revision, version, state, slug, skeleton, title, body, html, renderer, published_at, updated_at)
        select 'a' || n, 'en', 1, 1, 'live', 'a' || n, 'a' || n, 'Title ' || n, '', '<p>' || n || '</p>', 1, now(), now() from generate_series(1, 400) n;
      create or replace function topic_brief(wanted text, locales text[]) returns json language plpgsql stable as $$
        begin
          if wanted = 'boom' then raise exception 'boom'; end if;
          return null;
        end $$`);
    const server = await portal.serve({ SEN_CACHE_MB: 0, SEN_REQUESTS_PER_SECOND: 0, SEN_DB_CONNECTIONS: 2 });
    const ids = new Set();
    let [sent, right, failing] = [0, 0, 0];
    await Promise.all(Array.from({ length: concurrent }, async () => {
      while (sent < total) {
        sent++;
        const n = 1 + Math.floor(next() * 400);
        const answer = await fetch(`${server.url}/v1/articles/a${n}?locale=en`);
        const body = await answer.json();
        ids.add(answer.headers.get('x-request-id'));
        if (n % 20 === 0) {
          failing++;
          assert.equal(answer.status, 500);
          assert.equal(body.html, undefined);
        } else {
          assert.equal(answer.status, 200, `a${n}: ${JSON.stringify(body)}`);
          assert.equal(body.id, `a${n}`);
          assert.equal(body.html, `<p>${n}</p>`);
        }
        right++;
      }
    }));
    assert.equal(ids.size, sent, 'two answers with one request id');
    assert.doesNotMatch(server.log, /25P02|current transaction is aborted/);
    report('R15', { count: right, total: sent, began, about: ['libpq', 'postgresql'], more: `failing=${failing}` });
  } finally {
    await portal.stop();
  }
});
