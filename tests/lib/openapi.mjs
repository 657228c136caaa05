// Calls the API and holds every answer against /openapi.json: the route, the status, the content
// type, the required headers and the body's schema (JSON Schema 2020-12, as OpenAPI 3.1 uses it).
//
//   const api = await openapi(server);
//   const { status, headers, body } = await api('GET', '/v1/articles?limit=2');
import Ajv2020 from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import assert from 'node:assert/strict';

const escape = (text) => text.replaceAll('~', '~0').replaceAll('/', '~1');

export function validator(document) {
  const ajv = new Ajv2020.default({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ $id: 'openapi.json', ...document });
  const compiled = new Map();

  // A reference in the document is followed; what is found comes with where it stands.
  function at(pointer) {
    let value = document;
    for (const part of pointer.split('/').slice(1)) {
      value = value?.[part.replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    return value?.$ref ? at(value.$ref.slice(1)) : { value, pointer };
  }

  const templates = Object.keys(document.paths).map((path) => ({
    path,
    literals: path.split('/').filter((part) => !part.includes('{')).length,
    // The last, /{path}, stands for the site: any number of segments.
    pattern: path === '/{path}' ? /^\//
      : new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  })).sort((a, b) => b.literals - a.literals);

  // Which path of the document a target is: the one with the most literal parts.
  function find(target) {
    const path = target.split('?')[0];
    return templates.find(({ pattern }) => pattern.test(path))?.path;
  }

  // Fails with a sentence when the answer is not one that the document describes.
  return function check(method, target, { status, headers, body }) {
    const name = `${method} ${target}: ${status}`;
    const path = find(target);
    assert.ok(path, `${name}: /openapi.json has no such path`);
    const operation = at(`/paths/${escape(path)}/${method.toLowerCase()}`);
    assert.ok(operation.value, `${name}: /openapi.json has no ${method} of ${path}`);
    const key = [String(status), `${String(status)[0]}XX`, 'default'].find((one) => operation.value.responses[one]);
    assert.ok(key, `${name}: a status that /openapi.json does not describe`);
    const response = at(`${operation.pointer}/responses/${key}`);

    for (const header of Object.keys(response.value.headers ?? {})) {
      const described = at(`${response.pointer}/headers/${escape(header)}`).value;
      if (described.required) assert.ok(headers.has(header), `${name}: the header ${header} is missing`);
    }
    const content = response.value.content ?? {};
    if (body === null) return;
    const type = (headers.get('content-type') ?? '').split(';')[0].trim();
    assert.ok(content[type], `${name}: content type "${type}" where /openapi.json has ${Object.keys(content).join(', ') || 'none'}`);
    if (!/json$/.test(type) || !content[type].schema) return;
    const pointer = `${response.pointer}/content/${escape(type)}/schema`;
    if (!compiled.has(pointer)) compiled.set(pointer, ajv.compile({ $ref: `openapi.json#${encodeURI(pointer)}` }));
    const valid = compiled.get(pointer);
    assert.ok(valid(body), `${name}: ${ajv.errorsText(valid.errors)}\n${JSON.stringify(body).slice(0, 2000)}`);
  };
}

export async function openapi(server, { token } = {}) {
  const described = await fetch(`${server.url}/openapi.json`);
  assert.equal(described.status, 200);
  const document = await described.json();
  const check = validator(document);

  // `body`: a string or bytes are sent as they are, another value as JSON. The answer's body is
  // parsed when it is JSON, null when there is none, else text.
  async function api(method, target, { headers = {}, body, ...rest } = {}) {
    const sent = new Headers(headers);
    if (token && !sent.has('authorization')) sent.set('authorization', `Bearer ${token}`);
    let payload = body;
    if (body !== undefined && typeof body !== 'string' && !ArrayBuffer.isView(body)) {
      payload = JSON.stringify(body);
      if (!sent.has('content-type')) sent.set('content-type', 'application/json');
    }
    const response = await fetch(server.url + target, { method, headers: sent, body: payload, redirect: 'manual', ...rest });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '');
    const answer = {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : json ? JSON.parse(text) : text,
    };
    check(method, target, answer);
    return answer;
  }
  api.document = document;
  return api;
}
