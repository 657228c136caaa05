// S1: messages that two parsers could read differently, sent to sen itself and through the proxies
// people put in front of it. Each hides a request for a page that does not exist: nobody may ever
// get its 404, neither who sent it nor the readers who come after. The proxies refuse that page
// themselves, so that a request which they saw as such is not taken for one that slipped through.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answers, exchange, open, request } from '../lib/http.mjs';
import { haproxy, nginx, varnish } from '../lib/front.mjs';
import { startPortal } from '../lib/portal.mjs';
import { report } from '../lib/row.mjs';

const hidden = '/v1/articles/smuggled-in';
const HIDDEN = `GET ${hidden} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;
const POST = 'POST /v1/locales HTTP/1.1\r\nHost: localhost\r\n';
const GET = 'GET /v1/locales HTTP/1.1\r\nHost: localhost\r\n';
const length = (text, value = text.length) => `Content-Length: ${value}\r\n\r\n${text}`;
const chunked = (body) => `Transfer-Encoding: chunked\r\n\r\n${body}`;
const end = '0\r\n\r\n';

const table = {
  'length and chunked, chunked ends first': POST + `Content-Length: ${(end + HIDDEN).length}\r\n` + chunked(end + HIDDEN),
  'length and chunked, length ends first': POST + 'Content-Length: 4\r\n' + chunked(chunk(HIDDEN) + end),
  'chunked and length, other order': `${POST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n${end}${HIDDEN}`,
  'two lengths that differ': `${POST}Content-Length: 0\r\n${length(HIDDEN)}`,
  'two lengths that are equal': `${POST}Content-Length: ${HIDDEN.length}\r\n${length(HIDDEN)}`,
  'a list of lengths': POST + length(HIDDEN, `0, ${HIDDEN.length}`),
  'length with a plus': POST + length(HIDDEN, `+${HIDDEN.length}`),
  'length below zero': POST + length(HIDDEN, '-1'),
  'length in hexadecimal': POST + length(HIDDEN, `0x${HIDDEN.length.toString(16)}`),
  'length with a space inside': POST + length(HIDDEN, '0 0'),
  'empty length': POST + length(HIDDEN, ''),
  'length beyond 64 bits': POST + length(HIDDEN, '18446744073709551616'),
  'length with a semicolon': POST + length(HIDDEN, '0;'),
  'length with a NUL': POST + length(HIDDEN, '0\0'),
  'length of a fraction': POST + length(HIDDEN, '0.0'),
  'chunked with a letter more': POST + `Transfer-Encoding: xchunked\r\n${length(end + HIDDEN)}`,
  'chunked, then identity': POST + `Transfer-Encoding: chunked, identity\r\n\r\n${end}${HIDDEN}`,
  'identity': POST + `Transfer-Encoding: identity\r\n${length(HIDDEN)}`,
  'gzip, then chunked': POST + `Transfer-Encoding: gzip, chunked\r\n\r\n${end}${HIDDEN}`,
  'chunked twice': POST + `Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${end}${HIDDEN}`,
  'chunked, then another coding in a second field': POST + `Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n${end}${HIDDEN}`,
  'quoted chunked': POST + `Transfer-Encoding: "chunked"\r\n${length(end + HIDDEN)}`,
  'space before the colon': POST + `Transfer-Encoding : chunked\r\n${length(end + HIDDEN)}`,
  'space before the name': POST + `X: y\r\n Transfer-Encoding: chunked\r\n${length(end + HIDDEN)}`,
  'folded value': POST + `Transfer-Encoding:\r\n chunked\r\n${length(end + HIDDEN)}`,
  'vertical tab behind chunked': POST + `Transfer-Encoding: chunked\x0b\r\n${length(end + HIDDEN)}`,
  'NUL before chunked': POST + `Transfer-Encoding: \0chunked\r\n${length(end + HIDDEN)}`,
  'high byte before chunked': POST + `Transfer-Encoding: \xa0chunked\r\n${length(end + HIDDEN)}`,
  'chunked in HTTP/1.0': `POST /v1/locales HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n${chunked(end + HIDDEN)}`,
  'chunk size in 0x form': POST + chunked(`0x0\r\n\r\n${HIDDEN}`),
  'chunk size with a plus': POST + chunked(`+0\r\n\r\n${HIDDEN}`),
  'chunk size below zero': POST + chunked(`-1\r\n\r\n${HIDDEN}`),
  'chunk size beyond 64 bits': POST + chunked(`10000000000000000\r\n\r\n${HIDDEN}`),
  'chunk size with an underscore': POST + chunked(`0_0\r\n\r\n${HIDDEN}`),
  'newline in a chunk extension': POST + chunked(`2;\nxx\r\n${chunk(end + HIDDEN)}${end}`),
  'chunk without its end': POST + chunked(`3\r\nabcX${end}${HIDDEN}`),
  'bare CR in a header': POST + `X: y\rTransfer-Encoding: chunked\r\n${length(end + HIDDEN)}`,
  'header without a colon': POST + `Transfer-Encoding chunked\r\n${length(end + HIDDEN)}`,
  'header without a name': POST + `: chunked\r\n${length(end + HIDDEN)}`,
  'GET with a body': GET + length(HIDDEN),
  'GET with chunks': GET + chunked(chunk(HIDDEN) + end),
  'HEAD with a body': `HEAD /v1/locales HTTP/1.1\r\nHost: localhost\r\n${length(HIDDEN)}`,
  'HEAD with chunks': `HEAD /v1/locales HTTP/1.1\r\nHost: localhost\r\n${chunked(chunk(HIDDEN) + end)}`,
  'OPTIONS with a body': `OPTIONS /v1/locales HTTP/1.1\r\nHost: localhost\r\n${length(HIDDEN)}`,
  'TRACE with a body': `TRACE /v1/locales HTTP/1.1\r\nHost: localhost\r\n${length(HIDDEN)}`,
  'two hosts': `${GET}Host: other\r\n${length(HIDDEN)}`,
  'no host': `GET /v1/locales HTTP/1.1\r\n${length(HIDDEN)}`,
  'HTTP/2.0 in a text message': `GET /v1/locales HTTP/2.0\r\nHost: localhost\r\n${length(HIDDEN)}`,
  'two request lines in one': `GET /v1/locales HTTP/1.1 HTTP/1.1\r\nHost: localhost\r\n${length(HIDDEN)}`,
  'length that the proxy may drop': `${POST}Connection: content-length\r\nContent-Length: 3\r\n${chunked(end + HIDDEN)}`,
};

let portal, server;
before(async () => {
  portal = await startPortal({ content: ['content/starter'] });
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0, SEN_CONNECTIONS_PER_ADDRESS: 0, SEN_PROXY: '127.0.0.1' });
});
after(() => portal?.stop());

let victims = 0;
// A reader's request that no cache can answer. True when the reader gets what it asked for.
async function victim(port) {
  const target = `/v1/search?q=victim${++victims}`;
  const { answers: [answer] } = await exchange(port, request('GET', target, { Connection: 'close' }), { quiet: 0 });
  return answer?.status === 200 && JSON.parse(answer.body).items.length === 0;
}

async function attack(port, bytes) {
  const methods = [bytes.slice(0, bytes.indexOf(' '))];
  const result = await exchange(port, bytes, { methods, quiet: 0.1, seconds: 3 });
  return { ...result, statuses: result.answers.map((answer) => answer.status) };
}

test('there are 50 cases, and the check sees a request that is answered', async () => {
  assert.equal(Object.keys(table).length, 50);
  const { statuses } = await attack(server.port, `${GET}\r\n${HIDDEN}`);
  assert.deepEqual(statuses, [200, 404]);
});

test('S1 directly: each is refused once and its connection closed', async () => {
  const began = performance.now();
  const wrong = [];
  for (const [name, bytes] of Object.entries(table)) {
    const { statuses, closed } = await attack(server.port, bytes);
    const refused = statuses.length === 1 && statuses[0] >= 400 && statuses[0] !== 404 && closed;
    if (!refused || !await victim(server.port)) wrong.push(`${name}: ${statuses}${closed ? '' : ', open'}`);
  }
  const total = Object.keys(table).length;
  report('S1', { count: total - wrong.length, total, began, more: 'via=none' });
  assert.deepEqual(wrong, []);
});

for (const [name, start] of Object.entries({ nginx, haproxy, varnish })) {
  test(`S1 through ${name}: no hidden request is answered, no reader gets another's answer`, async () => {
    const began = performance.now();
    const front = await start(portal, server, { deny: hidden });
    const wrong = [];
    try {
      for (const [label, bytes] of Object.entries(table)) {
        const { statuses } = await attack(front.port, bytes);
        const readers = await Promise.all([1, 2, 3].map(() => victim(front.port)));
        if (statuses.includes(404) || readers.includes(false)) wrong.push(`${label}: ${statuses}; readers ${readers}`);
      }
    } finally {
      await front.stop();
    }
    const total = Object.keys(table).length;
    report('S1', { count: total - wrong.length, total, began, about: [name], more: `via=${name}` });
    assert.deepEqual(wrong, []);
  });

  test(`S1 through ${name}: HEAD with a body, 100 times, 100 readers`, async () => {
    const began = performance.now();
    const front = await start(portal, server, { deny: hidden });
    let right = 0;
    try {
      for (let i = 0; i < 100; i++) {
        const attacker = await open(front.port);
        await attacker.send(`HEAD /v1/locales HTTP/1.1\r\nHost: localhost\r\n${length(HIDDEN)}`);
        await answers(attacker, 1, { methods: ['HEAD'], seconds: 2 });
        right += Number(await victim(front.port));
        attacker.close();
      }
    } finally {
      await front.stop();
    }
    report('S1', { count: right, total: 100, began, about: [name], more: `via=${name} attack=HEAD+body` });
    assert.equal(right, 100);
  });
}
