// S7: tokens that are not valid, or not for this, against every operation that needs one; a token
// that is revoked while two servers run, and while the database is away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openapi } from '../lib/openapi.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';
import { ask, cells, digest, furnish, operations, people, walk } from '../lib/rights.mjs';
import { report } from '../lib/row.mjs';

test('S7', { timeout: 280000 }, async () => {
  const began = performance.now();
  const portal = await startPortal({ durable: true, build: 'release' });
  try {
    await furnish(portal);
    const settings = { SEN_REQUESTS_PER_SECOND: 0, SEN_FAILED_TOKENS: 0 };
    const [one, two] = [await portal.serve(settings), await portal.serve(settings)];
    const api = await openapi(one);
    let [count, total] = [0, 0];
    const wrong = [];
    const expect = (right, name) => {
      total++;
      if (right) count++;
      else wrong.push(name);
    };
    const described = operations.filter(({ path, method }) => api.document.paths[path]?.[method.toLowerCase()]);

    // Tokens that nobody has: 401 everywhere, and nothing happens.
    const change = (what) => portal.sql(`update token set ${what} where id = (select max(id) from token)`);
    const tokens = { none: '', malformed: 'sen_x', unknown: `sen_${'0'.repeat(60)}`, long: 'x'.repeat(400), other: 'Basic' };
    tokens.expired = await portal.person('expired', { grants: [{ role: 'administrator' }] });
    await change("expires_at = now() - interval '1 second'");
    tokens.revoked = await portal.person('revoked', { grants: [{ role: 'administrator' }] });
    await change('revoked_at = now()');
    tokens.disabled = await portal.person('disabled', { grants: [{ role: 'administrator' }] });
    await portal.sql("update account set disabled_at = now() where name = 'disabled'");
    const cut = await portal.person('whole', { grants: [{ role: 'administrator' }] });
    tokens.cut = cut.slice(0, -1);
    tokens.changed = cut.slice(0, -1) + (cut.endsWith('a') ? 'b' : 'a');
    tokens.upper = cut.toUpperCase();
    const had = await digest(portal);
    for (const operation of described) {
      for (const [kind, token] of Object.entries(tokens)) {
        const { status } = await ask(api, { operation, id: 'x', agency: 'desk', locale: 'vi', number: '1', person: { token } });
        expect(status === 401, `${kind}: ${operation.name}: ${status}`);
      }
    }
    expect(await digest(portal) === had, 'something was done without a token');

    // A valid token without the right scope, and other desks' objects: every operation, every pair.
    const refused = [];
    for (const operation of operations) {
      for (const [as, person] of Object.entries(people)) for (const cell of cells) refused.push({ operation, as, person, ...cell });
    }
    const token = await portal.person('chief');
    await change("scopes = '{}'");
    for (const operation of operations) for (const cell of cells) refused.push({ operation, as: 'no scope', person: { ...people.chief, token, scopes: [] }, ...cell });
    const [, no] = await walk(portal, api, refused);
    [count, total] = [count + no, total + no];

    // Revoked: gone on both servers within a second, wherever it was used before.
    const me = (server, value) => fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${value}` } }).then(async (answer) => {
      await answer.arrayBuffer();
      return answer.status;
    });
    let slowest = 0;
    for (let round = 0; round < 10; round++) {
      const victim = await portal.person('keeper');
      for (const server of [one, two, one, two]) assert.equal(await me(server, victim), 200);
      const prefix = await portal.sql('select prefix from token order by id desc limit 1');
      const answer = await fetch(`${one.url}/v1/me/tokens/${prefix}`, { method: 'DELETE', headers: { authorization: `Bearer ${victim}` } });
      assert.equal(answer.status, 200);
      const from = performance.now();
      for (const server of [two, one]) {
        await waitFor(async () => await me(server, victim) === 401, { every: 5 });
        slowest = Math.max(slowest, performance.now() - from);
      }
      expect(performance.now() - from < 1000, `revoked for ${performance.now() - from} ms`);
    }

    // While the database is away nobody comes in, with whatever token; readers still read.
    const valid = people.chief.token;
    for (const server of [one, two]) assert.equal(await me(server, valid), 200);
    await portal.database('stop');
    for (const operation of described) {
      for (const value of [valid, tokens.revoked, tokens.unknown]) {
        const { status } = await ask(api, { operation, id: 'x', agency: 'desk', locale: 'vi', number: '1', person: { token: value } });
        expect([401, 503].includes(status), `database away: ${operation.name}: ${status}`);
      }
    }
    await portal.database('start');
    await waitFor(async () => await me(one, valid) === 200 && await me(two, valid) === 200);
    assert.equal(await me(one, tokens.revoked), 401);
    report('S7', { count, total, began, about: ['libpq', 'postgresql'], more: `operations=${described.length} tokens=${Object.keys(tokens).length} revoked-after=${slowest.toFixed(0)}ms` });
    assert.deepEqual(wrong.slice(0, 20), []);
  } finally {
    await portal.stop();
  }
});
