// HTTP as bytes, for what fetch would not send or would hide.
import { connect } from 'node:net';

// Opens a connection. The result collects what arrives: `data` (Buffer), `closed` (true, once the
// other side has ended or reset it), `error`.
export async function open(port, host = '127.0.0.1', options = {}) {
  const socket = connect({ port, host, allowHalfOpen: true, ...options });
  const connection = { socket, chunks: [], closed: false, error: null };
  Object.defineProperty(connection, 'data', { get: () => Buffer.concat(connection.chunks) });
  socket.on('data', (chunk) => connection.chunks.push(chunk));
  await new Promise((done, fail) => {
    socket.once('connect', done);
    socket.once('error', fail);
  });
  connection.finished = new Promise((done) => {
    const finish = () => {
      connection.closed = true;
      done();
    };
    socket.on('error', (error) => { connection.error = error; finish(); });
    socket.on('end', finish);
    socket.on('close', finish);
  });
  connection.send = (bytes) => new Promise((done) => {
    if (socket.destroyed) done();
    else socket.write(bytes, 'latin1', () => done());
  });
  connection.close = () => socket.destroy();
  return connection;
}

// Waits until the connection has `count` whole answers, or is closed, or `seconds` have passed.
// Returns the answers. `methods` are those of the requests: an answer to HEAD has no body.
export async function answers(connection, count, { seconds = 5, methods = [] } = {}) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const { list } = parse(connection.data, methods);
    if (list.length >= count || connection.closed || performance.now() > end) return list;
    await new Promise((wake) => setTimeout(wake, 5));
  }
}

// Sends bytes on a connection of their own and returns { answers, rest, closed, seconds }: what
// came back until the other side closed, or until it was silent for `quiet` seconds after `count`
// answers, or for `seconds` in all.
export async function exchange(port, bytes, { host, count = 1, quiet = 0.15, seconds = 5, methods = [], end = false } = {}) {
  const began = performance.now();
  const connection = await open(port, host);
  try {
    await connection.send(bytes);
    if (end) connection.socket.end();
    await answers(connection, count, { seconds, methods });
    // A further answer, or the close, may follow at once.
    await Promise.race([connection.finished, new Promise((wake) => setTimeout(wake, quiet * 1000))]);
    const { list, rest } = parse(connection.data, methods);
    return { answers: list, rest, closed: connection.closed, seconds: (performance.now() - began) / 1000 };
  } finally {
    connection.close();
  }
}

// The whole answers at the start of the data, and what is left: { list, rest }.
// One answer is { status, version, headers (lower case), body (Buffer) }.
export function parse(data, methods = []) {
  const list = [];
  let at = 0;
  for (;;) {
    const head = data.indexOf('\r\n\r\n', at);
    if (head < 0) break;
    const [first, ...lines] = data.toString('latin1', at, head).split('\r\n');
    const start = /^HTTP\/(1\.[01]) (\d{3})(?: .*)?$/.exec(first);
    if (!start) break;
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      headers[name] = (name in headers ? `${headers[name]}, ` : '') + line.slice(colon + 1).trim();
    }
    const answer = { version: start[1], status: Number(start[2]), headers };
    let next = head + 4;
    const interim = answer.status < 200;
    const bodyless = interim || answer.status === 204 || answer.status === 304 || methods[list.length] === 'HEAD';
    if (bodyless) {
      answer.body = Buffer.alloc(0);
    } else if (/chunked/i.test(headers['transfer-encoding'] ?? '')) {
      const chunks = [];
      for (;;) {
        const line = data.indexOf('\r\n', next);
        if (line < 0) return { list, rest: data.subarray(at) };
        const size = parseInt(data.toString('latin1', next, line), 16);
        if (data.length < line + 2 + size + 2) return { list, rest: data.subarray(at) };
        chunks.push(data.subarray(line + 2, line + 2 + size));
        next = line + 2 + size + 2;
        if (size === 0) break;
      }
      answer.body = Buffer.concat(chunks);
    } else {
      const size = Number(headers['content-length'] ?? 0);
      if (data.length < next + size) break;
      answer.body = data.subarray(next, next + size);
      next += size;
    }
    at = next;
    if (!interim) list.push(answer);
  }
  return { list, rest: data.subarray(at) };
}

// A request as text. Headers are given as they shall stand on the wire.
export function request(method, target, headers = {}, body = '') {
  const lines = Object.entries({ Host: 'localhost', ...headers })
    .filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
