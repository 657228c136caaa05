// The protocol and its limits, as bytes: each limit at its value and one past it, deadlines, and what
// one connection may do.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { answers, exchange, open, parse, request } from '../lib/http.mjs';
import { openapi } from '../lib/openapi.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';

let portal, server, token;
const small = {
  SEN_THREADS: 1, SEN_URL_BYTES: 256, SEN_HEADER_BYTES: 1024, SEN_HEADER_COUNT: 8, SEN_BODY_BYTES: 1024,
  SEN_REQUESTS_PER_SECOND: 0,
};
before(async () => {
  portal = await startPortal();
  token = await portal.token();
  server = await portal.serve(small);
});
after(() => portal?.stop());

const authorised = (more = {}) => ({ Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...more });
const metric = async (on, name) => Number(new RegExp(`^${name} (\\d+)$`, 'm')
  .exec((await (await fetch(`${on.url}/metrics`, { headers: { connection: 'close' } })).text()))[1]);
async function one(bytes, options) {
  const { answers: list, closed } = await exchange(server.port, bytes, { quiet: 0.05, ...options });
  assert.equal(list.length, 1);
  return { ...list[0], closed };
}
function problem(answer, status, key) {
  assert.equal(answer.status, status);
  assert.match(JSON.parse(answer.body).type, new RegExp(`#problem-${key}$`));
}
// Closes as soon as `use` is done with it.
async function connected(port, use, options) {
  const connection = await open(port, '127.0.0.1', options);
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}
const health = request('GET', '/health');

describe('one connection', () => {
  test('is kept for the next request, until a side wants to close it', async () => {
    await connected(server.port, async (connection) => {
      for (let i = 1; i <= 5; i++) {
        await connection.send(health);
        assert.equal((await answers(connection, i)).length, i);
      }
      await connection.send(request('GET', '/health', { Connection: 'close' }));
      const last = (await answers(connection, 6))[5];
      assert.equal(last.headers.connection, 'close');
      await connection.finished;
    });
  });

  test('ten requests in one packet are answered in order', async () => {
    const targets = ['/health', '/v1/topics', '/v1/locales', '/v1/none', '/v1/topics?x=1', '/ready', '/v1/agencies', '/v1/provinces', '/docs', '/health'];
    const { answers: list } = await exchange(server.port, targets.map((target) => request('GET', target)).join(''), { count: 10 });
    assert.deepEqual(list.map((answer) => answer.status), [200, 200, 200, 404, 400, 200, 200, 200, 200, 200]);
    assert.equal(String(list[0].body), 'ok\n');
    assert.ok(JSON.parse(list[2].body).items.some((item) => item.tag === 'vi'));
    assert.equal(String(list[5].body), 'ready\n');
    assert.match(String(list[8].body), /<html/);
    const ids = list.map((answer) => answer.headers['x-request-id']);
    assert.equal(new Set(ids).size, 10);
  });

  test('writes in a pipeline are done in order', async () => {
    const body = (id) => JSON.stringify({ id, source_locale: 'vi' });
    const post = (id) => request('POST', '/v1/articles', authorised({ 'Content-Length': body(id).length }), body(id));
    const { answers: list } = await exchange(server.port, post('p-1') + post('p-1') + post('p-2') + health, { count: 4 });
    assert.deepEqual(list.map((answer) => answer.status), [201, 409, 201, 200]);
  });

  test('byte by byte', async () => {
    await connected(server.port, async (connection) => {
      connection.socket.setNoDelay(true);
      for (const byte of request('GET', '/v1/topics')) await connection.send(byte);
      assert.equal((await answers(connection, 1))[0].status, 200);
    });
  });

  test('a client that half-closes still gets its answers', async () => {
    const { answers: list, closed } = await exchange(server.port, request('GET', '/v1/topics') + health, { count: 2, end: true, quiet: 1 });
    assert.deepEqual(list.map((answer) => answer.status), [200, 200]);
    assert.ok(closed);
  });

  test('HTTP/1.0', async () => {
    const answer = await one('GET /health HTTP/1.0\r\n\r\n', { quiet: 1 });
    assert.equal(answer.status, 200);
    assert.ok(answer.closed);
    problem(await one('GET /health HTTP/1.1\r\n\r\n'), 400, 'host');
    const later = await one('GET /health HTTP/2.0\r\nHost: x\r\n\r\n');
    assert.ok([400, 505].includes(later.status));
  });

  test('HEAD has the headers of GET and no body, in a pipeline too', async () => {
    const targets = ['/v1/topics', '/docs', '/v1/none', '/health'];
    const methods = targets.flatMap(() => ['HEAD', 'GET']);
    const bytes = targets.map((target) => request('HEAD', target) + request('GET', target)).join('');
    const { answers: list, rest } = await exchange(server.port, bytes, { count: 8, methods });
    assert.equal(rest.length, 0);
    for (let i = 0; i < 8; i += 2) {
      assert.equal(list[i].status, list[i + 1].status);
      for (const name of ['content-type', 'etag', 'cache-control'])
        assert.equal(list[i].headers[name], list[i + 1].headers[name], `${targets[i / 2]} ${name}`);
      if (list[i].status === 200) assert.equal(list[i].headers['content-length'], String(list[i + 1].body.length));
    }
  });

  test('OPTIONS * and absolute targets', async () => {
    assert.equal((await one('OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n')).status, 204);
    assert.equal((await one('GET http://sen.example/health HTTP/1.1\r\nHost: x\r\n\r\n')).status, 200);
    problem(await one('GET * HTTP/1.1\r\nHost: x\r\n\r\n'), 400, 'target');
    assert.ok([400, 405].includes((await one('CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n')).status));
    assert.equal((await one('TRACE /health HTTP/1.1\r\nHost: x\r\n\r\n')).status, 405);
  });

  test('what is no HTTP', async () => {
    const malformed = await metric(server, 'sen_malformed_total');
    for (const bytes of ['hello\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00\x01', 'GET\r\n\r\n', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', 'GET / HTTP/1.1\r\n folded: x\r\n\r\n']) {
      const answer = await one(bytes, { quiet: 1 });
      problem(answer, 400, 'malformed');
      assert.ok(answer.closed);
    }
    await waitFor(async () => await metric(server, 'sen_malformed_total') >= malformed + 5);
    problem(await one('GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n'), 400, 'header_doubled');
    problem(await one('GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi'), 400, 'body_not_allowed');
  });
});

describe('bodies', () => {
  const head = (headers) => request('POST', '/v1/articles', authorised(headers));
  const chunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

  test('Expect: 100-continue is answered before the body is sent', async () => {
    const body = '{"source_locale": "vi"}';
    await connected(server.port, async (connection) => {
      await connection.send(head({ 'Content-Length': body.length, Expect: '100-continue' }));
      await waitFor(() => connection.data.includes('HTTP/1.1 100 Continue\r\n\r\n'));
      assert.equal(parse(connection.data).list.length, 0);
      await connection.send(body);
      assert.equal((await answers(connection, 1))[0].status, 201);
      await connection.send(health);
      assert.equal((await answers(connection, 2))[1].status, 200);
    });
  });

  test('who may not write is told so before the body', async () => {
    const headers = { 'Content-Length': 20, Expect: '100-continue', 'Content-Type': 'application/json' };
    const answer = await one(request('POST', '/v1/articles', headers), { quiet: 1 });
    problem(answer, 401, 'unauthorised');
    assert.equal(answer.headers.connection, 'close');
    assert.ok(answer.closed);
  });

  test('in chunks', async () => {
    const pieces = [...'{"source_locale": "vi", "kind": "interview"}'].map(chunk).join('');
    assert.equal((await one(`${head({ 'Transfer-Encoding': 'chunked' })}${pieces}0\r\n\r\n`)).status, 201);
    const trailer = `${head({ 'Transfer-Encoding': 'chunked' })}${chunk('{"source_locale": "vi"}')}0\r\nX-Sum: 1\r\n\r\n`;
    const { answers: list } = await exchange(server.port, trailer + health, { count: 2 });
    assert.deepEqual(list.map((answer) => answer.status), [201, 200]);
    const broken = await one(`${head({ 'Transfer-Encoding': 'chunked' })}zz\r\n`);
    assert.equal(broken.status, 400);
  });

  test('SEN_BODY_BYTES, sized and in chunks', async () => {
    const body = (length) => `{"source_locale": "vi"}${' '.repeat(length - 23)}`;
    const sized = (length) => one(head({ 'Content-Length': length }) + body(length));
    assert.equal((await sized(1024)).status, 201);
    problem(await sized(1025), 413, 'body_too_large');
    const chunked = (length) => one(`${head({ 'Transfer-Encoding': 'chunked' })}${chunk(body(length))}0\r\n\r\n`);
    assert.equal((await chunked(1024)).status, 201);
    problem(await chunked(1025), 413, 'body_too_large');
    problem(await one(head({ 'Content-Length': '999999999999999999' })), 413, 'body_too_large');
  });
});

describe('limits of a request', () => {
  test('SEN_URL_BYTES', async () => {
    const target = (length) => `/health?${'x'.repeat(length - 8)}`;
    assert.equal((await one(request('GET', target(256)))).status, 200);
    const answer = await one(request('GET', target(257)), { quiet: 1 });
    problem(answer, 414, 'url_too_long');
    assert.ok(answer.closed);
  });

  test('SEN_HEADER_BYTES', async () => {
    const padded = (length) => request('GET', '/health', { X: 'x'.repeat(length - 'Hostlocalhost'.length - 1) });
    assert.equal((await one(padded(1024))).status, 200);
    problem(await one(padded(1025)), 431, 'headers_too_large');
    problem(await one(`GET /health HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(300000)}`), 431, 'headers_too_large');
  });

  test('SEN_HEADER_COUNT', async () => {
    const many = (count) => request('GET', '/health', Object.fromEntries(Array.from({ length: count - 1 }, (_, i) => [`X-${i}`, 'y'])));
    assert.equal((await one(many(8))).status, 200);
    problem(await one(many(9)), 431, 'headers_too_many');
  });
});

describe('limits of a client', () => {
  test('SEN_CONNECTIONS', async () => {
    const few = await portal.serve({ SEN_THREADS: 1, SEN_CONNECTIONS: 4, SEN_CONNECTIONS_PER_ADDRESS: 0 });
    const talk = async (connection) => {
      await connection.send(health);
      const [answer] = await answers(connection, 1);
      connection.chunks.length = 0;
      return answer?.status;
    };
    const held = [];
    await waitFor(async () => { // until the client that asked for /ready has left
      for (const connection of held.splice(0)) connection.close();
      for (let i = 0; i < 4; i++) held.push(await open(few.port));
      return (await Promise.all(held.map(talk))).every((status) => status === 200);
    });
    const refused = await open(few.port);
    const [answer] = await answers(refused, 1);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['retry-after'], '1');
    await refused.finished;
    assert.deepEqual(await Promise.all(held.map(talk)), [200, 200, 200, 200], 'those that are in stay in');
    held.pop().close();
    await waitFor(async () => {
      const next = await open(few.port);
      const status = await talk(next);
      next.close();
      return status === 200;
    });
    for (const connection of held) connection.close();
    await few.stop();
  });

  test('SEN_CONNECTIONS_PER_ADDRESS', async () => {
    const few = await portal.serve({ SEN_THREADS: 1, SEN_CONNECTIONS_PER_ADDRESS: 3 });
    const from = (localAddress) => open(few.port, '127.0.0.1', { localAddress });
    const status = async (connection) => {
      await connection.send(health);
      return (await answers(connection, 1))[0]?.status;
    };
    const held = [await from('127.0.0.7'), await from('127.0.0.7'), await from('127.0.0.7')];
    assert.deepEqual(await Promise.all(held.map(status)), [200, 200, 200]);
    held.push(await from('127.0.0.7'), await from('127.0.0.8'));
    assert.deepEqual(await Promise.all(held.slice(3).map(status)), [503, 200]);
    for (const connection of held) connection.close();
    await few.stop();
  });

  test('SEN_REQUESTS_PER_SECOND', async () => {
    const few = await portal.serve({ SEN_THREADS: 1, SEN_REQUESTS_PER_SECOND: 5 });
    await connected(few.port, async (connection) => {
      await connection.send(health.repeat(6));
      const list = await answers(connection, 6);
      assert.deepEqual(list.map((answer) => answer.status), [200, 200, 200, 200, 200, 429]);
      problem(list[5], 429, 'too_many_requests');
      assert.equal(list[5].headers['retry-after'], '1');
      let count = 6;
      await waitFor(async () => {
        await connection.send(health);
        return (await answers(connection, ++count)).at(-1).status === 200;
      }, { every: 100 });
    }, { localAddress: '127.0.0.9' });
    assert.ok(await waitFor(async () => await metric(few, 'sen_rate_limited_total') >= 1));
    await few.stop();
  });
});

describe('deadlines', () => {
  let hasty;
  before(async () => {
    hasty = await portal.serve({
      SEN_THREADS: 1, SEN_HEAD_SECONDS: 1, SEN_BODY_SECONDS: 1, SEN_IDLE_SECONDS: 2, SEN_WRITE_SECONDS: 1, SEN_REQUESTS_PER_SECOND: 0,
    });
  });
  // Seconds from `began` until the other side closes.
  async function closes(connection, began, most = 15) {
    await Promise.race([connection.finished, new Promise((_, fail) => setTimeout(() => fail(new Error(`open after ${most} s`)), most * 1000).unref())]);
    return (performance.now() - began) / 1000;
  }

  test('SEN_HEAD_SECONDS: nothing at all, and a head that does not end', async () => {
    await connected(hasty.port, async (connection) => {
      assert.ok(await closes(connection, performance.now()) >= 0.7);
      assert.equal(connection.data.length, 0);
    });
    await connected(hasty.port, async (connection) => {
      const began = performance.now();
      await connection.send('GET /health HTTP/1.1\r\nHost: x\r\nX: ');
      const drip = setInterval(() => connection.send('y'), 200);
      const [answer] = await answers(connection, 1, { seconds: 15 });
      clearInterval(drip);
      problem(answer, 408, 'too_slow');
      assert.equal(answer.headers.connection, 'close');
      connection.socket.end();
      assert.ok(await closes(connection, began) >= 0.7);
    });
  });

  test('SEN_BODY_SECONDS', async () => {
    await connected(hasty.port, async (connection) => {
      const began = performance.now();
      await connection.send(request('POST', '/v1/articles', authorised({ 'Content-Length': 100 }), '{"id": '));
      const drip = setInterval(() => connection.send(' '), 200);
      const [answer] = await answers(connection, 1, { seconds: 15 });
      clearInterval(drip);
      problem(answer, 408, 'too_slow');
      assert.ok((performance.now() - began) / 1000 >= 0.7);
    });
  });

  test('SEN_IDLE_SECONDS', async () => {
    await connected(hasty.port, async (connection) => {
      await connection.send(health);
      assert.equal((await answers(connection, 1))[0].status, 200);
      const seconds = await closes(connection, performance.now());
      assert.ok(seconds >= 1.5, `${seconds} s`);
    });
  });

  test('SEN_WRITE_SECONDS: a client that asks and never reads', async () => {
    await mkdir(join(portal.home, 'media'), { recursive: true });
    await writeFile(join(portal.home, 'media/pad.png'), Buffer.alloc(16000));
    const expired = await metric(hasty, 'sen_timeouts_total');
    await connected(hasty.port, async (connection) => {
      connection.socket.pause();
      const bytes = request('GET', '/media/pad.png').repeat(100);
      connection.socket.on('error', () => {});
      for (let i = 0; i < 15; i++) connection.socket.write(bytes);
      await waitFor(async () => await metric(hasty, 'sen_timeouts_total') > expired, { seconds: 20, every: 100 });
    });
  });
});

describe('settings', () => {
  test('`sen settings` shows each with its value, default and range', async () => {
    const { stdout } = await portal.must(['settings'], { settings: { SEN_URL_BYTES: 300 } });
    assert.match(stdout, /^SEN_URL_BYTES=300\n {4}default 4096, from 256 to 65536\n {4}\S.*\.$/m);
    const names = [...stdout.matchAll(/^(SEN_\w+)=/gm)].map((found) => found[1]);
    for (const name of ['SEN_HOME', 'SEN_PORT', 'SEN_HEADER_BYTES', 'SEN_HEADER_COUNT', 'SEN_BODY_BYTES', 'SEN_JSON_DEPTH', 'SEN_HEAD_SECONDS',
      'SEN_BODY_SECONDS', 'SEN_IDLE_SECONDS', 'SEN_WRITE_SECONDS', 'SEN_CONNECTIONS', 'SEN_CONNECTIONS_PER_ADDRESS', 'SEN_REQUESTS_PER_SECOND'])
      assert.ok(names.includes(name), name);
    assert.equal(new Set(names).size, names.length);
  });

  test('a password is not shown', async () => {
    const { stdout } = await portal.must(['settings'], { settings: { SEN_DATABASE: 'host=x password=secret1' } });
    assert.doesNotMatch(stdout, /secret1/);
  });

  test('each number at its ends and one past them', async () => {
    const { stdout } = await portal.must(['settings']);
    const rows = [...stdout.matchAll(/^(SEN_\w+)=.*\n {4}default \d+, from (\d+) to (\d+)$/gm)];
    assert.ok(rows.length > 15);
    const at = (pick) => Object.fromEntries(rows.map(([, name, low, high]) => [name, pick(BigInt(low), BigInt(high))]));
    for (const ends of [at((low) => low), at((_, high) => high)])
      assert.equal((await portal.run(['settings'], { settings: ends })).status, 0);
    for (const [, name, low, high] of rows.slice(0, 6)) {
      for (const value of [BigInt(low) - 1n, BigInt(high) + 1n, 'many', '1.5', ' 5']) {
        const { status, stderr } = await portal.run(['settings'], { settings: { [name]: value } });
        assert.notEqual(status, 0, `${name}=${value}`);
        assert.match(stderr, new RegExp(`${name}.*${low} to ${high}`), `${name}=${value}`);
      }
    }
  });
});

test('every answer on the way is one that /openapi.json describes', async () => {
  const api = await openapi(server);
  for (const target of ['/v1/articles', '/v1/media', '/v1/topics', '/v1/provinces', '/v1/agencies', '/v1/changes', '/v1/locales', '/v1/search?q=x',
    '/v1/articles/x', '/v1/locales?x=1', '/health', '/ready', '/metrics', '/docs', '/openapi.json', '/feeds/en/atom.xml', '/feeds/en/rss.xml',
    '/feeds/en/feed.json', '/feeds/tlh/feed.json', '/feeds/en/other.xml', '/', '/en/', '/media/none.png']) await api('GET', target);
  assert.equal((await api('GET', '/v1/locales?x=1')).status, 400);
});
