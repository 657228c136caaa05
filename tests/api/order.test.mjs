// Lists by name are in the order of the reader's language, the same in the API and on the site, and
// pages of them keep their place while rows come and go.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { words } from '../lib/html.mjs';
import { registry } from '../lib/messages.mjs';
import { startPortal } from '../lib/portal.mjs';

let portal, server;
before(async () => {
  portal = await startPortal({ content: ['content/starter'], site: true });
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0 });
});
after(() => portal?.stop());

const read = async (path, headers) => (await fetch(server.url + path, { headers })).json();

// Node's ICU is another than the server's: an order that both agree on is the language's.
const sorted = (names, { icu, tag }) => {
  const { compare } = new Intl.Collator(icu);
  for (let i = 1; i < names.length; i++) assert.ok(compare(names[i - 1], names[i]) <= 0, `${tag}: ${names[i - 1]} before ${names[i]}`);
};

test('provinces and agencies are in the order of each language, as on the site', async () => {
  await portal.sql(`insert into agency (id, names) select 'agency-' || n, jsonb_build_object('vi', v, 'en', e) from (values
    (1, 'Đài Tiếng nói', 'Radio'), (2, 'Ấn phẩm', 'Prints'), (3, 'Du lịch', 'Tourism'), (4, 'Âm nhạc', 'music'), (5, 'An ninh', 'Zoo')) x (n, v, e)`);
  const orders = new Set();
  for (const locale of registry.locales) {
    const { items } = await read(`/v1/provinces?status=current&locale=${locale.tag}`);
    const names = items.map(({ name }) => name);
    assert.equal(names.length, 34);
    sorted(names, locale);
    orders.add(items.map(({ id }) => id).join());
    sorted((await read(`/v1/agencies?locale=${locale.tag}`)).items.map(({ name }) => name), locale);
    const html = await readFile(join(portal.home, `site/${locale.tag}/provinces/index.html`), 'utf8');
    const listed = [...html.match(/<table class="units">[\s\S]*?<\/table>/)[0].matchAll(/href="\/[^/]+\/provinces\/([^/]+)\/"/g)].map(([, id]) => id);
    assert.deepEqual(listed, items.map(({ id }) => id), locale.tag);
  }
  assert.ok(orders.size > 5, `${orders.size} different orders`);
});

test('what a unit was made of is in the order of the language', async () => {
  for (const tag of ['vi', 'en', 'ja', 'th', 'zh-Hant', 'ru']) {
    const locale = registry.locales.find((one) => one.tag === tag);
    for (const unit of ['lam-dong', 'can-tho', 'phu-tho', 'tay-ninh', 'dak-lak']) {
      const html = await readFile(join(portal.home, `site/${tag}/provinces/${unit}/index.html`), 'utf8');
      const formed = /<ul class="chips">([\s\S]*?)<\/ul>/.exec(html)[1];
      // The unit itself, as it was, stands first.
      const names = words(formed).filter(({ stack }) => stack.at(-1)?.name === 'a').map(({ text }) => text);
      sorted(names, locale);
    }
  }
});

const people = ['Âu Cơ', 'Ánh', 'An', 'anna', 'Ăn', 'Bảo', 'Đạt', 'Dũng', 'Duy', 'Émile', 'Ê Đê', 'Ngô', 'Nguyễn', 'Ольга', '王芳', 'สมชาย', 'Ưng', 'Uyên', 'Zoë', 'zed'];

test('people are in Vietnamese order, and pages keep their place while rows come and go', async () => {
  const token = await portal.token('root');
  const authorization = `Bearer ${token}`;
  const add = async (name) => {
    const answer = await fetch(`${server.url}/v1/people`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify({ name }) });
    assert.equal(answer.status, 201, `${name}: ${JSON.stringify(await answer.json())}`);
  };
  for (const name of people) await add(name);
  const { compare } = new Intl.Collator('vi');
  const expected = [...people, 'root'].sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
  const page = (after, limit) => read(`/v1/people?limit=${limit}${after === null ? '' : `&after=${encodeURIComponent(after)}`}`, { authorization });
  const all = await page(null, 100);
  assert.deepEqual(all.items.map(({ name }) => name), expected);

  // Page by page, while before and behind the place somebody comes and the last one seen goes.
  for (const limit of [1, 3, 7]) {
    const seen = [];
    let place = null, number = 0;
    do {
      const { items, next } = await page(place, limit);
      seen.push(...items.map(({ name }) => name));
      place = next;
      if (place === null) break;
      if (number++ < 4) {
        await add(`Aa${limit}${number}`); // before the place once the first is read
        await portal.sql(`update account set name = '龥 ${limit} ${number}' where name = 'Aa${limit}${number}'`); // and behind it
      }
    } while (seen.length < 200);
    const kept = seen.filter((name) => expected.includes(name));
    assert.deepEqual(kept, expected, `limit ${limit}`);
    assert.equal(new Set(seen).size, seen.length, `limit ${limit}: nobody twice`);
    assert.equal(seen.filter((name) => name.startsWith(`龥 ${limit} `)).length, Math.min(number, 4));
    await portal.sql("delete from account where name like '龥 %'");
  }

  // Whom a cursor names may be gone: the list goes on where they stood.
  const { items: [first, second], next } = await page(null, 2);
  await portal.sql(`update account set name = '龥' where name = '${second.name}'`);
  const rest = await page(next, 100);
  assert.deepEqual(rest.items.map(({ name }) => name), [...expected.filter((name) => name !== first.name && name !== second.name), '龥']
    .sort((a, b) => compare(a, b) || (a < b ? -1 : 1)));
});
