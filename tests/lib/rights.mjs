// What every operation that needs a token needs, written by hand and not taken from the program, and
// requests that are good but for the right: for tests of who may do what.
import assert from 'node:assert/strict';
import { png } from './png.mjs';

// ---- what is expected ----------------------------------------------------------------------------

const actions = {
  author: 'read create write comment preview media',
  translator: 'read translate comment preview',
  proofreader: 'read write translate comment preview',
  editor: 'read create write translate comment assign preview media glossary',
  publisher: 'read comment assign preview publish',
  administrator: 'read create write translate comment assign preview media glossary publish people audit workflow',
};
export const scopes = [...actions.administrator.split(' '), 'move'];
const hands = { edited: ['editor', 'administrator'], published: ['publisher', 'administrator'] };

const covers = (grant, agency, locale) => (!grant.agency || grant.agency === agency)
  && (!grant.locales || locale === null || grant.locales.includes(locale));

// A need: { action, agency, locale } (locale null: in none; agency 'any': for one of those granted),
// or { to: stage }: to be one who moves texts there.
function meets(person, need) {
  const scope = need.to ? (need.to === 'published' ? 'publish' : 'move') : need.action;
  if (person.scopes && !person.scopes.includes(scope)) return false;
  return person.grants.some((grant) => (need.to ? hands[need.to].includes(grant.role) : actions[grant.role].split(' ').includes(need.action))
    && (need.agency === 'any' ? !grant.locales || need.locale === null || grant.locales.includes(need.locale) : covers(grant, need.agency, need.locale)));
}

export const people = Object.fromEntries(Object.keys(actions).map((role) => [role, { grants: [{ role, agency: 'desk', locales: ['vi', 'en'] }] }]));
people.nobody = { grants: [] };
// Rights of two grants are not added up.
people.mixed = { grants: [{ role: 'translator', agency: 'desk', locales: ['en'] }, { role: 'publisher', agency: 'other', locales: ['fr'] }] };
people.everywhere = { grants: [{ role: 'editor' }] };
people.chief = { grants: [{ role: 'administrator' }] };

// ---- the operations ------------------------------------------------------------------------------

const T = '/v1/articles/{id}/texts/{locale}';
const R = '/v1/releases/{release}';
const words = { title: 'Một bài', body: 'Một đoạn.' };
const match = { 'if-match': '"r1"' };
const later = '2029-01-01T00:00:00Z';
// A publication: with the right and, in the workflow, the hand.
const read = ({ agency }) => [{ action: 'read', agency, locale: null }];
const write = ({ agency, locale }) => [{ action: locale === 'vi' ? 'write' : 'translate', agency, locale }];
const here = (action) => ({ agency, locale }) => [{ action, agency, locale }];
const whole = (action) => ({ agency }) => [{ action, agency, locale: null }];
const anywhere = (action, inLocale) => ({ locale }) => [{ action, agency: 'any', locale: inLocale ? locale : null }];
const out = ({ agency, locale }) => [{ action: 'publish', agency, locale }, { to: 'published', agency, locale }];
const all = (...needs) => (cell) => needs.flatMap((one) => one(cell));

// [method, path, what must be there, needs, { body, headers, query, ok: statuses when allowed (2xx),
// refused: statuses when not (403), right: what x-right says where it differs from the needs }]
export const operations = [
  ['POST', '/v1/articles', 'nothing', here('create'), { body: ({ id, agency, locale }) => ({ id: `${id}-new`, source_locale: locale, ...(agency && { agency }) }) }],
  ['PATCH', '/v1/articles/{id}', 'draft', whole('create'), { body: { kind: 'news' } }],
  ['PATCH', '/v1/articles/{id}', 'draft', all(whole('create'), whole('publish')), { body: { embargo: later }, right: 'create' }],
  ['GET', T, 'draft', read],
  ['PUT', T, 'draft', write, { body: words, headers: match }],
  ['DELETE', T, 'draft', write, { headers: match }],
  ['GET', `${T}/revisions`, 'draft', read],
  ['POST', `${T}/revert`, 'draft', all(read, write), { body: { revision: 1 }, headers: match }],
  ['POST', `${T}/stage`, 'draft', (cell) => [...read(cell), { to: 'edited', ...cell }], { body: { to: 'edited' } }],
  ['GET', `${T}/comments`, 'draft', read],
  ['POST', `${T}/comments`, 'draft', here('comment'), { body: { text: 'Một ý.' } }],
  ['POST', `${T}/comments/{number}/resolve`, 'comment', here('comment')],
  ['GET', `${T}/assignments`, 'draft', read],
  ['PUT', `${T}/assignments`, 'draft', here('assign'), { body: { to: 'chief', task: 'edit' } }],
  ['DELETE', `${T}/assignments`, 'assignment', all(read, here('assign')), { body: { to: 'keeper', task: 'edit' }, right: 'read' }],
  ['GET', `${T}/source-changes`, 'draft', read, { ok: [200, 422] }],
  ['GET', `${T}/suggestions`, 'draft', write, { query: '?text=Xin', ok: [200, 422] }],
  ['GET', `${T}/checks`, 'draft', read],
  ['POST', `${T}/publish`, 'approved', out, { body: {} }],
  ['POST', `${T}/publish-at`, 'approved', out, { body: { at: later } }],
  ['POST', `${T}/correct`, 'live', out, { body: { reason: 'fact', note: 'Sửa.' } }],
  ['POST', `${T}/withdraw`, 'live', here('publish'), { body: { reason: 'Sai.' } }],
  ['POST', `${T}/withdraw-at`, 'live', here('publish'), { body: { reason: 'Sai.', at: later } }],
  ['POST', `${T}/previews`, 'draft', here('preview'), { body: { hours: 1 } }],
  ['GET', `${T}/previews`, 'draft', here('preview')],
  ['DELETE', '/v1/previews/{number}', 'preview', here('preview')],
  // For the source there is nothing to exchange; the file is of nothing that this text says.
  ['GET', `${T}/xliff`, 'draft', read, { ok: [200, 404, 422] }],
  ['PUT', `${T}/xliff`, 'draft', write, { xliff: true, headers: match, ok: [404, 422] }],
  ['GET', '/v1/memory', 'nothing', anywhere('read'), { query: ({ locale }) => `?source_locale=ja&locale=${locale}` }],
  ['POST', '/v1/memory', 'nothing', anywhere('glossary', true), { tmx: true }],
  ['GET', '/v1/me/work', 'nothing', () => []],
  ['GET', '/v1/me/waiting', 'nothing', () => []],
  ['GET', '/v1/workflow', 'nothing', () => []],
  ['PUT', '/v1/workflow', 'nothing', whole('workflow'), { body: ({ agency }) => ({ moves: [], ...(agency ? { agency } : { moves: undefined }) }) }],
  ['GET', '/v1/coverage', 'nothing', anywhere('read')],
  ['GET', '/v1/coverage/texts', 'nothing', anywhere('read'), { query: '?locale=en' }],
  ['GET', '/v1/glossary', 'nothing', anywhere('read')],
  ['PUT', '/v1/glossary/{id}', 'nothing', anywhere('glossary', true), { body: ({ id, locale }) => ({ kind: 'term', source_locale: 'ja', source: id, locale, preferred: 'y' }) }],
  ['DELETE', '/v1/glossary/{id}', 'glossary', anywhere('glossary', true)],
  // The front page of a language is the whole portal's. The probes meet each other's.
  ['GET', '/v1/fronts/{locale}', 'nothing', anywhere('read'), { ok: [200, 404] }],
  ['PUT', '/v1/fronts/{locale}', 'nothing', ({ locale }) => [{ action: 'publish', agency: null, locale }], { body: {}, headers: match, ok: [200, 412] }],
  ['DELETE', '/v1/fronts/{locale}', 'nothing', ({ locale }) => [{ action: 'publish', agency: null, locale }], { headers: match, ok: [200, 404, 412] }],
  ['GET', '/v1/releases', 'nothing', () => [], { right: 'read' }],
  ['GET', R, 'release', read],
  ['PUT', R, 'release', here('publish'), { body: ({ id, locale }) => ({ texts: [{ id, locale }] }) }],
  ['DELETE', R, 'release', whole('publish')],
  ['POST', `${R}/publish`, 'release', all(whole('publish'), out), { refused: [403, 409] }],
  ['POST', `${R}/publish-at`, 'release', all(whole('publish'), out), { body: { at: later }, refused: [403, 409] }],
  ['GET', '/v1/schedule', 'nothing', (cell) => [{ ...anywhere('read')(cell)[0], anyScope: true }]],
  ['DELETE', '/v1/schedule/{number}', 'schedule', here('publish')],
  ['POST', '/v1/media', 'nothing', anywhere('media'), { query: '?credit=a&licence=b&locale=en&alt=c', headers: { 'content-type': 'image/png' }, body: () => png(2, 2) }],
  ['GET', '/v1/audit', 'nothing', anywhere('audit')],
  ['GET', '/v1/me', 'nothing', () => []],
  ['GET', '/v1/me/tokens', 'nothing', () => []],
  ['PUT', '/v1/me/password', 'nothing', () => [], { body: { current: 'x'.repeat(20), new: 'y'.repeat(20) }, ok: [403, 429] }],
  ['POST', '/v1/me/tokens', 'nothing', () => [], { body: { label: 'x' } }],
  ['DELETE', '/v1/me/tokens/{prefix}', 'nothing', () => [], { ok: [404] }],
  ['DELETE', '/v1/session', 'nothing', () => [], { ok: [404] }],
  ['GET', '/v1/people', 'nothing', anywhere('people')],
  ['POST', '/v1/people', 'nothing', whole('people'), { body: ({ id, agency }) => ({ name: id, agency: agency ?? undefined }) }],
  ['GET', '/v1/people/{name}', 'person', whole('people'), { refused: [404] }],
  ['PUT', '/v1/people/{name}/grants', 'person', whole('people'), { body: { grants: [] }, refused: [403, 404] }],
  ['PUT', '/v1/people/{name}/password', 'person', whole('people'), { body: { password: 'mật khẩu đủ dài' }, refused: [403, 404] }],
  ['POST', '/v1/people/{name}/disable', 'person', whole('people'), { refused: [404] }],
  ['POST', '/v1/people/{name}/enable', 'person', whole('people'), { refused: [404] }],
  ['GET', '/v1/people/{name}/tokens', 'person', whole('people'), { refused: [404] }],
  ['DELETE', '/v1/people/{name}/tokens/{prefix}', 'person', whole('people'), { ok: [404], refused: [404] }],
].map(([method, path, there, needs, more = {}]) => ({ name: `${method} ${path}`, method, path, there, needs, ...more }));

// ---- what they are done to -----------------------------------------------------------------------

// One article for each probe, with what its operation needs, straight into the tables.
const fixture = `
create function fixture(wanted text, in_agency text, in_locale text, what text) returns text language plpgsql as $$
declare
    e jsonb := jsonb_build_object('slug', wanted, 'skeleton', wanted, 'title', wanted, 'body', 'Một đoạn.', 'html', '<p>Một đoạn.</p>', 'renderer', 1, 'words', 2, 'search', '', 'search_title', '');
    n text;
begin
    insert into article (id, kind, source_locale, agency) values (wanted, 'feature', 'vi', in_agency);
    if what = 'live' then
        perform draft_save(null, wanted, in_locale, null, e);
        perform draft_publish(wanted, in_locale, null, '{}', now());
    end if;
    perform draft_save(null, wanted, in_locale, null, e);
    if what in ('approved', 'live', 'release', 'schedule') then
        update edition x set stage = 'approved' where x.article = wanted and x.state = 'draft';
    end if;
    case what
    when 'comment' then
        insert into comment (article, locale, revision, text) values (wanted, in_locale, 1, 'Một ý.') returning id into n;
    when 'assignment' then
        insert into assignment (article, locale, account, task) select wanted, in_locale, a.id, 'edit' from account a where a.name = 'keeper';
    when 'release' then
        insert into release (id, title, agency) values (wanted, wanted, in_agency);
        insert into release_text (release, article, locale) values (wanted, wanted, in_locale);
    when 'schedule' then
        insert into schedule (at, action, article, locale, revision, asked_by) values ('2029-01-01', 'publish', wanted, in_locale, 1, '{}') returning id into n;
    when 'preview' then
        insert into preview (hash, article, locale, expires_at) values (sha256(wanted::bytea), wanted, in_locale, now() + interval '1 day') returning id into n;
    when 'glossary' then
        insert into glossary (id, kind, source_locale, source, locale, preferred) values (wanted, 'term', 'ja', wanted, in_locale, wanted);
    when 'person' then
        insert into account (name, agency, skeletons) values (wanted, in_agency, '{}');
    else null;
    end case;
    return n;
end $$;`;

const xliff = ({ id, locale }) => `<?xml version="1.0" encoding="UTF-8"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.1" srcLang="vi" trgLang="${locale}"><file id="f1" original="${id}"><unit id="title"><segment><source>x</source></segment></unit></file></xliff>`;
const tmx = ({ locale }) => `<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4"><header creationtool="x" creationtoolversion="1" segtype="paragraph" o-tmf="x" adminlang="en" srclang="ja" datatype="plaintext"/><body><tu><tuv xml:lang="ja"><seg>x</seg></tuv><tuv xml:lang="${locale}"><seg>y</seg></tuv></tu></body></tmx>`;

// Everything that a write could have changed.
const tables = ['article', 'article_province', 'edition', 'publication', 'release', 'release_text', 'schedule', 'comment', 'assignment', 'workflow_move',
  'stage', 'check_rule', 'preview', 'glossary', 'memory', 'media', 'front', 'account', 'role_grant', 'audit', 'change', 'redirect', 'idempotency'];
export const digest = (portal) => portal.sql(tables.map((table) => `select '${table}', md5(coalesce(string_agg(t::text, '' order by t::text), '')) from ${table} t`).join(' union all '));

export const cells = [];
for (const agency of ['desk', 'other', null]) for (const locale of ['vi', 'en', 'fr']) cells.push({ agency, locale });

// The people, two agencies, and the functions that the probes need.
export async function furnish(portal) {
  await portal.sql(`insert into agency (id, names) values ('desk', '{"en": "Desk"}'), ('other', '{"en": "Other"}')`);
  await portal.sql(fixture);
  for (const [name, person] of Object.entries(people)) person.token = await portal.person(name, person);
  await portal.person('keeper', { grants: [{ role: 'editor' }] });
}

const value = (thing, cell) => (typeof thing === 'function' ? thing(cell) : thing);

// Makes what each probe needs, in one statement each hundred.
let probes = 0;
async function prepare(portal, list) {
  for (const probe of list) probe.id = `p-${++probes}`;
  for (let i = 0; i < list.length; i += 200) {
    const part = list.slice(i, i + 200).filter(({ operation }) => operation.there !== 'nothing');
    if (!part.length) continue;
    const rows = part.map(({ id, agency, locale, operation }) => `('${id}', ${agency ? `'${agency}'` : 'null'}, '${locale}', '${operation.there}')`);
    const numbers = await portal.sql(`select v.id, fixture(v.id, v.agency, v.locale, v.there) from (values ${rows}) v (id, agency, locale, there)`);
    const byId = new Map(numbers.split('\n').map((line) => line.split('|')));
    for (const probe of part) probe.number = byId.get(probe.id);
  }
}

export async function ask(api, { operation, id, agency, locale, number, person }) {
  const cell = { id, agency, locale };
  const members = { id, locale, number, release: id, name: id, prefix: 'sen_00000000' };
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name) => members[name]) + (value(operation.query, cell) ?? '');
  let body = value(operation.body, cell);
  const headers = { authorization: `Bearer ${person.token}`, ...operation.headers };
  if (operation.xliff) [body, headers['content-type']] = [xliff(cell), 'application/xliff+xml'];
  if (operation.tmx) [body, headers['content-type']] = [tmx(cell), 'application/x-tmx+xml'];
  return api(operation.method, path, { headers, body });
}

const allowed = ({ operation, person, ...cell }) => operation.needs(cell).every((need) => (need.anyScope ? meets({ ...person, scopes: undefined }, need) : meets(person, need)));

// Those that are refused first: when all of them have been, nothing is other than it was. Then those
// that are allowed. Returns how many of each.
export async function walk(portal, api, list) {
  const known = new Set(api.document ? Object.entries(api.document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)) : []);
  const runs = list.filter(({ operation }) => known.has(operation.name));
  await prepare(portal, runs);
  const [yes, no] = [runs.filter(allowed), runs.filter((probe) => !allowed(probe))];
  const wrong = [];
  const all = async (some, check) => {
    const queue = [...some];
    await Promise.all(Array.from({ length: 6 }, async () => {
      for (let probe = queue.shift(); probe; probe = queue.shift()) {
        const answer = await ask(api, probe);
        if (!check(answer, probe.operation)) {
          wrong.push(`${probe.as} ${probe.operation.name} of ${probe.agency} in ${probe.locale}: ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 300)}`);
        }
      }
    }));
  };
  const had = await digest(portal);
  await all(no, ({ status }, { refused = [403] }) => refused.includes(status));
  assert.equal(await digest(portal), had, 'what was refused left something behind');
  await all(yes, ({ status }, { ok = [200, 201] }) => ok.includes(status));
  assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} of ${runs.length} otherwise`);
  return [yes.length, no.length];
}
