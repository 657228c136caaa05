// What must not be lost: requests when the server ends or is replaced, answers while the database is
// away, and changes that readers wait for.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { answers, open, request } from '../lib/http.mjs';
import { lock } from '../lib/lock.mjs';
import { openapi } from '../lib/openapi.mjs';
import { startPortal, top, waitFor } from '../lib/portal.mjs';

let portal, token;
before(async () => {
  portal = await startPortal();
  token = await portal.token();
});
after(() => portal?.stop());

const unlimited = { SEN_REQUESTS_PER_SECOND: 0, SEN_CONNECTIONS_PER_ADDRESS: 0 };
const create = (body) => request('POST', '/v1/articles',
  { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Content-Length': body.length }, body);
async function metrics(server) {
  const text = await (await fetch(`${server.url}/metrics`, { headers: { connection: 'close' } })).text();
  return Object.fromEntries([...text.matchAll(/^(\w+(?:\{[^}]*\})?) (\d+)$/gm)].map(([, name, value]) => [name, Number(value)]));
}
async function publish(api, id, title) {
  await api('POST', '/v1/articles', { body: { id, source_locale: 'vi' } });
  await api('PUT', `/v1/articles/${id}/texts/vi`, { headers: { 'if-none-match': '*' }, body: { title, body: 'Chữ.' } });
  return api('POST', `/v1/articles/${id}/texts/vi/publish`, { body: { note: 'Đã sửa.' } });
}

describe('SIGTERM', () => {
  test('what is under way is answered: a query that waits, a body that is half sent, a head that is half sent', async (t) => {
    const server = await portal.serve({ ...unlimited, SEN_QUERY_MS: 20000 });
    const body = '{"id": "half-sent", "source_locale": "vi"}';
    const [reader, writer, slow] = [await open(server.port), await open(server.port), await open(server.port)];
    // Not a table that the making of an article reads: the writer is answered while the reader waits.
    const held = await lock(t, portal, 'place');
    await reader.send(request('GET', '/v1/places'));
    await waitFor(async () => await held.waiting() === 1);
    await writer.send(create(body).slice(0, -20));
    await slow.send('GET /health HTTP/1.1\r\nHost:');
    await waitFor(async () => (await metrics(server)).sen_connections >= 3);
    server.kill('SIGTERM');
    await waitFor(() => /event=server\.draining/.test(server.log));
    await writer.send(body.slice(-20));
    await slow.send(' x\r\n\r\n');
    for (const [connection, status] of [[writer, 201], [slow, 200]]) {
      const [answer] = await answers(connection, 1, { seconds: 15 });
      assert.equal(answer?.status, status);
      assert.equal(answer.headers.connection, 'close');
    }
    await held.release();
    const [answer] = await answers(reader, 1, { seconds: 15 });
    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.body).items, []);
    await reader.finished;
    await server.stop();
    for (const connection of [reader, writer, slow]) connection.close();
    assert.equal(await portal.sql("select count(*) from article where id = 'half-sent'"), '1');
  });

  test('under load, every request gets its answer and every 201 is in the database', async () => {
    const server = await portal.serve(unlimited);
    let [sent, answered, created] = [0, 0, 0];
    async function client(number) {
      const connection = await open(server.port);
      for (let i = 0; ; i++) {
        sent++;
        connection.chunks.length = 0;
        await connection.send(create(JSON.stringify({ id: `load-${number}-${i}`, source_locale: 'vi', kind: 'interview' })));
        const [answer] = await answers(connection, 1, { seconds: 20 });
        if (!answer) break;
        answered++;
        if (answer.status === 201) created++;
        if (answer.headers.connection === 'close') break;
      }
      connection.close();
    }
    const clients = Array.from({ length: 8 }, (_, number) => client(number));
    await waitFor(() => answered > 50);
    await server.stop();
    await Promise.all(clients);
    assert.equal(answered, sent);
    assert.equal(created, sent);
    assert.equal(await portal.sql("select count(*) from article where kind = 'interview'"), String(created));
  });

  test('/ready says so', async () => {
    const server = await portal.serve(unlimited);
    const connection = await open(server.port);
    await connection.send(request('GET', '/ready').slice(0, -2));
    server.kill('SIGTERM');
    await waitFor(() => /event=server\.draining/.test(server.log));
    await connection.send('\r\n');
    assert.equal((await answers(connection, 1))[0].status, 503);
    connection.close();
    await server.stop();
  });
});

test('socket activation: restarts under load lose no request', async () => {
  const activated = spawn(join(top, 'deploy/cluster'), ['as-user', portal.home, '/usr/bin/python3', join(top, 'tests/lib/activate.py'), portal.sen, 'serve'],
    { cwd: top, env: { ...process.env, ...portal.environment(unlimited) }, stdio: ['pipe', 'pipe', 'pipe'] });
  let [out, log] = ['', ''];
  activated.stdout.on('data', (text) => { out += text; });
  activated.stderr.on('data', (text) => { log += text; });
  const exit = new Promise((done) => activated.on('close', done));
  const port = await waitFor(() => Number(/port (\d+)/.exec(out)?.[1]));
  const pids = () => [...out.matchAll(/started (\d+)/g)].map((found) => Number(found[1]));
  const start = async () => {
    const count = pids().length;
    activated.stdin.write('start\n');
    return waitFor(() => pids()[count], { describe: () => log });
  };
  let stop = false;
  let answered = 0;
  const lost = [];
  async function client() {
    while (!stop) {
      const connection = await open(port);
      for (let count = 1; !stop; count++) {
        await connection.send(request('GET', '/v1/locales'));
        const list = await answers(connection, count, { seconds: 30 });
        if (list.length < count || list.at(-1).status !== 200) {
          lost.push(`request ${count} of a connection: ${list.at(-1)?.status ?? connection.error}`);
          break;
        }
        answered++;
        if (list.at(-1).headers.connection === 'close') break;
        if (count === 50) {
          await connection.send(request('GET', '/health', { Connection: 'close' }));
          break;
        }
      }
      connection.close();
    }
  }
  let pid = await start();
  const clients = Array.from({ length: 6 }, client);
  try {
    for (let restart = 0; restart < 3; restart++) {
      const had = answered;
      await waitFor(() => answered > had + 100, { describe: () => log });
      process.kill(pid, 'SIGTERM');
      await waitFor(() => out.includes(`ended ${pid} `), { seconds: 40 });
      assert.match(out, new RegExp(`ended ${pid} 0`), log);
      pid = await start();
    }
    const had = answered;
    await waitFor(() => answered > had + 100);
  } finally {
    stop = true;
    await Promise.all(clients);
    process.kill(pid, 'SIGTERM');
    activated.stdin.end();
    await exit;
  }
  assert.deepEqual(lost, []);
});

describe('the database is away', () => {
  test('what is known is shown and says how old it is; what is not, is refused; then all is fresh again', async () => {
    const server = await portal.serve({ ...unlimited, SEN_THREADS: 1, SEN_QUERY_MS: 500 });
    const api = await openapi(server, { token });
    assert.equal((await publish(api, 'away', 'Trước')).status, 200);
    const read = () => api('GET', '/v1/articles/away');
    await waitFor(async () => (await read()).body.version === 1 && /hit/.test((await read()).headers.get('cache-status')));
    const feed = await api('GET', '/feeds/vi/atom.xml');
    await portal.database('stop');
    try {
      await waitFor(async () => (await api('GET', '/ready')).status === 503);
      const stale = await waitFor(async () => {
        const answer = await read();
        return /detail=database-away/.test(answer.headers.get('cache-status')) && answer;
      });
      assert.deepEqual([stale.status, stale.body.title], [200, 'Trước']);
      const age = Number(stale.headers.get('age'));
      assert.match(stale.headers.get('cache-status'), new RegExp(`ttl=-${age};`));
      await waitFor(async () => Number((await read()).headers.get('age')) > age);
      const again = await api('GET', '/feeds/vi/atom.xml');
      assert.deepEqual([again.status, again.body], [200, feed.body]);
      assert.equal((await api('GET', '/health')).status, 200);
      for (const [method, target, body] of [['GET', '/v1/articles/unknown'], ['POST', '/v1/articles', { source_locale: 'vi' }]]) {
        const refused = await api(method, target, { body });
        assert.equal(refused.status, 503);
        assert.ok(refused.headers.get('retry-after'));
        assert.match(refused.body.type, /unavailable$|timeout$|busy$/);
      }
      assert.ok((await waitFor(async () => (await metrics(server)).sen_cache_stale_total)) > 0);
    } finally {
      await portal.database('start');
    }
    await waitFor(async () => (await api('GET', '/ready')).status === 200);
    await api('PUT', '/v1/articles/away/texts/vi', { headers: { 'if-match': '"r1"' }, body: { title: 'Sau', body: 'Chữ.' } });
    await api('POST', '/v1/articles/away/texts/vi/publish', { body: { note: 'Đã sửa.' } });
    const fresh = await waitFor(async () => {
      const answer = await read();
      return answer.body.title === 'Sau' && answer;
    });
    assert.doesNotMatch(fresh.headers.get('cache-status'), /away/);
    await server.stop();
  });

  test('a change made while nobody listened is not missed', async () => {
    const server = await portal.serve({ ...unlimited, SEN_THREADS: 1 });
    const api = await openapi(server, { token });
    await publish(api, 'unheard', 'Trước');
    await waitFor(async () => /hit/.test((await api('GET', '/v1/articles/unheard')).headers.get('cache-status')));
    // Its sessions end; before a new one listens, the text is changed behind its back.
    await portal.sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sen';
      update edition set title = 'Sau' where article = 'unheard' and state = 'live';
      select change_append('update', 'unheard', 'vi', 2, article_tags('unheard'))`);
    await waitFor(async () => {
      const { status, body } = await api('GET', '/v1/articles/unheard');
      return status === 200 && body.title === 'Sau';
    });
    await server.stop();
  });
});

describe('the cache', () => {
  test('a publication is seen on every thread', async () => {
    const server = await portal.serve({ ...unlimited, SEN_THREADS: 4 });
    const api = await openapi(server, { token });
    await publish(api, 'everywhere', 'Một');
    const connections = await Promise.all(Array.from({ length: 24 }, () => open(server.port)));
    const titles = () => Promise.all(connections.map(async (connection) => {
      connection.chunks.length = 0;
      await connection.send(request('GET', '/v1/articles/everywhere'));
      const [answer] = await answers(connection, 1);
      return answer.status === 200 ? JSON.parse(answer.body).title : answer.status;
    }));
    await waitFor(async () => (await titles()).every((title) => title === 'Một'));
    for (let version = 2; version < 6; version++) {
      await api('PUT', '/v1/articles/everywhere/texts/vi', { headers: { 'if-match': `"r${version - 1}"` }, body: { title: `Lần ${version}`, body: 'Chữ.' } });
      const began = performance.now();
      await api('POST', '/v1/articles/everywhere/texts/vi/publish', { body: { note: 'Đã sửa.' } });
      await waitFor(async () => (await titles()).every((title) => title === `Lần ${version}`), { seconds: 5 });
      const seconds = (performance.now() - began) / 1000;
      assert.ok(seconds < 3, `${seconds} s`); // a second, and the pace of a loaded machine under ASan
    }
    const seq = Object.entries(await metrics(server)).filter(([name]) => name.startsWith('sen_change_seq'));
    assert.equal(seq.length, 4);
    for (const connection of connections) connection.close();
    await server.stop();
  });

  test('many who miss at once ask the database once', async (t) => {
    const server = await portal.serve({ ...unlimited, SEN_THREADS: 1, SEN_QUERY_MS: 20000 });
    const began = await metrics(server);
    const held = await lock(t, portal, 'media');
    const connections = await Promise.all(Array.from({ length: 50 }, () => open(server.port)));
    await Promise.all(connections.map((connection) => connection.send(request('GET', '/v1/media'))));
    await waitFor(async () => (await metrics(server)).sen_cache_collapsed_total === began.sen_cache_collapsed_total + 49);
    assert.equal(await held.waiting(), 1);
    await held.release();
    const bodies = await Promise.all(connections.map(async (connection) => {
      const [answer] = await answers(connection, 1);
      assert.equal(answer.status, 200);
      return String(answer.body);
    }));
    assert.equal(new Set(bodies).size, 1);
    const ended = await metrics(server);
    assert.equal(ended.sen_cache_misses_total - began.sen_cache_misses_total, 50);
    for (const connection of connections) connection.close();
    await server.stop();
  });

  test('those who leave before the answer harm nobody', async (t) => {
    const server = await portal.serve({ ...unlimited, SEN_THREADS: 1, SEN_QUERY_MS: 20000 });
    const held = await lock(t, portal, 'media');
    const connections = await Promise.all(Array.from({ length: 20 }, () => open(server.port)));
    await Promise.all(connections.map((connection) => connection.send(request('GET', '/v1/media'))));
    await waitFor(async () => (await metrics(server)).sen_cache_misses_total >= 20);
    for (const connection of connections.slice(0, 19)) connection.socket.resetAndDestroy();
    await waitFor(async () => (await metrics(server)).sen_clients_left_total >= 19);
    await held.release();
    assert.equal((await answers(connections[19], 1))[0].status, 200);
    connections[19].close();
    await server.stop();
  });

  test('turned off, it keeps nothing', async () => {
    const server = await portal.serve({ ...unlimited, SEN_THREADS: 1, SEN_CACHE_MB: 0 });
    for (let i = 0; i < 3; i++) {
      const answer = await fetch(`${server.url}/v1/media`);
      assert.match(answer.headers.get('cache-status'), /fwd=miss/);
      await answer.arrayBuffer();
    }
    await waitFor(async () => (await metrics(server)).sen_cache_misses_total >= 3);
    assert.equal((await metrics(server)).sen_cache_entries, 0);
    await server.stop();
  });
});
