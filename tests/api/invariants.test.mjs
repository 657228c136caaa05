// Whatever people do, in whatever order: one draft and one live edition of a text at most, every
// revision kept and numbered without gaps, a whole public history, translations that know how far
// they are behind, one event in the audit log for what was done and none for what was refused, and
// no byte of a draft in public. A model beside the server says what each of these has to be.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { editor, plain } from '../lib/editor.mjs';
import { newsroom } from '../lib/newsroom.mjs';
import { startPortal, waitFor } from '../lib/portal.mjs';
import { random, seed } from '../lib/row.mjs';
import { tree } from '../lib/tree.mjs';

const steps = Number(process.env.SEN_TEST_STEPS ?? 150);
const locales = ['vi', 'en', 'ar']; // the first is the source
const articles = ['one', 'two', 'three'];

let portal, server, room, next;
before(async () => {
  portal = await startPortal();
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0, SEN_LOCALES: locales.join() });
  next = random();
  room = await newsroom(portal, server, { author: ['author', 'translator'], other: ['author', 'translator', 'editor'],
    proofreader: 'proofreader', editor: 'editor', publisher: 'publisher', chief: 'administrator' });
  for (const one of Object.values(room)) Object.assign(one, editor(plain(server, one.token)));
  for (const id of articles) assert.equal((await room.author.create({ id, source_locale: 'vi', kind: 'news' })).status, 201);
  model.events = Number(await portal.sql('select count(*) from audit'));
});
after(() => portal?.stop());

const pick = (list) => list[Math.floor(next() * list.length)];
const chance = (part) => next() < part;

// ---- the model -----------------------------------------------------------------------------------

// Of a text: revisions [{ marker, state, version, from }] in order, history [{ version, kind, note }].
// from: of a translation { edition, version } of the source: what it was made from.
const model = { texts: new Map(), events: 0, markers: 0 };
for (const id of articles) {
  for (const locale of locales) model.texts.set(`${id}/${locale}`, { id, locale, revisions: [], history: [] });
}
const text = (id, locale) => model.texts.get(`${id}/${locale}`);
const sourceOf = (one) => text(one.id, locales[0]);
const inState = (one, ...states) => one.revisions.find((revision) => states.includes(revision.state));
const shown = (one) => inState(one, 'live', 'withdrawn', 'removed');
// Where an editor stands: the draft, else what readers see or saw, else the last that there was.
const present = (one) => inState(one, 'draft') ?? shown(one) ?? one.revisions.at(-1);
const numberOf = (one, revision) => (revision ? one.revisions.indexOf(revision) + 1 : 0);
const etag = (one) => `"r${numberOf(one, present(one))}"`;
const publications = (one) => one.history.filter(({ kind }) => kind !== 'withdrawal');

function isBehind(one) {
  const source = sourceOf(one);
  if (one === source) return 'original';
  const { version } = inState(one, 'live').from;
  // How a draft goes on that was never published is nobody's business.
  if (!inState(source, 'live') || version === null) return 'unknown';
  const since = publications(source).filter((each) => each.version > version);
  return since.some(({ kind }) => kind !== 'minor') ? 'behind-major' : since.length ? 'behind-minor' : 'current';
}

// from: of which version of the source the writer says it is.
function saved(one, marker, from) {
  const source = sourceOf(one);
  const was = present(one);
  let origin = was?.from;
  if (from !== undefined) {
    origin = { version: from, edition: source.history.find(({ version }) => version === from).edition };
  } else if (!was) {
    const edition = inState(source, 'live') ?? inState(source, 'draft') ?? null;
    origin = { edition, version: edition?.version ?? null };
  }
  const draft = inState(one, 'draft');
  if (draft) draft.state = 'superseded';
  one.revisions.push({ marker, state: 'draft', version: null, from: one === source ? null : { ...origin } });
}

function published(one, kind, note) {
  const before = shown(one);
  const draft = inState(one, 'draft');
  const told = !before ? 'first' : before.state !== 'live' ? 'restoration' : kind;
  if (before) before.state = 'superseded';
  Object.assign(draft, { state: 'live', public: true, version: one.history.length + 1 });
  one.history.push({ version: draft.version, kind: told, note, edition: draft });
  if (one !== sourceOf(one)) return;
  // What was translated from a draft learns which version that became, or came before.
  for (const locale of locales.slice(1)) {
    for (const revision of text(one.id, locale).revisions) {
      const { from } = revision;
      if (['draft', 'live'].includes(revision.state) && from.version === null && from.edition && numberOf(one, from.edition) <= numberOf(one, draft)) {
        from.version = from.edition === draft ? draft.version : draft.version - 1;
      }
    }
  }
}

// ---- what people do ------------------------------------------------------------------------------

const words = (marker) => ({ title: `Tên ${marker}`, summary: `Tóm ${marker}.`, body: `Đoạn ${marker}.\n\nĐoạn hai.`, slug: marker.toLowerCase(), author: `Người ${marker}` });
const newMarker = () => `Zq${++model.markers}x`;

const doings = {
  async save(one) {
    const by = pick(['author', 'other', 'editor', 'proofreader', 'publisher']);
    const marker = newMarker();
    const body = words(marker);
    let from;
    if (one.locale !== locales[0] && chance(0.4)) { // the translator says of which version it is
      const versions = publications(sourceOf(one)).map(({ version }) => version);
      if (versions.length) body.translation = { method: 'person', source_version: from = pick(versions) };
    }
    const stale = chance(0.15);
    const match = stale ? '"r77"' : one.revisions.length ? etag(one) : undefined;
    const answer = await room[by].save(one.id, one.locale, body, match);
    if (stale) assert.ok([403, 412].includes(answer.status), `${answer.status}`);
    if (answer.status >= 300) return 0;
    saved(one, marker, from);
    assert.equal(answer.body.revision, one.revisions.length);
    return 1;
  },
  // Two at once from the same revision: one wins.
  async race(one) {
    if (!one.revisions.length) return 0;
    const markers = [newMarker(), newMarker()];
    const [a, b] = await Promise.all(markers.map((marker, i) => room[['other', 'editor'][i]].save(one.id, one.locale, words(marker), etag(one))));
    assert.deepEqual([a.status, b.status].sort(), [200, 412], `${a.status} ${b.status}`);
    saved(one, markers[a.status === 200 ? 0 : 1]);
    return 1;
  },
  async move(one) {
    const answer = await room[pick(['editor', 'proofreader', 'publisher', 'chief', 'author'])].move(one.id, one.locale, pick(['edited', 'proofread', 'approved', 'draft']), 'Một lời.');
    return answer.status < 300 ? 1 : 0;
  },
  // All the way, by people who may.
  async approve(one) {
    if (!inState(one, 'draft')) return 0;
    let done = 0;
    for (const [to, by] of [['edited', 'editor'], ['proofread', 'proofreader'], ['approved', 'publisher']])
      if ((await room[by].move(one.id, one.locale, to)).status < 300) done++;
    return done;
  },
  async publish(one) {
    const done = chance(0.7) ? await doings.approve(one) : 0;
    const minor = chance(0.4);
    const note = chance(0.9) ? 'Đã đổi.' : undefined;
    const answer = await room[pick(['publisher', 'publisher', 'chief', 'editor'])].publish(one.id, one.locale, {}, { update: minor ? 'minor' : 'major', ...(note && { note }) });
    if (answer.status >= 300) return done;
    published(one, minor ? 'minor' : 'major', note);
    assert.equal(answer.body.version, one.history.length);
    return done + 1;
  },
  async correct(one) {
    const done = chance(0.8) ? await doings.approve(one) : 0;
    const answer = await room.publisher.act(one.id, one.locale, 'correct', { reason: 'fact', note: 'Sai số.' });
    if (answer.status >= 300) return done;
    published(one, 'correction', 'Sai số.');
    return done + 1;
  },
  async withdraw(one) {
    const kind = pick(['notice', 'gone', 'redirect', 'vanish']);
    const answer = await room.publisher.withdraw(one.id, one.locale, 'Rút lại.', { kind, ...(kind === 'redirect' && { to: '/vi/' }) });
    if (answer.status >= 300) return 0;
    if (answer.body.change === null) return 0; // as it was
    const edition = shown(one);
    edition.state = kind === 'vanish' ? 'removed' : 'withdrawn';
    edition.version = one.history.length + 1;
    one.history.push({ version: edition.version, kind: 'withdrawal', note: kind === 'vanish' ? undefined : 'Rút lại.' }); // the reason is the editors'
    return 1;
  },
  async discard(one) {
    const answer = await room[pick(['author', 'editor', 'publisher'])].api('DELETE', `/v1/articles/${one.id}/texts/${one.locale}`, { headers: { 'if-match': etag(one) } });
    if (answer.status >= 300) return 0;
    inState(one, 'draft').state = 'superseded';
    return 1;
  },
  async revert(one) {
    if (!one.revisions.length) return 0;
    const revision = 1 + Math.floor(next() * one.revisions.length);
    const answer = await room[pick(['author', 'editor', 'publisher'])].act(one.id, one.locale, 'revert', { revision }, { 'if-match': etag(one) });
    if (answer.status >= 300) return 0;
    const old = one.revisions[revision - 1];
    saved(one, old.marker);
    const { from } = old; // what it was made from then, if that is known
    if (from?.edition) one.revisions.at(-1).from = { edition: from.edition, version: from.edition.version };
    else if (from && from.version !== null) one.revisions.at(-1).from = { ...from };
    assert.equal(answer.body.revision, one.revisions.length);
    return 1;
  },
  // Several texts together, or none of them.
  async release() {
    const some = [...model.texts.values()].filter((each) => inState(each, 'draft') && chance(0.5));
    if (!some.length) return 0;
    let done = 0;
    if (chance(0.7)) for (const each of some) done += await doings.approve(each);
    const name = `release-${++model.markers}`;
    const made = await room.publisher.api('PUT', `/v1/releases/${name}`, { body: { title: name, texts: some.map(({ id, locale }) => ({ id, locale, note: 'Cùng nhau.' })) } });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const answer = await room.publisher.api('POST', `/v1/releases/${name}/publish`, { body: {} });
    if (answer.status < 300) {
      for (const each of some) published(each, 'major', 'Cùng nhau.');
      return done + 1 + some.length + 1;
    }
    assert.equal(answer.status, 409, JSON.stringify(answer.body));
    assert.equal((await room.publisher.api('DELETE', `/v1/releases/${name}`)).status, 200);
    return done + 2;
  },
  // Asked for at a time, and called off: it changes nothing but the log.
  async schedule(one) {
    const done = chance(0.8) ? await doings.approve(one) : 0;
    const asked = await room.publisher.act(one.id, one.locale, 'publish-at', { at: '2029-01-01T00:00:00Z', note: 'Sau này.' });
    if (asked.status >= 300) return done;
    const refused = await room.other.save(one.id, one.locale, words(newMarker()), etag(one));
    assert.equal(refused.status, 409);
    assert.equal((await room.publisher.api('DELETE', `/v1/schedule/${asked.body.number}`)).status, 200);
    return done + 2;
  },
};
const drafted = (one) => inState(one, 'draft');
const fits = {
  race: present, move: drafted, approve: drafted, publish: drafted, schedule: drafted, discard: drafted, revert: present,
  correct: (one) => drafted(one) && inState(one, 'live'), withdraw: (one) => inState(one, 'live'),
};
const often = ['save', 'save', 'save', 'save', 'save', 'save', 'save', 'save', 'approve', 'publish', 'publish', 'publish', 'publish', 'move', 'move', 'race', 'correct', 'correct', 'withdraw', 'withdraw', 'discard', 'revert', 'release', 'schedule'];

// ---- what has to hold ----------------------------------------------------------------------------

async function holds() {
  const rows = JSON.parse(await portal.sql(`select jsonb_build_object(
    'events', (select count(*) from audit),
    'head', (select seq from audit_head),
    'editions', (select jsonb_object_agg(k, v) from (select article || '/' || locale as k,
        jsonb_agg(jsonb_build_array(revision, state, body) order by revision) as v from edition group by 1) x),
    'history', (select jsonb_object_agg(k, v) from (select article || '/' || locale as k,
        jsonb_agg(jsonb_build_array(version, kind, note) order by version) as v from publication group by 1) x),
    'states', (select jsonb_object_agg(e.article || '/' || e.locale, translation_state(e, 'vi')) from edition e where e.state = 'live'))`));
  for (const [key, one] of model.texts) {
    const name = `${key}: ${JSON.stringify(one.revisions.map(({ from, ...rest }) => ({ ...rest, from: from && [numberOf(sourceOf(one), from.edition), from.version] })))} ${JSON.stringify(one.history.map(({ edition, ...rest }) => rest))}`;
    const editions = rows.editions?.[key] ?? [];
    assert.deepEqual(editions.map(([revision, state]) => [revision, state]), one.revisions.map(({ state }, i) => [i + 1, state]), name);
    for (const [revision,, body] of editions) {
      const marker = one.revisions[revision - 1].marker;
      assert.equal(body, words(marker).body, name); // what was written is there, for ever
    }
    assert.ok(editions.filter(([, state]) => state === 'draft').length <= 1);
    assert.ok(editions.filter(([, state]) => ['live', 'withdrawn', 'removed'].includes(state)).length <= 1);
    assert.deepEqual((rows.history?.[key] ?? []).map(([version, kind, note]) => ({ version, kind, note: note ?? undefined })),
      one.history.map(({ version, kind, note }) => ({ version, kind, note })), name);
    if (inState(one, 'live')) assert.equal(rows.states[key], isBehind(one), name);
  }
  assert.equal(rows.events, model.events, 'events');
  assert.equal(rows.head, model.events);
}

// What nobody outside may find: what was written and never published, and what vanished.
function secrets() {
  const open = new Set();
  const all = new Set();
  for (const one of model.texts.values()) {
    for (const revision of one.revisions) {
      all.add(revision.marker);
      if (revision.public) open.add(revision.marker);
    }
  }
  for (const one of model.texts.values()) {
    const edition = shown(one);
    if (edition?.state === 'removed') open.delete(edition.marker);
  }
  for (const one of model.texts.values()) if (inState(one, 'live')) open.add(inState(one, 'live').marker);
  return [...all].filter((marker) => !open.has(marker));
}

async function nothingLeaks() {
  const head = await portal.sql('select seq from change_head');
  const hidden = secrets();
  const pattern = new RegExp(`\\b(${hidden.concat('no such').join('|')})\\b`, 'gi');
  const addresses = ['/v1/articles?limit=100', '/v1/changes?limit=100', '/v1/media', '/v1/coverage', '/v1/me/work', '/v1/schedule', '/v1/releases', '/sitemap.xml'];
  for (const locale of locales) {
    addresses.push(`/v1/articles?limit=100&locale=${locale}`, `/v1/articles?limit=100&locale=${locale}&fallback=none`,
      ...['atom.xml', 'rss.xml', 'feed.json'].map((file) => `/feeds/${locale}/${file}`),
      `/v1/search?q=Doan&locale=${locale}`, `/v1/search?q=T%C3%AAn&locale=${locale}`);
    for (const marker of hidden.slice(-5)) addresses.push(`/v1/articles/${marker.toLowerCase()}?locale=${locale}`);
    for (const id of articles) {
      addresses.push(`/v1/articles/${id}?locale=${locale}`, `/v1/articles/${id}?locale=${locale}&fallback=none`, `/v1/articles/${id}/history?locale=${locale}`,
        ...['', '/comments', '/assignments', '/revisions', '/checks', '/source-changes'].map((more) => `/v1/articles/${id}/texts/${locale}${more}`));
    }
  }
  for (const id of articles) addresses.push(`/v1/articles/${id}/texts`);
  await waitFor(async () => Number((await (await fetch(`${server.url}/metrics`)).text()).match(/^sen_change_seq\S* (\d+)/m)?.[1] ?? head) >= Number(head));
  for (const address of addresses) {
    const answer = await fetch(server.url + address, { redirect: 'manual' });
    const body = await answer.text();
    const said = address.includes('/articles/zq') ? body.replaceAll(address.match(/zq\d+x/)[0], '') : body;
    assert.deepEqual(said.match(pattern) ?? [], [], `${address}: ${answer.status}`);
  }
  return hidden.length;
}

async function siteHolds() {
  await portal.must(['build'], { settings: { SEN_LOCALES: locales.join() } });
  const hidden = secrets();
  const pattern = new RegExp(`\\b(${hidden.concat('no such').join('|')})\\b`, 'gi');
  const folder = join(portal.home, 'site');
  const files = await tree(folder);
  for (const file of files.keys()) {
    assert.doesNotMatch(file, pattern);
    const bytes = await readFile(join(folder, file), 'latin1').catch(() => '');
    assert.deepEqual(bytes.match(pattern) ?? [], [], file);
  }
  // And what is live is there.
  for (const one of model.texts.values()) {
    const live = inState(one, 'live');
    if (live) assert.match(await readFile(join(folder, one.locale, 'articles', live.marker.toLowerCase(), 'index.html'), 'utf8'), new RegExp(live.marker));
  }
}

test('random sequences of what editors do', { timeout: 280000 }, async (t) => {
  t.diagnostic(`seed ${seed}`);
  const trail = [];
  const counts = {};
  try {
    for (let n = 1; n <= steps; n++) {
      const what = pick(often);
      // Mostly where it can be done.
      const all = [...model.texts.values()];
      const fit = all.filter((each) => fits[what]?.(each) ?? true);
      const one = pick(fit.length && chance(0.85) ? fit : all);
      trail.push(`${what} ${one.id}/${one.locale}`);
      const events = await doings[what](one);
      model.events += events;
      trail.push(`  -> ${events}`);
      counts[what] = (counts[what] ?? 0) + (events ? 1 : 0);
      await holds();
      if (n % 25 === 0) await nothingLeaks();
      if (n % 125 === 0) await siteHolds();
    }
    await siteHolds();
    const { status, stdout, stderr } = await portal.run(['audit', 'verify']);
    assert.equal(status, 0, stdout + stderr);
  } catch (error) {
    error.message = `seed ${seed}, after:\n${trail.slice(-60).join('\n')}\n${error.message}`;
    throw error;
  }
  t.diagnostic(`${steps} steps, done: ${JSON.stringify(counts)}, ${model.events} events, ${secrets().length} texts that nobody saw`);
});
