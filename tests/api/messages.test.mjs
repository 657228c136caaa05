// Every problem that the code can name has its sentence in the catalogs, and /openapi.json lists it.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { top } from '../lib/portal.mjs';

const json = async (path) => JSON.parse(await readFile(join(top, path), 'utf8'));

// Keys stand as the string behind a status, or as rows of a table of keys.
async function usedKeys() {
  const keys = new Set();
  for (const name of await readdir(join(top, 'api'))) {
    if (!name.endsWith('.c')) continue;
    const code = await readFile(join(top, 'api', name), 'utf8');
    const add = (pattern) => { for (const found of code.matchAll(pattern)) keys.add(found[1]); };
    add(/\b(?:request_problem(?:_with|_more)?|refuse)\(\s*\w+,\s*(?:[^",;]*,\s*)?(?:[^",;]*\?\s*)?"([a-z_.]+)"/g);
    add(/\?\s*"(storage_full|unavailable|internal)"/g);
    add(/:\s*"(unavailable|internal|storage_full)"/g);
    add(/\[QUERY_\w+\] = "([a-z_]+)"/g);
    add(/\[SEN_\w+\] = \{\d{3}, "([a-z_]+)"\}/g);
    add(/\{"[a-z_]+", \d{3}, "([a-z_]+)"\}/g);
  }
  return keys;
}

test('every problem of the code is in the catalogs and in /openapi.json', async () => {
  const keys = await usedKeys();
  assert.ok(keys.size > 45, [...keys].sort().join());
  const catalogs = [['en', await json('locales/messages/en.json')], ['vi', await json('locales/messages/vi.json')]];
  const listed = (await json('api/openapi.json')).components.schemas.Problem['x-problems'];
  for (const key of keys) {
    const name = key.includes('.') ? key : `problem.${key}`;
    for (const [locale, messages] of catalogs) assert.ok(messages[name], `${locale}.json has no ${name}`);
    assert.ok(listed[key], `x-problems has no ${key}`);
  }
  for (const name of Object.keys(catalogs[0][1]).filter((one) => one.startsWith('problem.')))
    assert.ok(keys.has(name.slice(8)), `nothing uses ${name}`);
});

test('x-problems says what the catalog says', async () => {
  const messages = await json('locales/messages/en.json');
  const listed = (await json('api/openapi.json')).components.schemas.Problem['x-problems'];
  const expected = Object.entries(messages).filter(([name]) => /^(problem|fault|csv|markdown|media)\./.test(name))
    .map(([name, text]) => [name.replace(/^problem\./, ''), text]).sort(([a], [b]) => (a < b ? -1 : 1));
  assert.deepEqual(listed, Object.fromEntries(expected));
});

test('sentences are whole and name what they are given', async () => {
  const messages = await json('locales/messages/en.json');
  for (const [name, text] of Object.entries(messages).filter(([one]) => one.startsWith('problem.'))) {
    assert.match(text, /[.}]$/, name);
    assert.ok(text.length > 25, name);
    const names = [...text.matchAll(/\{(\w+)[,}]/g)].map((found) => found[1]);
    for (const one of names) assert.ok(['field', 'detail'].includes(one), `${name}: {${one}}`);
  }
});
