// S2: JSON bodies that are broken, or larger than they look. On the build with ASan for faults of
// memory, and on the release build for how much of it is used.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startPortal } from '../lib/portal.mjs';
import { peakBytes } from '../lib/process.mjs';
import { report } from '../lib/row.mjs';

const suite = join(process.env.SEN_SUITES ?? '', 'json/test_parsing');
const article = (more) => `{"locale": "en", "title": "A", "body": "B"${more}}`;
const nested = (depth, value = '1') => `${'['.repeat(depth)}${value}${']'.repeat(depth)}`;

// name: [bytes, statuses that are right]
const made = {
  'array 100,000 deep': [nested(100000), [400]],
  'array 100,000 deep, never closed': ['['.repeat(100000), [400]],
  'object 100,000 deep': [`${'{"a":'.repeat(100000)}1${'}'.repeat(100000)}`, [400]],
  'a member 40 deep': [article(`, "sources": ${nested(40)}`), [400]],
  '8 MiB of {}': [`[${'{},'.repeat(2796202)}{}]`, [413]],
  'as many {} as the limit allows': [`[${'{},'.repeat(349000)}{}]`, [400]],
  'as many [] in a member as the limit allows': [article(`, "sources": [${'[],'.repeat(349000)}[]]`), [400, 422]],
  'the largest body': [article(`, "summary": "${'x'.repeat(1048576 - 80)}"`), [422, 400]],
  'a member twice': [article(', "title": "C"'), [400]],
  'a member twice, once escaped': [article(', "titl\\u0065": "C"'), [400]],
  'an unknown member': [article(', "titel": "C"'), [400, 422]],
  'NUL in a text': [article(', "summary": "a\\u0000b"'), [400]],
  'NUL in a name': [article(', "summ\\u0000ary": "a"'), [400]],
  'a raw NUL': [article(', "summary": "a\0b"'), [400]],
  '1e400': [article(', "summary": 1e400'), [400]],
  '-1e400': [article(', "summary": -1e400'), [400]],
  'an integer beyond 64 bits': [article(', "summary": 18446744073709551616'), [400]],
  'a number of 100,000 digits': [article(`, "summary": ${'9'.repeat(100000)}`), [400]],
  'a lone surrogate': [article(', "summary": "\\ud800"'), [400]],
  'overlong UTF-8': [Buffer.concat([Buffer.from('{"title": "'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')]), [400]],
  'UTF-8 cut short': [Buffer.concat([Buffer.from('{"title": "'), Buffer.from([0xe1, 0xba]), Buffer.from('"}')]), [400]],
  'UTF-16': [Buffer.from(`\ufeff${article('')}`, 'utf16le'), [400]],
  'a byte order mark': [`\ufeff${article('')}`, [400]],
  'nothing': ['', [400]],
  'a text': ['"x"', [400]],
  'an array': ['[]', [400]],
  'null': ['null', [400]],
  'two documents': [`${article('')}${article('')}`, [400]],
  'infinity': ['{"title": Infinity}', [400]],
  'a comment': ['{"title": /* x */ "A"}', [400]],
};

function cases() {
  const all = Object.entries(made).map(([name, [bytes, right]]) => ({ name, bytes, right }));
  for (const file of readdirSync(suite).sort()) {
    // What is JSON may still be no article: then the member at fault is named.
    const right = { n: [400], y: [201, 400, 422], i: [201, 400, 422] }[file[0]];
    all.push({ name: file, bytes: readFileSync(join(suite, file)), right });
  }
  return all;
}

for (const build of ['test', 'release']) {
  test(`S2 on the ${build} build`, { skip: !existsSync(suite) && 'SEN_SUITES does not name the test suites' }, async () => {
    const began = performance.now();
    const portal = await startPortal({ build });
    try {
      const token = await portal.token();
      const server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
      const all = cases();
      assert.equal(all.length, Object.keys(made).length + 318);
      const wrong = [];
      for (const { name, bytes, right } of all) {
        const answer = await fetch(`${server.url}/v1/articles`, {
          method: 'POST', body: bytes, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        }).catch((error) => ({ status: `${error.cause ?? error}`, headers: new Headers(), text: () => '' }));
        const text = await answer.text();
        let reason = true;
        if (answer.status >= 400) {
          const type = answer.headers.get('content-type') ?? '';
          reason = type.startsWith('application/problem+json') && JSON.parse(text).title?.length > 0;
        }
        if (!right.includes(answer.status) || !reason) wrong.push(`${name}: ${answer.status} ${text.slice(0, 120)}`);
      }
      const peak = await peakBytes(server.pid);
      if (build === 'release' && peak >= 100e6) wrong.push(`memory: ${peak}`);
      await server.stop();
      report('S2', {
        count: all.length - wrong.length, total: all.length, began, about: ['jansson'],
        more: `build=${build} peak-memory=${(peak / 1e6).toFixed(0)}MB`,
      });
      assert.deepEqual(wrong, []);
    } finally {
      await portal.stop();
    }
  });
}
