// What browsers are told with each kind of file: the same by sen and by nginx with deploy/nginx.conf,
// and a policy that lets nothing in from elsewhere.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { nginx } from '../lib/front.mjs';
import { startPortal } from '../lib/portal.mjs';

const origin = 'https://portal.example';
let portal, server, front, kinds;

before(async () => {
  portal = await startPortal({ content: ['content/starter'], settings: { SEN_ORIGIN: origin, SEN_LOCALES: 'vi,en,ar' }, site: true });
  server = await portal.serve({ SEN_PROXY: '127.0.0.1', SEN_REQUESTS_PER_SECOND: 0 });
  front = await nginx(portal, server, { origin });
  const site = join(portal.home, 'site');
  const assets = await readdir(join(site, 'assets'));
  const asset = (ending) => `/assets/${assets.find((name) => name.endsWith(ending))}`;
  const medium = (await readdir(join(portal.home, 'media')))[0];
  // One file of each kind, and the language it says.
  kinds = {
    page: ['/en/', 'en'], article: ['/vi/articles/pho/', 'vi'], fallback: ['/ar/provinces/hue/', 'ar'],
    search: ['/ar/search/', 'ar'], 'search with words': ['/en/search/?q=hue', 'en'], missing: ['/ar/no-such-page/', 'ar'],
    folder: ['/en/provinces', 'en'],
    style: [asset('.css')], script: [asset('.js')], drawing: [asset('.svg')],
    robots: ['/robots.txt'], sitemap: ['/sitemap.xml'], door: ['/'],
    medium: [`/media/${medium}`], feed: ['/feeds/en/atom.xml', 'en'], json: ['/feeds/vi/feed.json', 'vi'],
  };

});
after(async () => {
  await front?.stop();
  await portal?.stop();
});

const get = async (base, path, headers = {}) => {
  const answer = await fetch(base + path, { redirect: 'manual', headers });
  await answer.arrayBuffer();
  return answer;
};

// Who answers, when, and how it was carried.
const own = ['accept-ranges', 'cache-status', 'connection', 'content-encoding', 'content-length', 'date', 'etag', 'keep-alive', 'last-modified', 'server',
  'transfer-encoding', 'x-cache-status', 'x-request-id'];
const told = (answer) => Object.fromEntries([...answer.headers].filter(([name]) => !own.includes(name)));

test('sen and nginx say the same with each kind of file', async () => {
  for (const [kind, [path]] of Object.entries(kinds)) {
    const [direct, through] = [await get(server.url, path), await get(front.url, path)];
    assert.equal(through.status, direct.status, kind);
    const [one, other] = [told(direct), told(through)];
    // nginx answers a folder's redirect with a page of its own.
    if (kind === 'folder') for (const all of [one, other]) delete all['content-type'];
    assert.deepEqual(other, one, `${kind}: ${path}`);
    // Asked again, it is the same without the body.
    const tag = direct.headers.get('last-modified');
    if (!tag) continue;
    const again = [await get(server.url, path, { 'if-modified-since': tag }), await get(front.url, path, { 'if-modified-since': tag })];
    if (again.some(({ status }) => status !== 304)) continue;
    const [first, second] = again.map(told);
    for (const all of [first, second]) for (const name of ['content-type', 'vary']) delete all[name];
    assert.deepEqual(second, first, `${kind} again`);
  }
});

// Directives of a policy: name → values.
const policyOf = (answer) => new Map(answer.headers.get('content-security-policy').split(';')
  .map((one) => one.trim().split(/\s+/)).map(([name, ...values]) => [name, values]));

test('no policy lets anything run or load that is not the portal’s own', async () => {
  for (const [kind, [path]] of Object.entries(kinds)) {
    for (const base of [server.url, front.url]) {
      const policy = policyOf(await get(base, path));
      assert.deepEqual(policy.get('default-src'), ["'none'"], kind);
      for (const [name, values] of policy) {
        for (const value of values) {
          assert.ok(["'none'", "'self'"].includes(value), `${kind}: ${name} ${value}`);
        }
      }
      if (policy.has('sandbox')) continue; // nothing runs there at all
      for (const name of ['base-uri', 'frame-ancestors']) assert.deepEqual(policy.get(name), ["'none'"], `${kind}: ${name}`);
      assert.deepEqual(policy.get('form-action'), ["'self'"], kind);
      for (const name of ['script-src', 'style-src', 'font-src', 'img-src', 'media-src', 'connect-src', 'manifest-src', 'worker-src']) {
        assert.deepEqual(policy.get(name), ["'self'"], `${kind}: ${name}`);
      }
    }
  }
});

test('each kind of file says its type, its language and how long to keep it', async () => {
  for (const [kind, [path, language]] of Object.entries(kinds)) {
    const { headers, status } = await get(front.url, path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', kind);
    assert.equal(headers.get('strict-transport-security'), 'max-age=63072000', kind);
    assert.equal(headers.get('set-cookie'), null, kind);
    if (kind !== 'door') assert.equal(headers.get('content-language'), language ?? null, kind);
    if (status === 200 && !/^image\//.test(headers.get('content-type'))) assert.match(headers.get('content-type'), /; charset=utf-8$/, kind);
    const languages = /accept-language/i.test(headers.get('vary') ?? '');
    assert.equal(languages, kind === 'door', `${kind}: Vary: Accept-Language on "/" alone`);
    const keep = headers.get('cache-control');
    if (path.startsWith('/assets/')) assert.equal(keep, 'public, max-age=31536000, immutable');
    else if (kind !== 'door' && status === 200) assert.ok(Number(/max-age=(\d+)/.exec(keep)[1]) <= 86400, `${kind}: ${keep}`);
    if (!['medium', 'feed', 'json'].includes(kind)) {
      assert.equal(headers.get('referrer-policy'), 'strict-origin-when-cross-origin', kind);
      assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', kind);
      for (const feature of ['camera', 'geolocation', 'microphone', 'payment']) {
        assert.match(headers.get('permissions-policy'), new RegExp(`\\b${feature}=\\(\\)`), kind);
      }
    }
  }
});

test('a portal without TLS does not ask for it', async () => {
  const plain = await portal.serve({ SEN_ORIGIN: 'http://portal.example' });
  const through = await nginx(portal, plain, { origin: 'http://portal.example' });
  try {
    for (const base of [plain.url, through.url]) {
      for (const path of ['/en/', '/v1/locales']) assert.equal((await get(base, path)).headers.get('strict-transport-security'), null);
    }
  } finally {
    await through.stop();
    await plain.stop();
  }
});
