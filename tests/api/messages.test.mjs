// Every problem that the code can name has its sentence in the catalogs, and /openapi.json lists it.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { catalogs, recogniser, registry } from '../lib/messages.mjs';
import { startPortal, top } from '../lib/portal.mjs';

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
    add(/\[SEARCH_\w+\] = \{"([a-z_]+)"/g);
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

// ---- every key is used, and every key that is used is there -------------------------------------

async function sources() {
  const texts = [];
  for (const folder of ['api', 'content', 'locales', 'render']) {
    for (const entry of await readdir(join(top, folder), { withFileTypes: true, recursive: true })) {
      if (!entry.isFile() || !/\.(c|h|sql|mustache|js)$/.test(entry.name)) continue;
      texts.push(await readFile(join(entry.path ?? entry.parentPath, entry.name), 'utf8'));
    }
  }
  return texts.join('\n');
}

// What looks like a key and is none: events of the log, files, tables of the database, selectors.
const strangers = /^(site\.(build|cards|css|follow|list|render|update)|sitemap\.xml|article\.text|feed\.(item|json|item_json)|media\.json|search\.(js|page))$/;

test('every key is used, and every key that is used is in the catalogs', async () => {
  const text = await sources();
  const quoted = new Set([...text.matchAll(/["']([a-z]+(?:[._][a-z0-9_-]+)*)["']/g)].map((found) => found[1]));
  const shown = new Set([...text.matchAll(/\{\{t\.([a-z_.-]+)\}\}/g)].map((found) => found[1]));
  const made = (name) => { // the rest of a key whose first part stands in the code
    const [group, ...rest] = name.split('.');
    return (['problem', 'check'].includes(group) && quoted.has(rest.join('.'))) || text.includes(`"${group}.%s"`);
  };
  const unused = Object.keys(catalogs.en).filter((name) => !quoted.has(name) && !shown.has(name) && !made(name));
  assert.deepEqual(unused, [], 'nothing uses these');
  const groups = new Set(Object.keys(catalogs.en).map((name) => name.split('.')[0]));
  const missing = [...quoted, ...shown].filter((name) => name.includes('.') && groups.has(name.split('.')[0]))
    .filter((name) => !(name in catalogs.en) && !(`problem.${name}` in catalogs.en) && !strangers.test(name));
  assert.deepEqual(missing, [], 'no catalog has these');
});

test('every catalog has the same keys in the same order, and no message is empty', () => {
  const keys = Object.keys(catalogs.en);
  assert.deepEqual(keys, [...keys].sort());
  for (const locale of ['vi', 'en', 'zh-Hans', 'zh-Hant', 'fr', 'es', 'ru', 'ar', 'pt', 'de', 'ja', 'ko', 'lo', 'th', 'km', 'id']) assert.ok(catalogs[locale], locale);
  for (const [locale, messages] of Object.entries(catalogs)) {
    assert.deepEqual(Object.keys(messages), keys, locale);
    for (const [name, text] of Object.entries(messages)) {
      assert.ok(text.trim() === text && text.length, `${locale}: ${name}`);
      assert.equal(text, text.normalize('NFC'), `${locale}: ${name}`);
      assert.doesNotMatch(text, /[\u200b\u202a-\u202e\ufeff\u00ad]/, `${locale}: ${name}`);
    }
  }
});

// ---- problems in every language -----------------------------------------------------------------

let portal;
after(() => portal?.stop());

test('problems are in the language of who asks, whichever way they say it', async () => {
  portal = await startPortal();
  const token = await portal.token();
  const server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  const authorization = `Bearer ${token}`;
  const requests = {
    not_found: ['/v1/nothing', {}],
    unauthorised: ['/v1/me', {}],
    unknown_parameter: ['/v1/topics?x=1', {}],
    'fault.unknown_locale': ['/v1/articles', { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: '{"id":"x","source_locale":"xx"}' }],
    'fault.unknown_key': ['/v1/articles', { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: '{"id":"x","source_locale":"vi","y":1}' }],
    json: ['/v1/articles', { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: '{' }],
  };
  const seen = new Set();
  for (const { tag } of registry.locales) {
    const shown = tag in catalogs ? tag : 'vi';
    for (const [path, options] of Object.values(requests)) {
      const way = [path + (path.includes('?') ? '&' : '?') + `locale=${tag}`, options];
      const other = [path, { ...options, headers: { ...options.headers, 'accept-language': `${tag}, en;q=0.5` } }];
      for (const [address, init] of [way, other]) {
        const answer = await fetch(server.url + address, init);
        const problem = await answer.json();
        const key = problem.type.split('#problem-')[1];
        const name = key.includes('.') ? key : `problem.${key}`;
        seen.add(key);
        assert.match(answer.headers.get('content-type'), /^application\/problem\+json/, address);
        assert.equal(answer.headers.get('content-language'), shown, `${tag} ${name}`);
        assert.ok(recogniser([catalogs[shown][name]])(problem.title), `${tag} ${name}: ${problem.title}`);
        if (shown !== 'en') assert.ok(!recogniser([catalogs.en[name]])(problem.title), `${tag} ${name} in English`);
      }
    }
  }
  assert.ok(seen.size >= 4, [...seen].join());
});
