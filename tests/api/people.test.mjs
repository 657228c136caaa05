// People: who may make whom into what, passwords and what guessing them costs, sessions and tokens,
// the audit log and its proof. Two servers share one database: what one does the other knows.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { problem } from '../lib/newsroom.mjs';
import { openapi } from '../lib/openapi.mjs';
import { startPortal } from '../lib/portal.mjs';

const password = 'một mật khẩu đủ dài';
let portal, server, second, anyone, root, desk, french, editor;

// Requests come through a proxy of the test's own, so each may come from an address of its own.
let hosts = 0;
const address = () => `198.51.${100 + (++hosts >> 8)}.${hosts & 255}`;
const from = (where, headers = {}) => ({ 'x-forwarded-for': where, ...headers });
const signIn = (name, given = password, where = address(), by = anyone) => by('POST', '/v1/session', { body: { name, password: given }, headers: from(where) });
async function signedIn(name, on = server, ...rest) {
  const answer = await signIn(name, ...rest);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return openapi(on, { token: answer.body.token });
}
const person = (name) => `/v1/people/${encodeURIComponent(name)}`;
const add = (by, name, more = {}) => by('POST', '/v1/people', { body: { name, ...more } });
const grants = (by, name, list) => by('PUT', `${person(name)}/grants`, { body: { grants: list } });
const is = (answer, status, what = '') => assert.equal(answer.status, status, `${what} ${JSON.stringify(answer.body)}`);

before(async () => {
  portal = await startPortal();
  await portal.sql(`insert into agency (id, names) values ('desk', '{"en": "Desk"}'), ('ministry', '{"en": "Ministry"}')`);
  const settings = { SEN_REQUESTS_PER_SECOND: 0, SEN_PROXY: '127.0.0.1', SEN_THREADS: 2 };
  server = await portal.serve(settings);
  second = await portal.serve(settings);
  anyone = await openapi(server);
  await portal.must(['user', 'add', 'root', '--admin']);
  await portal.must(['user', 'add', 'desk-head', '--agency', 'desk', '--role', 'administrator', '--password'], { input: `${password}\n` });
  await portal.must(['user', 'add', 'french-head', '--agency', 'desk', '--role', 'administrator:desk:fr,en', '--role', 'editor']);
  await portal.must(['user', 'add', 'desk-editor', '--agency', 'desk', '--role', 'editor']);
  const by = async (name) => openapi(server, { token: (await portal.must(['token', 'new', name])).stdout.trim() });
  [root, desk, french, editor] = await Promise.all(['root', 'desk-head', 'french-head', 'desk-editor'].map(by));
});
after(() => portal?.stop());

describe('people', () => {
  test('from the first day to the last', async () => {
    const added = await add(root, 'Trần Thị Bé', { agency: 'desk', password, grants: [{ role: 'editor', agency: 'desk', locales: ['vi', 'en'] }] });
    is(added, 201);
    assert.deepEqual(added.body.grants, [{ role: 'editor', agency: 'desk', locales: ['en', 'vi'] }]);
    assert.deepEqual([added.body.agency, added.body.password, added.body.disabled_at], ['desk', true, null]);
    assert.deepEqual((await root('GET', person('Trần Thị Bé'))).body, added.body);
    assert.deepEqual((await root('GET', person('Trần Thị Bé'.normalize('NFD')))).body, added.body);
    is(await root('GET', person('nobody')), 404);

    const me = await signedIn('Trần Thị Bé');
    const first = (await me('GET', '/v1/me')).body;
    assert.deepEqual([first.name, first.token.kind, first.token.scopes], ['Trần Thị Bé', 'session', null]);
    assert.ok(first.actions.includes('create') && !first.actions.includes('publish'));
    assert.match(first.token.prefix, /^s/);

    const changed = await grants(root, 'Trần Thị Bé', [{ role: 'publisher', agency: 'ministry' }]);
    assert.deepEqual(changed.body.grants, [{ role: 'publisher', agency: 'ministry', locales: null }]);
    assert.ok((await me('GET', '/v1/me')).body.actions.includes('publish'), 'at once');

    is(await root('POST', `${person('Trần Thị Bé')}/disable`), 200);
    is(await me('GET', '/v1/me'), 401, 'at once');
    is(await signIn('Trần Thị Bé'), 401);
    is(await root('POST', `${person('Trần Thị Bé')}/disable`), 200, 'again');
    is(await root('POST', `${person('Trần Thị Bé')}/enable`), 200);
    is(await me('GET', '/v1/me'), 401, 'a session ends for good');
    await signedIn('Trần Thị Bé');
    const events = await portal.sql(`select string_agg(action, ' ' order by seq) from audit where subject = 'account:Trần Thị Bé'`);
    assert.equal(events, 'person_add session_begin person_grants person_disable person_enable session_begin');
    assert.equal(await portal.sql(`select count(*) from audit where before::text ~ 'argon2' or after::text ~ 'argon2'`), '0');
  });

  test('lists, page by page, only of one’s own people', async () => {
    for (const name of ['list-a', 'list-b', 'list-c']) is(await add(root, name, { agency: 'desk' }), 201);
    const names = [];
    for (let after = ''; after !== null;) {
      const { body } = await desk('GET', `/v1/people?limit=2${after && `&after=${encodeURIComponent(after)}`}`);
      assert.ok(body.items.length <= 2);
      names.push(...body.items.map((one) => one.name));
      after = body.next;
    }
    assert.deepEqual(names, [...new Set(names)]);
    assert.ok(names.includes('list-a') && names.includes('desk-editor') && !names.includes('root'));
    const all = (await root('GET', '/v1/people?limit=200')).body.items;
    assert.ok(all.length > names.length);
    assert.ok((await root('GET', '/v1/people?agency=ministry')).body.items.every((one) => one.agency === 'ministry'));
    problem(await editor('GET', '/v1/people'), 403, 'forbidden', undefined);
  });

  test('every route is closed to strangers, to those without the right, and to other agencies', async () => {
    is(await add(root, 'ours', { agency: 'desk', grants: [{ role: 'author', agency: 'desk' }] }), 201);
    is(await add(root, 'theirs', { agency: 'ministry', grants: [{ role: 'author', agency: 'ministry' }] }), 201);
    const { prefix } = await tokenOf('theirs');
    const routes = (name) => [
      ['GET', person(name)], ['PUT', `${person(name)}/grants`, { grants: [] }], ['PUT', `${person(name)}/password`, { password }],
      ['POST', `${person(name)}/disable`], ['POST', `${person(name)}/enable`], ['GET', `${person(name)}/tokens`],
      ['DELETE', `${person(name)}/tokens/${prefix}`],
    ];
    for (const [method, path, body] of routes('theirs')) {
      is(await anyone(method, path, { body }), 401, path);
      is(await desk(method, path, { body }), 404, `${method} ${path}`);
      assert.ok([403, 404].includes((await editor(method, path, { body })).status), `${method} ${path}`);
    }
    is(await add(editor, 'sly'), 403);
    is(await add(desk, 'sly', { agency: 'ministry' }), 403);
    problem(await add(root, 'sly', { agency: 'nowhere' }), 422, 'unknown_reference', 'agency');
    assert.deepEqual((await root('GET', person('theirs'))).body.grants, [{ role: 'author', agency: 'ministry', locales: null }]);
    for (const [method, path, body] of routes('ours')) if (method !== 'DELETE') is(await desk(method, path, { body }), 200, `${method} ${path}`);
    is(await desk('DELETE', `${person('ours')}/tokens/${prefix}`), 404, 'a token of somebody else');
  });

  test('nobody gives, takes away or takes over more than they have', async () => {
    const admin = (more) => [{ role: 'administrator', ...more }];
    const attempts = [
      [desk, admin({})], [desk, admin({ agency: 'ministry' })], [desk, [{ role: 'author' }]],
      [desk, [{ role: 'author', agency: 'ministry', locales: ['vi'] }]],
      [french, [{ role: 'author', agency: 'desk' }]], [french, [{ role: 'author', agency: 'desk', locales: ['fr', 'vi'] }]],
      [french, admin({ agency: 'desk' })], [french, [{ role: 'author', agency: 'desk', locales: ['fr'] }, { role: 'editor' }]],
    ];
    is(await add(root, 'target', { agency: 'desk' }), 201);
    for (const [i, [by, list]] of attempts.entries()) {
      problem(await add(by, `climber-${i}`, { grants: list }), 403, 'beyond', undefined);
      problem(await grants(by, 'target', list), 403, 'beyond', undefined);
      problem(await grants(by, by === desk ? 'desk-head' : 'french-head', list), 403, 'beyond', undefined);
    }
    assert.equal(await portal.sql(`select count(*) from account where name like 'climber%'`), '0');
    is(await grants(french, 'target', [{ role: 'author', agency: 'desk', locales: ['fr'] }]), 200);
    is(await grants(desk, 'target', admin({ agency: 'desk', locales: ['vi'] })), 200);
    // What lies beyond stays as it is, and may be left standing while the rest changes.
    problem(await grants(french, 'target', []), 403, 'beyond', undefined);
    is(await grants(french, 'target', [...admin({ agency: 'desk', locales: ['vi'] }), { role: 'author', agency: 'desk', locales: ['en'] }]), 200);
    // Somebody of theirs who may do more elsewhere: not to be taken over by a new password.
    is(await grants(root, 'target', [{ role: 'publisher', agency: 'ministry' }, { role: 'author', agency: 'desk' }]), 200);
    const { prefix } = await tokenOf('target');
    problem(await desk('PUT', `${person('target')}/password`, { body: { password } }), 403, 'forbidden', undefined);
    problem(await desk('POST', `${person('target')}/disable`), 403, 'forbidden', undefined);
    problem(await desk('DELETE', `${person('target')}/tokens/${prefix}`), 403, 'forbidden', undefined);
    problem(await french('PUT', `${person('desk-head')}/password`, { body: { password } }), 403, 'forbidden', undefined);
    // An agency's administrator without an agency in the request adds to their own.
    const own = await add(desk, 'newcomer');
    is(own, 201);
    assert.equal(own.body.agency, 'desk');
  });

  test('a portal keeps somebody who may do all', async () => {
    problem(await grants(root, 'root', [{ role: 'editor' }]), 409, 'last_administrator', undefined);
    problem(await root('POST', `${person('root')}/disable`), 409, 'last_administrator', undefined);
    const refused = await portal.run(['user', 'disable', 'root']);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /last administrator/);
    is(await add(root, 'deputy', { grants: [{ role: 'administrator' }] }), 201);
    // Both give up at once: one of them cannot.
    const deputy = await openapi(server, { token: (await tokenOf('deputy')).token });
    const both = await Promise.all([grants(root, 'root', []), grants(deputy, 'deputy', [])]);
    assert.deepEqual(both.map((one) => one.status).sort(), [200, 409]);
    await portal.must(['user', 'grant', 'root', '--admin']);
    await portal.must(['user', 'disable', 'deputy']);
  });

  test('names: of any script, and none that could be taken for another', async () => {
    for (const name of ['Nguyễn Ái', 'สมชาย', '山田 太郎', 'ສົມ', 'محمد', 'Đặng-O’Neil', 'ann.b+x@example.org', 'a'.repeat(100)]) {
      const answer = await add(root, name.normalize('NFD'));
      is(answer, 201, name);
      assert.equal(answer.body.name, name.normalize('NFC'));
    }
    problem(await add(root, 'Nguyễn Ái'.normalize('NFD')), 409, 'name_taken', 'name');
    for (const name of ['bOOk', 'IAN']) is(await add(root, name), 201);
    for (const [name, twin] of [['NGUYỄN ÁI', 'Nguyễn Ái'], ['b00k', 'bOOk'], ['lAN', 'IAN'], ['ROOT', 'root'], ['ann.b+x@examp1e.org', 'ann.b+x@example.org']]) {
      const answer = await add(root, name);
      problem(answer, 409, 'name_alike', 'name');
      assert.ok(answer.body.title.includes(twin), answer.body.title);
    }
    for (const name of ['rоot', 'a\u200bb', 'a\u202eb', 'a\tb', 'a  b', '.a', 'a-', 'a/b', '"a"', '\u3164', '\ue000', 'a:b', 'a'.repeat(101)]) {
      const answer = await add(root, name);
      is(answer, 400, JSON.stringify(name));
      assert.equal(answer.body.field, 'name');
    }
    is(await add(root, ''), 400);
    // An account from before names were compared.
    await portal.sql(`insert into account (name) values ('older')`);
    await portal.must(['migrate']);
    problem(await add(root, 'OLDER'), 409, 'name_alike', 'name');
    is(await root('POST', '/v1/people', { body: {} }), 400);
    is(await add(root, 'extra', { admin: true }), 400);
  });

  test('passwords: twelve characters to 1,024 bytes', async () => {
    for (const [given, status] of [['ngắn quá đấy', 201], ['ngắn quá đ', 400], ['x'.repeat(1024), 201], ['x'.repeat(1025), 400],
      ['👩‍👩‍👧‍👦'.repeat(11), 400], ['👩‍👩‍👧‍👦'.repeat(12), 201], ['twelve chars\u0000', 400], [123456789012, 400], [['x'.repeat(12)], 400]]) {
      const answer = await add(root, `password-${++hosts}`, { password: given });
      is(answer, status, JSON.stringify(given).slice(0, 40));
      if (status === 400) {
        assert.ok(!JSON.stringify(answer.body).includes('quá đ'));
      }
    }
  });
});

async function tokenOf(name, options = []) {
  const { stdout } = await portal.must(['token', 'new', name, ...options]);
  return { token: stdout.trim(), prefix: stdout.slice(4, 12) };
}

describe('signing in', () => {
  before(() => add(root, 'sam', { password, agency: 'desk', grants: [{ role: 'author', agency: 'desk' }] }));

  test('a session, and its end', async () => {
    const answer = await signIn('sam');
    is(answer, 201);
    assert.match(answer.body.token, /^sen_s[a-z0-9]{7}_[\w-]{43}$/);
    const hours = (Date.parse(answer.body.expires_at) - Date.now()) / 3600000;
    assert.ok(hours > 7.9 && hours < 8.1, `${hours} hours`);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const [here, there] = await Promise.all([server, second].map((on) => openapi(on, { token: answer.body.token })));
    is(await here('GET', '/v1/me'), 200);
    is(await there('GET', '/v1/me'), 200);
    is(await here('DELETE', '/v1/session'), 200);
    is(await here('GET', '/v1/me'), 401);
    is(await there('GET', '/v1/me'), 401);
    is(await anyone('DELETE', '/v1/session'), 401);
    is(await root('DELETE', '/v1/session'), 404, 'a token is no session');
    const stored = await portal.sql(`select string_agg(t::text, '') from token t`);
    assert.ok(!stored.includes(answer.body.token) && !stored.includes(answer.body.token.slice(13)));
  });

  test('the password as people type it', async () => {
    is(await signIn('sam', password.normalize('NFD')), 201);
    is(await signIn('sam'.normalize('NFD'), password), 201);
    is(await signIn('SAM', password), 401);
    is(await signIn('sam', `${password} `), 401);
    for (const body of [{}, { name: 'sam' }, { password }, { name: 'sam', password: null }, { name: 'sam', password, more: 1 }, { name: 1, password }, { name: 'sam', password: 'x'.repeat(1025) }])
      is(await anyone('POST', '/v1/session', { body, headers: from(address()) }), 400, JSON.stringify(body).slice(0, 40));
  });

  test('who is not there, has no password, or is kept out gets the same answer after the same time', async () => {
    is(await add(root, 'no-password'), 201);
    is(await add(root, 'kept-out', { password }), 201);
    is(await root('POST', `${person('kept-out')}/disable`), 200);
    const bodies = new Set(), times = {};
    for (let round = 0; round < 5; round++) {
      for (const name of ['nobody', 'no-password', 'kept-out', 'sam']) {
        const start = performance.now();
        const answer = await signIn(name, 'not the password');
        (times[name] ??= []).push(performance.now() - start);
        is(answer, 401, name);
        bodies.add(JSON.stringify({ ...answer.body, request: '' }));
        assert.ok(answer.headers.has('www-authenticate'));
      }
    }
    assert.equal(bodies.size, 1);
    const least = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, Math.min(...list)]));
    for (const name of ['nobody', 'no-password', 'kept-out'])
      assert.ok(Math.abs(least[name] - least.sam) < least.sam * 0.35, JSON.stringify(least));
    await portal.sql('delete from sign_in_failure');
  });

  test('failures slow down, on both servers, and success takes it back', async () => {
    is(await add(root, 'slow', { password }), 201);
    const there = await openapi(second);
    for (let i = 0; i < 6; i++) is(await signIn('slow', 'not the password', address(), i % 2 ? there : anyone), 401, i);
    for (const by of [anyone, there]) {
      const answer = await signIn('slow', password, address(), by);
      problem(answer, 429, 'sign_in_slow', undefined);
      assert.equal(answer.headers.get('retry-after'), '1');
    }
    await portal.sql(`update sign_in_failure set next_at = now() where kind = 'account'`);
    is(await signIn('slow', 'not the password'), 401);
    assert.equal((await signIn('slow')).headers.get('retry-after'), '2');
    await portal.sql(`update sign_in_failure set next_at = now(), failures = 1000 where kind = 'account'`);
    is(await signIn('slow', 'not the password'), 401);
    assert.equal((await signIn('slow')).headers.get('retry-after'), '60', 'a minute and no more');
    await portal.sql(`update sign_in_failure set next_at = now() where kind = 'account'`);
    is(await signIn('slow'), 201);
    for (let i = 0; i < 5; i++) is(await signIn('slow', 'not the password'), 401, 'counted from the start');
  });

  test('many at once get no further than one after another', async () => {
    is(await add(root, 'crowd', { password }), 201);
    const there = await openapi(second);
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => signIn('crowd', `guess number ${i}`, address(), i % 2 ? there : anyone)));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [...Array(6).fill(401), ...Array(34).fill(429)]);
  });

  test('strangers lock nobody out', async () => {
    is(await add(root, 'home', { password }), 201);
    const home = address();
    is(await signIn('home', password, home), 201);
    for (let i = 0; i < 7; i++) await signIn('home', 'not the password');
    is(await signIn('home'), 429, 'elsewhere');
    is(await signIn('home', password, home), 201, 'at home');
    // And whoever guesses at home is slowed as everywhere.
    for (let i = 0; i < 6; i++) is(await signIn('home', 'not the password', home), 401);
    is(await signIn('home', password, home), 429);
    // A new password from an administrator ends the wait.
    is(await root('PUT', `${person('home')}/password`, { body: { password: 'another password' } }), 200);
    is(await signIn('home', 'another password', home), 201);
  });

  test('an address that guesses at many names waits, IPv6 by network; its neighbours do not', async () => {
    for (const [where, next] of [['203.0.113.7', '203.0.113.7'], ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9']]) {
      for (let i = 0; i < 11; i++) is(await signIn(`name-${i}`, 'not the password', where), 401);
      is(await signIn('sam', password, next), 429);
    }
    is(await signIn('sam', password, '203.0.113.8'), 201);
    is(await signIn('sam', password, '2001:db8:1:3::1'), 201);
    // One's own success does not wipe out what one guessed at others.
    const where = address();
    for (let i = 0; i < 9; i++) is(await signIn(`name-${i}`, 'not the password', where), 401);
    is(await signIn('slow', password, where), 201);
    assert.equal(await portal.sql(`select failures from sign_in_failure where kind = 'address' and subject = '${where}'`), '9');
    assert.equal(await portal.sql(`select count(*) from sign_in_failure where subject like '%name%' or subject like '%sam%'`), '0');
  });

  test('one’s own password', async () => {
    is(await add(root, 'own', { password }), 201);
    const one = await signedIn('own'), other = await signedIn('own');
    const change = (by, body) => by('PUT', '/v1/me/password', { body, headers: from(address()) });
    problem(await change(one, { current: 'not the password', new: 'a new password' }), 403, 'password_wrong', 'current');
    problem(await change(one, { current: password, new: 'short' }), 400, 'fault.password_short', 'new');
    is(await change(one, { current: password }), 400);
    is(await change(one, { current: password, new: 'a new password' }), 200);
    is(await one('GET', '/v1/me'), 200, 'the session that changed it goes on');
    is(await other('GET', '/v1/me'), 401, 'the others end');
    is(await signIn('own'), 401);
    is(await signIn('own', 'a new password'), 201);
    for (let i = 0; i < 6; i++) await change(one, { current: 'not the password', new: 'a new password' });
    problem(await change(one, { current: 'a new password', new: 'a new password' }), 429, 'sign_in_slow', undefined);
    is(await change(root, { current: password, new: password }), 403, 'without a password there is none to change');
  });

  test('a hash under other parameters is renewed', async () => {
    // Two passes of 8 MiB.
    const weak = '$argon2id$v=19$m=8192,t=2,p=1$0+jlnBXU67XXaRgCgNnbYA$voFkVE8agCMGWJ2+B2akNsro9PibSAdFgweHNsjt5ys';
    is(await add(root, 'old', { password }), 201);
    await portal.sql(`update account set password = '${weak}' where name = 'old'`);
    const stored = () => portal.sql(`select password from account where name = 'old'`);
    is(await signIn('old', 'not the password'), 401);
    assert.equal(await stored(), weak);
    is(await signIn('old', 'correct horse battery'), 201);
    assert.match(await stored(), /^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
    is(await signIn('old', 'correct horse battery'), 201);
  });

  test('what waits for the two threads is bounded', async () => {
    const small = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0, SEN_PROXY: '127.0.0.1', SEN_PASSWORD_QUEUE: 1 });
    const by = await openapi(small);
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => signIn(`queue-${i}`, 'not the password', address(), by)));
    const served = answers.filter((answer) => answer.status === 401), refused = answers.filter((answer) => answer.status !== 401);
    assert.ok(served.length >= 3 && refused.length >= 1, `${served.length} served`);
    for (const answer of refused) problem(answer, 503, 'busy', undefined);
    // It ends well while passwords are being hashed.
    const late = Array.from({ length: 3 }, (_, i) => signIn(`late-${i}`, 'not the password', address(), by).catch(() => null));
    await small.stop();
    await Promise.all(late);
  });
});

describe('tokens', () => {
  let ann;
  before(async () => {
    is(await add(root, 'ann', { password, agency: 'desk', grants: [{ role: 'editor', agency: 'desk' }, { role: 'publisher', agency: 'desk' }] }), 201);
    ann = await signedIn('ann');
  });
  const make = (by, body) => by('POST', '/v1/me/tokens', { body });
  const as = (answer, on = server) => openapi(on, { token: answer.body.token });

  test('made, listed, used, revoked on both servers at once', async () => {
    const made = await make(ann, { label: 'Máy in', scopes: ['read', 'create'], days: 30 });
    is(made, 201);
    assert.deepEqual([made.body.label, made.body.scopes, made.body.kind], ['Máy in', ['create', 'read'], 'token']);
    const days = (Date.parse(made.body.expires_at) - Date.now()) / 86400000;
    assert.ok(days > 29.9 && days <= 30.001);
    const listed = (await ann('GET', '/v1/me/tokens')).body.items;
    assert.ok(listed.some((one) => one.prefix === made.body.prefix));
    assert.ok(!JSON.stringify(listed).includes(made.body.token.slice(13)));
    const [here, there] = [await as(made), await as(made, second)];
    is(await here('GET', '/v1/me'), 200);
    is(await there('GET', '/v1/me'), 200);
    is(await ann('DELETE', `/v1/me/tokens/${made.body.prefix}`), 200);
    is(await there('GET', '/v1/me'), 401);
    is(await here('GET', '/v1/me'), 401);
    is(await ann('DELETE', `/v1/me/tokens/${made.body.prefix}`), 200, 'again');
    is(await ann('DELETE', `/v1/me/tokens/${(await tokenOf('root')).prefix}`), 404, 'of somebody else');
    is(await make(ann, { days: 3650 }), 201);
    is(await make(ann, { days: 3651 }), 400);
    is(await make(ann, { days: 0 }), 400);
    problem(await make(ann, { scopes: ['everything'] }), 422, 'unknown_reference', 'scopes');
  });

  test('scopes narrow what the owner may, and are handed on', async () => {
    const reader = await as(await make(ann, { scopes: ['read'] }));
    assert.deepEqual((await reader('GET', '/v1/me')).body.actions, ['read']);
    is(await reader('POST', '/v1/articles', { body: { id: 'scoped', source_locale: 'vi' } }), 403);
    problem(await make(reader, { scopes: ['read', 'create'] }), 403, 'beyond', 'scopes');
    const inherited = await make(reader, {});
    assert.deepEqual(inherited.body.scopes, ['read']);
    const short = await as(await make(ann, { days: 2 }));
    const child = await make(short, { days: 300 });
    assert.ok(Date.parse(child.body.expires_at) <= Date.now() + 2 * 86400000 + 1000, 'no longer than its maker');
  });

  test('a token of an administrator with few scopes makes nobody mighty', async () => {
    const few = await openapi(server, { token: (await tokenOf('root', ['--scope', 'people,read'])).token });
    problem(await add(few, 'puppet', { password, grants: [{ role: 'administrator' }] }), 403, 'beyond', undefined);
    problem(await few('PUT', `${person('ann')}/password`, { body: { password } }), 403, 'forbidden', undefined);
    const none = await openapi(server, { token: (await tokenOf('root', ['--scope', 'read'])).token });
    problem(await add(none, 'puppet'), 403, 'forbidden', undefined);
    is(await none('GET', '/v1/audit'), 403);
    is(await none('GET', '/v1/people'), 403);
  });

  test('an account has a hundred and no more', async () => {
    is(await add(root, 'hoarder', { password }), 201);
    const hoarder = await signedIn('hoarder');
    await portal.sql(`insert into token (account, prefix, hash) select id, 'x' || n, sha256(n::text::bytea) from account, generate_series(1, 99) n where name = 'hoarder'`);
    is(await make(hoarder, {}), 201);
    problem(await make(hoarder, {}), 409, 'tokens_many', undefined);
  });

  test('malformed, unknown, expired and revoked: one answer', async () => {
    const good = (await tokenOf('ann')).token, expired = await tokenOf('ann'), revoked = await tokenOf('ann');
    await portal.sql(`update token set expires_at = now() where prefix = '${expired.prefix}'`);
    await portal.must(['token', 'revoke', revoked.prefix]);
    const other = (good.at(-1) === 'A' ? 'B' : 'A');
    const bodies = new Set();
    for (const value of [expired.token, revoked.token, good.slice(0, -1) + other, good.slice(0, -1), `${good}x`, 'x', 'sen_', `sen_${'a'.repeat(8)}_${'A'.repeat(43)}`]) {
      const answer = await anyone('GET', '/v1/me', { headers: from(address(), { authorization: `Bearer ${value}` }) });
      is(answer, 401, value);
      bodies.add(JSON.stringify({ ...answer.body, request: '' }));
    }
    for (const value of ['Basic YTpi', 'Bearer', good])
      is(await anyone('GET', '/v1/me', { headers: from(address(), { authorization: value }) }), 401);
    assert.equal(bodies.size, 1);
  });

  test('guessing is bounded, and shuts out nobody who works behind the same address', async () => {
    const guarded = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0, SEN_PROXY: '127.0.0.1', SEN_THREADS: 1, SEN_FAILED_TOKENS: 5 });
    const there = await openapi(guarded), where = address(), good = (await tokenOf('ann')).token;
    const ask = (token, by = where) => there('GET', '/v1/me', { headers: from(by, { authorization: `Bearer ${token}` }) });
    const guess = (i) => `sen_${'a'.repeat(8)}_${String(i).padStart(43, 'A')}`;
    is(await ask(good), 200);
    for (let i = 0; i < 5; i++) is(await ask(i % 2 ? guess(i) : 'malformed'), 401);
    is(await ask(guess(9)), 429);
    is(await ask('malformed'), 429);
    is(await ask(good), 200);
    is(await ask(guess(9), address()), 401, 'another address');
  });
});

describe('the audit log', () => {
  test('tells who did what, to those who may know', async () => {
    const { body } = await root('GET', '/v1/audit?subject=account:ann&limit=3');
    assert.equal(body.items.length, 3);
    assert.ok(body.items.every((event) => event.subject === 'account:ann'));
    assert.ok(body.items[0].seq > body.items[1].seq);
    const next = await root('GET', `/v1/audit?subject=account:ann&limit=3&before=${body.next}`);
    assert.ok(next.body.items[0].seq < body.next);
    const all = (await root('GET', '/v1/audit?limit=200')).body.items;
    assert.ok(all.some((event) => event.origin === 'command' && event.name === null));
    assert.ok(all.some((event) => event.origin.startsWith('198.51.') && event.action === 'session_begin'));
    assert.deepEqual((await root('GET', '/v1/audit?until=2001-01-01T00:00:00Z')).body.items, []);
    assert.equal((await root('GET', '/v1/audit?action=me_password&name=own')).body.items.length, 1);
    const ours = (await desk('GET', '/v1/audit?limit=200')).body.items;
    const desks = (await root('GET', '/v1/people?agency=desk&limit=200')).body.items.map((one) => `account:${one.name}`);
    assert.ok(ours.length && ours.every((event) => desks.includes(event.subject)), 'of one’s own agency');
    problem(await editor('GET', '/v1/audit'), 403, 'forbidden', undefined);
    is(await anyone('GET', '/v1/audit'), 401);
    is(await root('GET', '/v1/audit?limit=201'), 400);
    const printed = (await portal.must(['audit', 'list', '--subject', 'account:ann', '--limit', '2'])).stdout.trim().split('\n');
    assert.equal(printed.length, 2);
  });

  test('is proven, and what was done to it is found', async () => {
    const verify = (...more) => portal.run(['audit', 'verify', ...more]);
    const whole = await verify();
    assert.equal(whole.status, 0, whole.stderr);
    const anchor = whole.stdout.trim().split('\n')[1];
    const [, seq] = /^(\d+):[0-9a-f]{64}$/.exec(anchor);
    assert.equal((await portal.run(['audit', 'verify', '--from', anchor])).stdout, `0 events are as they were written\n${anchor}\n`);
    await add(root, 'one-more');
    assert.match((await verify('--from', anchor)).stdout, /^1 events/);
    await assert.rejects(portal.sql('delete from audit'), /append-only/);
    await assert.rejects(portal.sql(`update audit set action = 'x'`), /append-only/);
    await assert.rejects(portal.sql('truncate audit'), /append-only/);

    // In a copy of its own for each: with the trigger gone, as the owner of the database could.
    const harm = async (statement, ...options) => {
      await portal.sql(`create table audit_kept as table audit; create table head_kept as table audit_head;
        alter table audit disable trigger audit_append_only; ${statement}`);
      const found = await verify(...options);
      await portal.sql(`delete from audit; insert into audit select * from audit_kept; update audit_head h set seq = k.seq, hash = k.hash from head_kept k;
        alter table audit enable trigger audit_append_only; drop table audit_kept, head_kept`);
      assert.equal(found.status, 1, statement);
      return found.stderr;
    };
    const middle = Math.floor(seq / 2);
    for (const change of [`action = 'other'`, `name = 'ben'`, `at = at + interval '1 microsecond'`, `after = '{"x": 1}'`, `subject = 'account:x'`, `origin = ''`, `hash = sha256('x')`])
      assert.match(await harm(`update audit set ${change} where seq = ${middle}`), new RegExp(`event ${middle} is not as`), change);
    assert.match(await harm(`delete from audit where seq = ${middle}`), new RegExp(`event ${middle} is missing`));
    assert.match(await harm(`delete from audit where seq > ${middle}`), /cut off/);
    assert.match(await harm(`delete from audit`), /cut off/);
    assert.match(await harm(`delete from audit where seq > ${middle}; update audit_head set seq = ${middle}, hash = (select hash from audit where seq = ${middle})`, '--from', anchor), /missing/);
    assert.match(await harm(`update audit_head set seq = seq - 1`), /head/);
    assert.match(await harm(`update audit set hash = sha256('x') where seq = ${seq}`, '--from', anchor), /another than was noted/);
    assert.equal((await verify()).status, 0);
    assert.equal((await verify('--from', 'x')).status, 2);
    assert.equal((await verify('x')).status, 2);
  });
});

describe('the commands', () => {
  test('users: add, list, grant, password, disable, enable', async () => {
    await portal.must(['user', 'add', 'Lê Cúc', '--agency', 'desk', '--role', 'translator::en,fr', '--role', 'author:*', '--role', 'editor:ministry:vi', '--role', 'proofreader']);
    const line = async (name) => (await portal.must(['user', 'list'])).stdout.split('\n').find((one) => one.startsWith(`${name}\t`)).split('\t');
    let [, agency, , state, list] = await line('Lê Cúc');
    assert.deepEqual([agency, state, list], ['desk', 'tokens only', 'author:* translator:*:en,fr proofreader:desk editor:ministry:vi']);
    await portal.must(['user', 'grant', 'Lê Cúc', '--role', 'editor']);
    await portal.must(['user', 'password', 'Lê Cúc'], { input: `${password.normalize('NFD')}\n` });
    [, , , state, list] = await line('Lê Cúc');
    assert.deepEqual([state, list], ['password', 'editor:desk']);
    is(await signIn('Lê Cúc'), 201);
    await portal.must(['user', 'disable', 'Lê Cúc']);
    is(await signIn('Lê Cúc'), 401);
    await portal.must(['user', 'enable', 'Lê Cúc']);
    is(await signIn('Lê Cúc'), 201);
    for (const [args, input, words] of [
      [['user', 'add', 'Lê Cúc'], undefined, /exists already/], [['user', 'add', 'x', '--role', 'king'], undefined, /king/],
      [['user', 'add', 'x', '--agency', 'nowhere'], undefined, /agency/], [['user', 'add', 'x', '--password'], 'short\n', /at least 12/],
      [['user', 'add', 'x', '--password'], '', /no password/], [['user', 'disable', 'nobody'], undefined, /not here/],
      [['user', 'add', 'a\u202eb'], undefined, /a name is/], [['user', 'add', 'x', '--role', 'editor::xx'], undefined, /xx/],
      [['token', 'new', 'nobody'], undefined, /not here/], [['token', 'new', 'ann', '--scope', 'fly'], undefined, /fly/],
    ]) {
      const refused = await portal.run(args, { input });
      assert.equal(refused.status, 1, args.join(' '));
      assert.match(refused.stderr, words);
    }
    for (const args of [['user'], ['user', 'add'], ['user', 'add', '--admin'], ['user', 'list', 'x'], ['user', 'add', 'x', '--what'], ['user', 'password', 'x', 'y'], ['audit'], ['audit', 'list', '--what', 'x']])
      assert.equal((await portal.run(args)).status, 2, args.join(' '));
    assert.equal(await portal.sql(`select count(*) from account where name in ('x', 'king')`), '0');
  });
});

describe('without the database', () => {
  test('503, and never in', async () => {
    const { token } = await tokenOf('ann');
    const ann = await openapi(server, { token });
    is(await ann('GET', '/v1/me'), 200);
    await portal.database('stop');
    for (const answer of [await ann('GET', '/v1/me'), await signIn('ann'), await root('GET', '/v1/people'), await add(root, 'nobody-new'), await ann('POST', '/v1/me/tokens')]) is(answer, 503);
    await portal.database('start');
  });
});
