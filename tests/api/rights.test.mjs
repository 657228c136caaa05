// Who may do what: every operation that needs a token, for every role, of one's own agency and of
// others, in the languages that were granted and in others, under every scope of a token. What is
// expected stands in tests/lib/rights.mjs.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openapi } from '../lib/openapi.mjs';
import { startPortal } from '../lib/portal.mjs';
import { ask, cells, digest, furnish, operations, people, scopes, walk } from '../lib/rights.mjs';

let portal, server, api;
before(async () => {
  portal = await startPortal();
  await furnish(portal);
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  api = await openapi(server);
});
after(() => portal?.stop());

test('every operation that needs a token is here, with the right that /openapi.json names', () => {
  const missing = [];
  for (const [path, methods] of Object.entries(api.document.paths)) {
    for (const [method, described] of Object.entries(methods)) {
      if (!described['x-right']) continue;
      const mine = operations.find((operation) => operation.name === `${method.toUpperCase()} ${path}`);
      if (!mine) {
        missing.push(`${method.toUpperCase()} ${path}`);
        continue;
      }
      const named = new Set(cells.flatMap((cell) => mine.needs(cell).map((need) => (need.to ? (need.to === 'published' ? 'publish' : 'move') : need.action))));
      const right = mine.right ? [mine.right] : [...named].filter((one) => !(one === 'read' && named.size > 1));
      assert.deepEqual([...described['x-right']].sort(), right.sort(), mine.name);
    }
  }
  assert.deepEqual(missing, []);
});

test('role × operation × agency × language', { timeout: 280000 }, async (t) => {
  const list = [];
  for (const operation of operations) for (const [as, person] of Object.entries(people)) for (const cell of cells) list.push({ operation, as, person, ...cell });
  const [yes, no] = await walk(portal, api, list);
  t.diagnostic(`${yes} allowed, ${no} refused`);
});

test('scope × operation, for somebody who may do all', { timeout: 280000 }, async (t) => {
  const list = [];
  for (const scope of scopes) {
    const token = await portal.person('chief');
    await portal.sql(`update token set scopes = '{${scope}}' where id = (select max(id) from token)`);
    const person = { ...people.chief, token, scopes: [scope] };
    for (const operation of operations) for (const cell of cells.slice(0, 2)) list.push({ operation, as: `scope ${scope}`, person, ...cell });
  }
  const [yes, no] = await walk(portal, api, list);
  t.diagnostic(`${yes} allowed, ${no} refused`);
});

describe('no token, or none that is valid', () => {
  test('every operation says 401, and nothing happens', async () => {
    const tokens = { none: '', revoked: '', expired: '', disabled: '', malformed: 'sen_x', unknown: `sen_${'0'.repeat(60)}`, long: 'x'.repeat(400) };
    tokens.revoked = await portal.person('gone');
    await portal.sql('update token set revoked_at = now() where id = (select max(id) from token)');
    tokens.expired = await portal.person('gone');
    await portal.sql('update token set expires_at = now() where id = (select max(id) from token)');
    tokens.disabled = await portal.person('left', { grants: [{ role: 'administrator' }] });
    await portal.sql("update account set disabled_at = now() where name = 'left'");
    const had = await digest(portal);
    for (const operation of operations) {
      for (const [kind, token] of Object.entries(tokens)) {
        if (!api.document.paths[operation.path]?.[operation.method.toLowerCase()]) continue;
        const answer = await ask(api, { operation, id: 'x', agency: 'desk', locale: 'vi', number: '1', person: { token } });
        assert.ok(answer.status === 401 || (answer.status === 429 && answer.headers.get('retry-after')), `${kind}: ${operation.name}: ${answer.status}`);
      }
    }
    assert.equal(await digest(portal), had);
  });
});
