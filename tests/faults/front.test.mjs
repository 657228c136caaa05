// nginx with deploy/nginx.conf: what it serves itself looks to a reader as if sen had served it, and
// it goes on when sen does not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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
