// Every way by which text comes in: it is stored in NFC, and one base with more marks than any language
// writes is refused before it is normalised, whose time would grow with the square of their number.
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { done, newsroom } from '../lib/newsroom.mjs';
import { png } from '../lib/png.mjs';
import { startPortal } from '../lib/portal.mjs';

const hanoi = 'Hà Nội'.normalize('NFD');
const allowed = `a${'\u0301\u0323'.repeat(15)}`; // 30 marks
const marks = `a${'\u0301'.repeat(31)}`;
const many = `a${'\u0301\u0323'.repeat(5000)}`;

let portal, server, room, folder;
before(async () => {
  portal = await startPortal({ content: ['content/starter'] });
  await portal.token();
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
  room = await newsroom(portal, server, { admin: 'administrator' });
  folder = await mkdtemp(join(tmpdir(), 'sen-doors-'));
  await chmod(folder, 0o755);
});
after(async () => {
  await portal?.stop();
  await rm(folder, { recursive: true, force: true });
});

const title = async (id, locale) => portal.sql(`select title from edition where article = '${id}' and locale = '${locale}' order by id desc limit 1`);
let number = 0;
const article = async () => {
  const id = `door-${++number}`;
  done(await room.admin.create({ id, source_locale: 'vi' }), 201);
  return id;
};
const api = (method, path, options) => room.admin.api(method, path, options);
const text = (more) => ({ title: `Tên ${++number}`, body: 'Một đoạn.', ...more });

// Imports files and says how it ended: the exit status and what was printed.
async function bring(files) {
  const where = join(folder, `import-${++number}`);
  await mkdir(where, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(where, name), content);
  return portal.run(['import', where]);
}
const imported = async (files) => {
  const { status, stdout, stderr } = await bring(files);
  return status === 0 ? null : stdout + stderr;
};
const front = (fields, body = 'Text.\n') => `---\n${Object.entries(fields).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join('')}---\n${body}`;

// Each door: takes a text, gives null when it was taken, else the refusal; and then how it is kept.
const refusal = (answer) => (answer.status < 300 ? null : `${answer.status} ${JSON.stringify(answer.body)}`);
const doors = {};
for (const field of ['title', 'summary', 'author', 'licence', 'body']) {
  doors[`PUT text: ${field}`] = async (value) => refusal(await room.admin.save(await article(), 'vi', text({ [field]: value })));
}
Object.assign(doors, {
  'PUT text: sources': async (value) => refusal(await room.admin.save(await article(), 'vi', text({ sources: [{ title: value }] }))),
  'PUT text: image.alt': async (value) => refusal(await room.admin.save(await article(), 'vi', text({ image: { media: 'lotus-pond', alt: value } }))),
  'PUT text: a table': async (value) => refusal(await room.admin.save(await article(), 'vi', text({ body: `\`\`\`csv\na,b\n${value},1\n\`\`\`\n` }))),
  'a comment': async (value) => {
    const id = await article();
    await room.admin.save(id, 'vi', text());
    return refusal(await api('POST', `/v1/articles/${id}/texts/vi/comments`, { body: { text: value } }));
  },
  'a note of an update': async (value) => {
    const id = await article();
    await room.admin.save(id, 'vi', text());
    return refusal(await room.admin.publish(id, 'vi', {}, { note: value }));
  },
  'a reason to withdraw': async (value) => {
    const id = await article();
    await room.admin.save(id, 'vi', text());
    await room.admin.publish(id, 'vi');
    return refusal(await room.admin.withdraw(id, 'vi', value));
  },
  'a glossary entry': async (value) => refusal(await api('PUT', `/v1/glossary/term-${++number}`, {
    body: { kind: 'place', source_locale: 'vi', source: value, locale: 'en', preferred: 'Hanoi', note: value },
    headers: { 'if-none-match': '*' } })),
  'a release': async (value) => refusal(await api('PUT', `/v1/releases/release-${++number}`, { body: { title: value }, headers: { 'if-none-match': '*' } })),
  'a token’s label': async (value) => refusal(await api('POST', '/v1/me/tokens', { body: { label: value } })),
  'an account’s name': async (value) => refusal(await api('POST', '/v1/people', { body: { name: `${value} ${++number}` } })),
  'a picture': async (value) => {
    const answer = await fetch(`${server.url}/v1/media?${new URLSearchParams({ credit: value, licence: 'CC0-1.0', locale: 'vi', alt: value })}`, {
      method: 'POST', body: png(3, ++number), headers: { authorization: `Bearer ${room.admin.token}`, 'content-type': 'image/png' } });
    return refusal({ status: answer.status, body: await answer.json() });
  },
  'XLIFF': async (value) => {
    const id = await article();
    done(await room.admin.save(id, 'vi', text()), 201);
    done(await room.admin.publish(id, 'vi'));
    const { body } = await api('GET', `/v1/articles/${id}/texts/en/xliff`);
    const xliff = body.replaceAll(/(<segment state=")initial("><source>.*?<\/source>)(<\/segment>)/g, (_, a, b, c) => `${a}translated${b}<target>${value}</target>${c}`);
    const answer = await api('PUT', `/v1/articles/${id}/texts/en/xliff`, { body: xliff, headers: { 'content-type': 'application/xliff+xml', 'if-none-match': '*' } });
    if (answer.status < 300 && answer.body.xliff.refused.length) return JSON.stringify(answer.body.xliff);
    return refusal(answer);
  },
  'TMX': async (value) => {
    const answer = await api('POST', '/v1/memory', { headers: { 'content-type': 'application/x-tmx+xml' },
      body: `<tmx version="1.4"><header srclang="vi"/><body><tu><tuv xml:lang="vi"><seg>${value} ${++number}</seg></tuv><tuv xml:lang="en"><seg>${value}</seg></tuv></tu></body></tmx>` });
    return answer.status < 300 && !answer.body.added ? JSON.stringify(answer.body) : refusal(answer);
  },
  'front matter': (value) => imported({ 'a.md': front({ id: `front-${++number}`, locale: 'vi', title: value, summary: value }) }),
  'Markdown': (value) => imported({ 'a.md': front({ id: `front-${++number}`, locale: 'vi', title: `Tên ${number}` }, `${value}\n`) }),
  'JSONL': (value) => imported({ 'a.jsonl': `${JSON.stringify({ id: `line-${++number}`, locale: 'vi', title: value, body: value })}\n` }),
  'a topic': (value) => imported({ 'topics.jsonl': `${JSON.stringify({ type: 'topic', id: `topic-${++number}`, names: { vi: value } })}\n` }),
  'an agency': (value) => imported({ 'agencies.jsonl': `${JSON.stringify({ type: 'agency', id: `agency-${++number}`, names: { vi: value } })}\n` }),
  'a fact of a province': (value) => imported({ 'provinces.jsonl': `${JSON.stringify({ type: 'province', id: `unit-${++number}`, facts: [{ attribute: 'name', locale: 'vi', value, source: value }] })}\n` }),
  'a place of the gazetteer': (value) => imported({ 'places.jsonl': `${JSON.stringify({ type: 'place', id: `place-${++number}`, kind: 'city', names: { vi: [value] }, source: value })}\n` }),
});

// Rows that hold text in another form than NFC, in any table. What look-alikes are compared by
// (UTS 39) is decomposed, and is no text.
const unnormalised = () => portal.sql(`create or replace function pg_temp.find() returns setof text language plpgsql as $$
  declare c record; n bigint;
  begin
    for c in select table_name, column_name from information_schema.columns
             where table_schema = 'public' and column_name not like 'skeleton%' and data_type in ('text', 'jsonb', 'json', 'ARRAY') and table_name in (select tablename from pg_tables where schemaname = 'public') loop
      execute format('select count(*) from %I where %I::text is not nfc normalized', c.table_name, c.column_name) into n;
      if n > 0 then return next c.table_name || '.' || c.column_name || ': ' || n; end if;
    end loop;
  end $$; select pg_temp.find()`);

test('text that comes decomposed is kept in NFC, through every door', async () => {
  for (const [name, door] of Object.entries(doors)) assert.equal(await door(`${hanoi} ${++number}`), null, name);
  assert.equal(await unnormalised(), '');
  // And the check sees what is not.
  await portal.sql(`insert into topic (id, names) values ('decomposed', '{"vi": "${hanoi}"}')`);
  assert.equal(await unnormalised(), 'topic.names: 1');
  await portal.sql("delete from topic where id = 'decomposed'");
  assert.ok(Number(await portal.sql("select count(*) from edition where title like 'Hà Nội%'")) >= 3);
  assert.equal(await title('front-' + (await portal.sql("select max(substring(article from 7)::int) from edition where article like 'front-%' and title like 'Hà%'")), 'vi').then((one) => one.slice(0, 6)), 'Hà Nội');
});

test('marks without end are refused at once, through every door', async () => {
  const slow = [];
  for (const [name, door] of Object.entries(doors)) {
    if (name !== 'an account’s name') assert.equal(await door(`${allowed} ${++number}`), null, `${name}: 30 marks`);
    for (const value of [marks, many]) {
      const began = performance.now();
      const answer = await door(value);
      const ms = performance.now() - began;
      assert.ok(answer !== null, `${name}: ${value.length - 1} marks were taken`);
      assert.doesNotMatch(answer, /"status":5\d\d|AddressSanitizer/, name);
      if (ms > 4000) slow.push(`${name}: ${ms.toFixed(0)} ms`);
    }
  }
  assert.deepEqual(slow, []);
});

test('queries in either form are one query, and marks without end are refused', async () => {
  const get = async (value) => {
    const answer = await fetch(`${server.url}/v1/search?locale=vi&q=${encodeURIComponent(value)}`);
    return { status: answer.status, body: await answer.json() };
  };
  const [one, other] = [await get('Hà Nội'), await get(hanoi)];
  assert.equal(one.status, 200);
  assert.deepEqual(one.body.items.map(({ id }) => id), other.body.items.map(({ id }) => id));
  assert.ok(one.body.items.length);
  const began = performance.now();
  assert.equal((await get(many.slice(0, 300))).status, 400);
  assert.ok(performance.now() - began < 1000);
});

test('text that was typed for an old font is refused with what it should be, honest Markdown is not', async () => {
  const old = 'Kl^ng [uôn ]ar', modern = 'Klĭng ƀuôn čar';
  const body = (line) => `Klei [blŭ](/rad/) leh anăn \`m[ah\`.\n\n- [ ] bruă\n- [x] bruă\n\n${line}\n`;
  const save = async (more) => {
    const id = await article();
    return room.admin.save(id, 'rad', text({ title: `Êđê ${++number}`, ...more }));
  };
  for (const [field, value, line] of [['title', old], ['summary', old], ['body', body(old), 6]]) {
    const { status, body: problem } = await save({ [field]: value });
    assert.equal(status, 400, field);
    assert.match(problem.type, /#problem-fault\.legacy_font$/);
    assert.equal(problem.field, field);
    assert.match(problem.detail, /\[uôn → ƀuôn, \]ar → čar/);
    assert.equal(problem.detail.includes(`line ${line}`), line !== undefined, problem.detail);
    assert.match(problem.title, /Unicode/);
  }
  assert.equal((await save({ title: modern, summary: modern, body: body(modern) })).status, 201);
  const alt = (value, locale) => fetch(`${server.url}/v1/media?${new URLSearchParams({ credit: 'An', licence: 'CC0-1.0', locale, alt: value })}`, {
    method: 'POST', body: png(4, ++number), headers: { authorization: `Bearer ${room.admin.token}`, 'content-type': 'image/png' } }).then(({ status }) => status);
  assert.deepEqual([await alt(old, 'jra'), await alt(modern, 'jra'), await alt(old, 'vi')], [400, 201, 201]);

  const refused = await bring({
    'a.md': front({ id: 'old-a', locale: 'rad', title: 'Klei' }, body(old)),
    'b.md': front({ id: 'old-b', locale: 'bdq', title: old }),
    'c.jsonl': `${JSON.stringify({ id: 'old-c', locale: 'jra', title: 'Tơlơi', body: body(old) })}\n`,
    'd.jsonl': `${JSON.stringify({ type: 'topic', id: 'old-d', names: { vi: 'Cũ', rad: old } })}\n`,
  });
  const said = refused.stdout + refused.stderr;
  assert.notEqual(refused.status, 0);
  assert.match(said, /a\.md:11: body: .*Unicode.*\]ar → čar/);
  assert.match(said, /b\.md:4: title: .*\[uôn → ƀuôn/);
  assert.match(said, /c\.jsonl:1: body: .*\[uôn → ƀuôn/);
  assert.match(said, /d\.jsonl:1: names\.rad: .*\[uôn → ƀuôn/);
  assert.equal(await imported({ 'a.md': front({ id: 'new-a', locale: 'rad', title: modern }, body(modern)) }), null);
});
