// The built pages as the HTML standard and its checkers see them: the W3C's checker (vnu-jar), and
// html-validate's rules, on one page of each kind in each language, style sheets and drawings too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { HtmlValidate } from 'html-validate';
import vnu from 'vnu-jar';
import { oneOfEach, pagesOf } from '../lib/pages.mjs';
import { run, startPortal } from '../lib/portal.mjs';
import { random } from '../lib/row.mjs';

const pick = random();
let portal, site, pages;
before(async () => {
  portal = await startPortal({ content: ['content/starter'], site: true });
  site = join(portal.home, 'site');
  pages = oneOfEach(await pagesOf(site), pick);
});
after(() => portal?.stop());

async function checked(args) {
  const { status, stdout, stderr } = await run('java', ['-jar', vnu, '--stdout', '--format', 'json', ...args]);
  assert.ok(status === 0 || status === 1, stderr.slice(0, 2000));
  return JSON.parse(stdout).messages.filter(({ type, subType }) => type === 'error' || subType === 'warning')
    .map(({ url, lastLine, message, extract }) => `${relative(site, new URL(url).pathname)}:${lastLine}: ${message} ${extract ?? ''}`);
}

test('the checker finds what is wrong', async () => {
  const { stdout } = await run('java', ['-jar', vnu, '--stdout', '--format', 'json', '-'], { input: '<!DOCTYPE html><html lang="en"><title>x</title><p><div id="a"></div></p><p id="a">' });
  assert.ok(JSON.parse(stdout).messages.some(({ type }) => type === 'error'));
});

test('the W3C checker finds nothing in the pages', { timeout: 600000 }, async () => {
  assert.ok(pages.length > 150, `${pages.length} pages`);
  const found = await checked(pages.map(({ file }) => file));
  assert.deepEqual(found.slice(0, 40), [], `${found.length} in ${pages.length} pages`);
});

test('nor in the style sheet and the drawings', { timeout: 120000 }, async () => {
  const names = await readdir(join(site, 'assets'));
  const files = (ending) => names.filter((name) => name.endsWith(ending)).map((name) => join(site, 'assets', name));
  assert.deepEqual(await checked(['--css', ...files('.css')]), []);
  assert.deepEqual(await checked(['--svg', ...files('.svg')]), []);
});

test('html-validate finds nothing', async () => {
  const validate = new HtmlValidate({
    root: true,
    extends: ['html-validate:recommended', 'html-validate:document', 'html-validate:a11y'],
    rules: {
      'no-trailing-whitespace': 'off',
      'long-title': 'off', // titles are the articles' own
      'no-inline-style': 'error',
      'valid-id': ['error', { relaxed: true }], // headings have ids in their own script
      'require-sri': ['error', { target: 'crossorigin' }], // what is the portal's own comes from itself
    },
  });
  const found = [];
  for (const { file } of pages) {
    const { results } = await validate.validateString(await readFile(file, 'utf8'), file);
    for (const { messages } of results) for (const { line, ruleId, message } of messages) found.push(`${relative(site, file)}:${line}: ${ruleId}: ${message}`);
  }
  assert.deepEqual(found.slice(0, 40), [], `${found.length} in ${pages.length} pages`);
});
