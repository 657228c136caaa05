// nginx with deploy/nginx.conf: what it serves itself looks to a reader as if sen had served it, and
// it goes on when sen does not.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { nginx } from '../lib/front.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';

const same = ['content-security-policy', 'x-content-type-options', 'referrer-policy', 'permissions-policy',
  'cross-origin-opener-policy', 'cross-origin-resource-policy', 'access-control-allow-origin', 'cache-control',
  'content-language', 'content-type'];

let portal, server, front;
before(async () => {
  portal = await startPortal({ build: 'release', content: ['content/starter'], site: true });
  server = await portal.serve({ SEN_PROXY: '127.0.0.1', SEN_REQUESTS_PER_SECOND: 0 });
  front = await nginx(portal, server);
});
after(async () => {
  await front?.stop();
  await portal?.stop();
});

async function get(base, path, options = {}) {
  const answer = await fetch(base + path, { redirect: 'manual', ...options });
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}

test('pages, feeds, media and errors are the same through nginx', async () => {
  const home = (await get(server.url, '/en/')).body.toString();
  const medium = /\/media\/[^"]+/.exec(home)?.[0];
  const asset = /\/assets\/[^"]+\.css/.exec(home)?.[0];
  assert.ok(asset, 'the home page has a style sheet');
  const paths = ['/', '/vi/', '/zh-Hans/', '/ar/provinces/', '/en/no-such-page/', '/feeds/en/atom.xml', '/feeds/en/rss.xml',
    '/feeds/en/feed.json', '/robots.txt', '/sitemap.xml', '/v1/provinces', '/v1/articles/none', asset, ...(medium ? [medium] : [])];
  for (const path of paths) {
    const [direct, through] = [await get(server.url, path), await get(front.url, path)];
    assert.equal(through.status, direct.status, path);
    const [one, other] = [direct, through].map(({ body }) => body.toString('latin1').replace(/"request":"[^"]*"/, ''));
    assert.equal(other, one, path); // but for the request's number
    for (const name of same) assert.equal(through.headers.get(name), direct.headers.get(name), `${name} of ${path}`);
  }
});

// fetch would undo the coding.
function raw(base, path, coding) {
  return new Promise((done, fail) => {
    request(base + path, { headers: coding ? { 'accept-encoding': coding } : {} }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk)).on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }));
    }).on('error', fail).end();
  });
}

test('the copies beside a file are sent as they are, by nginx and by sen', async () => {
  const site = join(portal.home, 'site');
  const home = await readFile(join(site, 'en/index.html'), 'utf8');
  const paths = [['/en/', 'en/index.html'], [/\/assets\/[^"]+\.css/.exec(home)[0]], ['/sitemap.xml'], ['/en/provinces/', 'en/provinces/index.html']];
  for (const [path, file = path.slice(1)] of paths) {
    const plain = await readFile(join(site, file));
    for (const [accept, coding, ending, decode] of [['gzip', 'gzip', '.gz', gunzipSync], ['br;q=1.0, gzip;q=0.8', 'br', '.br', brotliDecompressSync]]) {
      const copy = await readFile(join(site, file + ending));
      assert.ok(copy.length < plain.length && decode(copy).equals(plain), file + ending);
      for (const base of [server.url, front.url]) {
        const answer = await raw(base, path, accept);
        const what = `${base === server.url ? 'sen' : 'nginx'} ${path} ${accept}`;
        assert.equal(answer.status, 200, what);
        assert.equal(answer.headers['content-encoding'], coding, what);
        assert.ok(answer.body.equals(copy), what);
        assert.equal(Number(answer.headers['content-length']), copy.length, what);
        assert.match(answer.headers.vary, /Accept-Encoding/, what);
        const again = await fetch(base + path, { headers: { 'accept-encoding': accept, 'if-none-match': answer.headers.etag } });
        await again.arrayBuffer();
        assert.equal(again.status, 304, what);
      }
    }
    for (const base of [server.url, front.url]) {
      const answer = await raw(base, path);
      assert.equal(answer.headers['content-encoding'], undefined);
      assert.ok(answer.body.equals(plain), path);
    }
  }
});

test('nginx serves pages and kept answers while sen is away, and asks again when it is back', async () => {
  const first = await get(front.url, '/v1/provinces');
  assert.equal(first.status, 200);
  await server.stop();
  for (const path of ['/vi/', '/en/provinces/', '/v1/provinces']) assert.equal((await get(front.url, path)).status, 200, path);
  assert.equal((await get(front.url, '/v1/topics')).status, 502);
  const port = server.port;
  server = await portal.serve({ SEN_PORT: port });
  await waitFor(async () => (await get(front.url, '/v1/topics')).status === 200);
});

test('a body that is too long, a method that is none, and a folder above are refused', async () => {
  assert.equal((await get(front.url, '/v1/articles', { method: 'POST', body: 'x'.repeat(1.1 * 2 ** 20) })).status, 413);
  assert.equal((await get(front.url, '/vi/', { method: 'PATCH' })).status, 405);
  assert.notEqual((await get(front.url, '/media/..%2f..%2fpg/PG_VERSION')).status, 200);
});
