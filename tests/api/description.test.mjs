// /openapi.json against the code and the running server: every route is described and every
// description has its route; what is described of rights, parameters, bodies and their limits holds.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openapi } from '../lib/openapi.mjs';
import { startPortal, top } from '../lib/portal.mjs';

const description = JSON.parse(await readFile(join(top, 'api/openapi.json'), 'utf8'));

const follow = (value) => (value?.$ref
  ? follow(value.$ref.slice(2).split('/').reduce((at, key) => at[key], description)) : value);

// A schema with its references followed, one level deep.
function schemaOf(schema) {
  const { allOf = [], oneOf, ...own } = follow(schema) ?? {};
  const whole = Object.assign({}, ...allOf.map(schemaOf), own);
  return oneOf ? { ...schemaOf(oneOf.find((one) => follow(one).type !== 'null')), ...whole } : whole;
}

const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path, method: method.toUpperCase(), name: `${method.toUpperCase()} ${path}`, ...operation,
    parameters: (operation.parameters ?? []).map(follow),
    schema: operation.requestBody?.content?.['application/json'] && schemaOf(operation.requestBody.content['application/json'].schema),
  })));

test('every route is described, and every description has its route', async () => {
  const routes = new Set();
  for (const name of await readdir(join(top, 'api'))) {
    if (!name.endsWith('.c')) continue;
    const code = await readFile(join(top, 'api', name), 'utf8');
    for (const [, method, path] of code.matchAll(/\{METHOD_(\w+),\s*"([^"]+)"/g))
      routes.add(`${method} ${path.replace('*', '{path}')}`);
  }
  assert.ok(routes.size > 60, [...routes].join());
  assert.deepEqual(operations.map((one) => one.name).sort(), [...routes].sort());
  const tags = description.tags.map((one) => one.name);
  for (const one of operations) assert.ok(one.tags.every((tag) => tags.includes(tag)), `${one.name}: ${one.tags}`);
});

test('every part of the description is there, and is used', () => {
  const used = new Set([...JSON.stringify(description).matchAll(/"#\/components\/([^"]+)"/g)].map((found) => found[1]));
  const there = Object.entries(description.components).filter(([kind]) => kind !== 'securitySchemes')
    .flatMap(([kind, parts]) => Object.keys(parts).map((name) => `${kind}/${name}`));
  assert.deepEqual([...used].sort(), there.sort());
});

test('every operation that needs somebody says which right it needs', async () => {
  const schema = await readFile(join(top, 'content/schema/0002-editors.sql'), 'utf8');
  const actions = new Set([...schema.matchAll(/'\{([a-z,]+)\}'\)/g)].flatMap((found) => found[1].split(',')));
  assert.ok(actions.has('publish') && actions.has('audit'), [...actions].join());
  for (const one of operations) {
    if (!one.security?.length) {
      assert.ok(one.method === 'GET' || one.path === '/v1/session', `${one.name} is open to everybody`);
      assert.equal(one['x-right'], undefined, one.name);
      continue;
    }
    assert.ok(Array.isArray(one['x-right']), `${one.name} has no x-right`);
    for (const action of one['x-right']) assert.ok(action === 'move' || actions.has(action), `${one.name}: ${action}`);
    assert.ok(one.responses[401], `${one.name}: 401`);
    if (one['x-right'].length) assert.ok(one.responses[403], `${one.name}: 403`);
  }
});

// Whether a member has an end: a string, list or number without one could be of any size.
function unlimited(schema, path) {
  const { type, properties = {}, ...rest } = schema;
  const types = [type].flat();
  if (rest.enum || 'const' in rest || types.includes('boolean')) return [];
  if (types.includes('object'))
    return Object.entries(properties).flatMap(([name, one]) => unlimited(schemaOf(one), `${path}.${name}`))
      .concat(typeof rest.additionalProperties === 'object' ? unlimited(schemaOf(rest.additionalProperties), `${path}.*`)
        : rest.additionalProperties === false ? [] : [`${path}: further members`]);
  if (types.includes('array')) return (rest.maxItems ? [] : [path]).concat(unlimited(schemaOf(rest.items), `${path}[]`));
  if (types.includes('integer')) return rest.maximum === undefined ? [path] : [];
  const bounded = rest.maxLength || ['date', 'date-time'].includes(rest.format) || rest.pattern === description.components.schemas.LocaleTag.pattern;
  return bounded ? [] : [path];
}

test('every member of a body has a limit', () => {
  const bodies = operations.filter((one) => one.schema);
  assert.ok(bodies.length > 25);
  assert.deepEqual(bodies.flatMap((one) => unlimited(one.schema, one.name)), []);
});

// ---- values of a schema -------------------------------------------------------------------------

const fill = (schema, length) => {
  const begin = schema.format === 'uri' ? 'https://a.example/' : /https\?:/.test(schema.pattern ?? '') ? '/' : '';
  return begin + 'a'.repeat(length - begin.length);
};

function example(given) {
  const schema = schemaOf(given);
  if (schema.enum) return schema.enum[0];
  if ('const' in schema) return schema.const;
  switch ([schema.type].flat()[0]) {
  case 'object':
    return Object.fromEntries((schema.required ?? []).map((name) => [name, example(schema.properties[name])]));
  case 'array': return [];
  case 'integer': return schema.minimum ?? 1;
  case 'boolean': return true;
  default:
    if (schema.format === 'date') return '2026-12-01';
    if (schema.format === 'date-time') return '2026-12-01T02:00:00Z';
    if (schema.pattern === description.components.schemas.LocaleTag.pattern) return 'en';
    return fill(schema, Math.max(schema.minLength ?? 1, 20, 1) > (schema.maxLength ?? 99) ? schema.maxLength : Math.max(schema.minLength ?? 1, 20));
  }
}

// Values of a member: [what, value, whether its shape is right].
function* values(given) {
  const schema = schemaOf(given);
  const type = [schema.type].flat()[0];
  if (schema.enum) {
    yield ['no choice', 'there-is-none', false];
  } else if (type === 'string' || type === undefined) {
    yield ['a number', 7, false];
    if (schema.format?.startsWith('date')) yield ['no date', 'tomorrow', false];
    else if (schema.pattern === description.components.schemas.LocaleTag.pattern) yield ['no language', 'xx-yy', false];
    else {
      yield ['at its limit', fill(schema, schema.maxLength), true];
      yield ['past its limit', fill(schema, schema.maxLength + 1), false];
      yield ['a control character', 'a\u0001b', false];
    }
  } else if (type === 'integer') {
    yield ['text', 'x', false];
    yield ['past its limit', schema.maximum + 1, false];
    yield ['below zero', -1, false];
  } else if (type === 'boolean') {
    yield ['text', 'x', false];
  } else if (type === 'array') {
    yield ['text', 'x', false];
    yield ['past its limit', Array.from({ length: schema.maxItems + 1 }, () => example(schema.items)), false];
    for (const [what, value, right] of values(schema.items)) if (!right) yield [`an element with ${what}`, [value], false];
  } else if (type === 'object' && schema.properties) {
    yield ['text', 'x', false];
    yield ['an unknown member', { ...example(schema), there_is_none: 1 }, false];
    for (const [name, one] of Object.entries(schema.properties))
      for (const [what, value, right] of values(one)) if (!right) yield [`${name} with ${what}`, { ...example(schema), [name]: value }, false];
  }
}

describe('the running server does as is described', () => {
  let portal, server, api, anybody;
  before(async () => {
    portal = await startPortal({ content: ['content/starter/topics.json'] });
    server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0, SEN_FAILED_TOKENS: 0 });
    api = await openapi(server, { token: await portal.token() });
    anybody = await openapi(server);
    await api('POST', '/v1/people', { body: { name: 'someone' } });
    await api('POST', '/v1/articles', { body: { id: 'contract', source_locale: 'en' } });
    await api('PUT', '/v1/articles/contract/texts/en', { headers: { 'if-none-match': '*' }, body: { title: 'T', body: 'B' } });
  });
  after(() => portal?.stop());

  const filled = { id: 'contract', locale: 'en', number: '1', release: 'contract', name: 'someone', prefix: 'abcdefgh' };
  const target = (one) => {
    const query = one.parameters.filter((parameter) => parameter.in === 'query' && parameter.required)
      .map((parameter) => `${parameter.name}=${encodeURIComponent(example(parameter.schema))}`).join('&');
    return one.path.replace(/\{(\w+)\}/g, (_, name) => filled[name] ?? 'a') + (query ? `?${query}` : '');
  };
  const headers = (one) => (one.parameters.some((parameter) => parameter.name === 'If-Match') ? { 'if-match': '"r1"' } : {});
  const ours = operations.filter((one) => one.path.startsWith('/v1/') && (one.security?.length || one.schema));
  const json = ours.filter((one) => one.schema);

  test('nobody gets in without a token, or with one that is none', async () => {
    for (const one of ours.filter((each) => each.security?.length)) {
      for (const bearer of [undefined, 'Bearer x', 'Bearer sen_aaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'Basic YTpi']) {
        const answer = await anybody(one.method, target(one), {
          headers: { ...headers(one), ...(bearer ? { authorization: bearer } : {}) },
          body: one.schema && one.method !== 'GET' ? example(one.schema) : undefined,
        });
        assert.equal(answer.status, 401, `${one.name} ${bearer}`);
      }
    }
  });

  test('what is not described is refused: parameters, members, and text that is no JSON', async () => {
    for (const one of ours) {
      const at = target(one);
      const body = one.schema && one.method !== 'GET' ? example(one.schema) : undefined;
      const query = await api(one.method, `${at}${at.includes('?') ? '&' : '?'}there_is_none=1`, { headers: headers(one), body });
      assert.equal(query.status, 400, `${one.name} with an unknown parameter`);
      assert.match(query.body.type, /query_unknown$/);
      if (!one.schema || one.method === 'GET') continue;
      const answer = await api(one.method, at, { headers: headers(one), body: { ...body, there_is_none: 1 } });
      assert.equal(answer.status, 400, `${one.name} with an unknown member`);
      assert.equal(answer.body.field, 'there_is_none', one.name);
      for (const text of ['[]', '{', '{"a":1,"a":1}', '\u0000'])
        assert.equal((await api(one.method, at, { headers: { ...headers(one), 'content-type': 'application/json' }, body: text })).status, 400, `${one.name}: ${text}`);
    }
  });

  test('every member keeps its type and its limit', async () => {
    let count = 0;
    const cases = json.flatMap((one) => Object.entries(one.schema.properties ?? {}).flatMap(([name, member]) =>
      [...values(member)].map(([what, value, right]) => ({ one, name, what, value, right }))));
    const ask = async ({ one, name, what, value }) => {
      const answer = await api(one.method, target(one), { headers: headers(one), body: { ...example(one.schema), [name]: value } });
      const said = `${one.name}: ${name} ${what}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`;
      assert.ok(answer.status < 500, said);
      count++;
      return { status: answer.status, named: answer.body.field?.startsWith(name), said };
    };
    for (const wrong of cases.filter((each) => !each.right)) {
      const { status, named, said } = await ask(wrong);
      // What the choices are may be the database's to know.
      assert.ok(named && (status === 400 || (/no choice$/.test(wrong.what) && status === 422)), said);
    }
    for (const one of json) {
      for (const name of one.schema.required ?? []) {
        const { [name]: left, ...rest } = example(one.schema);
        const answer = await api(one.method, target(one), { headers: headers(one), body: rest });
        assert.equal(answer.status, 400, `${one.name} without ${name}`);
        assert.equal(answer.body.field, name);
      }
    }
    for (const right of cases.filter((each) => each.right)) {
      const { status, named, said } = await ask(right);
      assert.ok(status !== 400 || !named, said);
    }
    assert.ok(count > 200, String(count));
  });

  test('query parameters keep their type and their limit', async () => {
    for (const one of ours.filter((each) => each.method === 'GET')) {
      for (const { name, schema: given } of one.parameters.filter((parameter) => parameter.in === 'query')) {
        const schema = schemaOf(given);
        const wrong = schema.enum ? 'there-is-none' : schema.type === 'integer' ? String((schema.maximum ?? 1e15) + 1)
          : schema.type === 'boolean' ? 'perhaps' : schema.maxLength ? fill(schema, schema.maxLength + 1) : null;
        if (wrong === null) continue;
        const at = target(one).split('?')[0];
        const answer = await api('GET', `${at}?${name}=${encodeURIComponent(wrong)}`);
        assert.equal(answer.status, 400, `${one.name} ${name}=${wrong.slice(0, 40)}: ${JSON.stringify(answer.body).slice(0, 200)}`);
      }
    }
  });
});
