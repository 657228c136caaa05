// S3: Markdown that is cheap to send and dear to render, at the size limit, while others read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editor, plain } from '../lib/editor.mjs';
import { startPortal } from '../lib/portal.mjs';
import { report } from '../lib/row.mjs';

const limit = 256 * 1024;
const fill = (piece, before = '', after = '') =>
  before + piece.repeat(Math.floor((limit - before.length - after.length) / piece.length)) + after;
const half = (a, b) => a.repeat(Math.floor(limit / 2 / a.length)) + b.repeat(Math.floor(limit / 2 / b.length));
const ladder = (make) => {
  let text = '';
  for (let n = 1; text.length + make(n).length < limit; n++) text += make(n);
  return text;
};

// The cases of cmark's own pathological tests, each as large as a text may be, and ours.
const cases = {
  'nested strong emphasis': half('*a **a ', 'b** b*'),
  'many emphasis closers with no openers': fill('a_ '),
  'many emphasis openers with no closers': fill('_a '),
  'many link closers with no openers': fill('a]'),
  'many link openers with no closers': fill('[a'),
  'mismatched openers and closers': fill('*a_ '),
  'openers and closers multiple of 3': fill('a* ', 'a**b'),
  'link openers and emphasis closers': fill('[ a_'),
  'pattern [ (]( repeated': fill('[ (]('),
  'pattern ![[]() repeated': fill('![[]()'),
  'hard link/emph case': fill('[[*_', '**x [a*b**c*](d)'),
  'nested brackets': half('[', 'a]'),
  'nested block quotes': fill('> ', '', 'a'),
  'deeply nested lists': ladder((n) => `${'  '.repeat(n)}* a\n`),
  'U+0000 in input is refused': fill('abc\u0000de'),
  'backticks': ladder((n) => `e${'`'.repeat(n)}`),
  'unclosed links A': fill('[a](<b'),
  'unclosed links B': fill('[a](b'),
  'unclosed <!--': fill('</\\n<!--', '</'),
  'empty lines in deeply nested lists': `${'- '.repeat(16000)}x${'\n'.repeat(16000)}`,
  'empty lines in deeply nested lists in blockquote': `> ${'- '.repeat(16000)}x\n${'>\n'.repeat(16000)}`,
  'emph in deep blockquote': `${'>'.repeat(100000)}${'a*'.repeat(78000)}`,
  'reference collisions': ladder((n) => `[${n}]: /u\n\n`),
  'many references': fill('[a]: u\n'),
  'long fences': fill('~'),
  'tables of quotes': fill('| > - 1. '),
  'alternating quotes and lists': fill('>-'),
  'entities': fill('&amp;'),
  'autolinks that never close': fill('<a:'),
  'html that never closes': fill('<?'),
  'footnotes': ladder((n) => `a[^${n}]\n\n[^${n}]: b\n\n`),
  'headings': fill('# a\n'),
};

const percentile = (list, p) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * p))] ?? NaN;

test('S3', { timeout: 300000 }, async () => {
  const began = performance.now();
  const portal = await startPortal({ build: 'release', content: ['content/starter'] });
  try {
    const server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
    const desk = editor(plain(server, await portal.token()));
    assert.equal((await desk.create({ id: 'dear', source_locale: 'en' })).status, 201);
    let others = [];
    let reading = true;
    const reader = (async () => {
      while (reading) {
        const from = performance.now();
        const answer = await fetch(`${server.url}/v1/articles/pho?locale=en`);
        await answer.text();
        assert.equal(answer.status, 200);
        others.push(performance.now() - from);
        await new Promise((wake) => setTimeout(wake, 5));
      }
    })();
    await new Promise((wake) => setTimeout(wake, 1500));
    const quiet = percentile(others, 0.99);
    others = [];
    let [count, refused, slowest, revision] = [0, 0, 0, 0];
    for (const [name, body] of Object.entries(cases)) {
      const from = performance.now();
      const answer = await desk.save('dear', 'en', { title: 'T', body }, revision ? `"r${revision}"` : undefined);
      const took = performance.now() - from;
      slowest = Math.max(slowest, took);
      // Rendered, or refused with a reason; the renderer's own limit is one second of CPU time.
      assert.ok([200, 201, 400, 422].includes(answer.status), `${name}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`);
      assert.ok(took < 5000, `${name} took ${took} ms`);
      if (answer.status < 300) revision = answer.body.revision;
      else refused++;
      count++;
    }
    reading = false;
    await reader;
    report('S3', { count, total: Object.keys(cases).length, began, about: ['libcmark'],
      more: `refused=${refused} slowest=${slowest.toFixed(0)}ms others_p99_before=${quiet.toFixed(1)}ms others_p99_during=${percentile(others, 0.99).toFixed(1)}ms` });
  } finally {
    await portal.stop();
  }
});
