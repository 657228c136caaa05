// Going through a list page by page while articles are published: what was there at the start comes
// once, nothing comes twice.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openapi } from '../lib/openapi.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';

const TOTAL = 230;
let portal, server, api, folder;
const line = (i, minute) => JSON.stringify({
  id: `list-${i}`, locale: 'vi', title: `Bài ${i}`, body: 'Chữ.',
  // Many at the same moment: the id decides between them.
  published_at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
});

before(async () => {
  portal = await startPortal();
  folder = await mkdtemp(join(tmpdir(), 'sen-lists-'));
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'a.jsonl'), Array.from({ length: TOTAL }, (_, i) => line(i, 100 + Math.floor(i / 7))).join('\n'));
  await portal.must(['import', join(folder, 'a.jsonl')]);
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0, SEN_ORIGIN: 'https://sen.example' });
  api = await openapi(server);
});
after(async () => {
  await portal?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

// Follows `Link: rel="next"` to the end; `each` runs between pages.
async function walk(target, each = async () => {}) {
  const ids = [];
  for (let page = 0; target; page++) {
    const { body, headers } = await api('GET', target);
    ids.push(...body.items.map((item) => item.id));
    const next = /<https:\/\/sen\.example(.*?)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    assert.equal(Boolean(next), body.next !== null);
    if (next) assert.ok(next.includes(`cursor=${body.next}`));
    target = next;
    await each(page);
  }
  return ids;
}

for (const sort of ['newest', 'oldest']) {
  test(`${sort} first, page after page`, async () => {
    for (const limit of [1, 20, 100]) {
      if (limit === 1 && sort === 'oldest') continue;
      const ids = await walk(`/v1/articles?sort=${sort}&limit=${limit}&kind=feature`);
      assert.equal(ids.length, TOTAL, `limit ${limit}`);
      assert.equal(new Set(ids).size, TOTAL, `limit ${limit}`);
    }
  });
}

test('exactly as many as there are on a page: no next', async () => {
  const { body } = await api('GET', '/v1/articles?until=2026-01-01&limit=100&locale=vi&topic=none');
  assert.deepEqual(body, { items: [], next: null });
  await portal.sql("update article set kind = 'interview' where id in (select id from article order by id limit 20); select change_append('update', 'list-1', null, null, array['articles'])");
  await waitFor(async () => (await api('GET', '/v1/articles?kind=interview&limit=21')).body.items.length === 20);
  assert.equal((await api('GET', '/v1/articles?kind=interview&limit=20')).body.next, null);
  assert.notEqual((await api('GET', '/v1/articles?kind=interview&limit=19')).body.next, null);
  await portal.sql("update article set kind = 'feature'; select change_append('update', 'list-1', null, null, array['articles'])");
  await waitFor(async () => (await api('GET', '/v1/articles?kind=interview')).body.items.length === 0);
});

for (const sort of ['newest', 'oldest']) {
  test(`while articles are published before, between and behind, ${sort} first`, async () => {
    let made = 0;
    const file = join(folder, 'more.jsonl');
    const ids = await walk(`/v1/articles?sort=${sort}&limit=20`, async (page) => {
      if (page % 2) return;
      const more = [0, 60 + page, 100 + page * 3, 110, 2000 + page].map((minute) => line(`${sort}-${made++}`, minute));
      await writeFile(file, more.join('\n'));
      await portal.must(['import', file]);
    });
    assert.equal(new Set(ids).size, ids.length, 'none comes twice');
    for (let i = 0; i < TOTAL; i++) assert.ok(ids.includes(`list-${i}`), `list-${i} is lost`);
  });
}
