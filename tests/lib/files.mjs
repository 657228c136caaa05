// The folder of a built site behind a web server that knows nothing else: what is left of a portal
// whose program has stopped. Answers 502 where the program would answer.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const types = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.json': 'application/json', '.svg': 'image/svg+xml', '.jpg': 'image/jpeg', '.png': 'image/png', '.xml': 'application/xml' };
const policy = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";

// `away(path)` says what is the program's to answer. Returns { url, stop }.
export async function serveFiles(portal, { away = (path) => path.startsWith('/v1/') || path.startsWith('/feeds/') } = {}) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = decodeURIComponent(pathname);
    if (away(path)) return response.writeHead(502).end();
    const file = path.startsWith('/media/') ? join(portal.home, path) : join(portal.home, 'site', path, path.endsWith('/') ? 'index.html' : '');
    if (path.includes('..') || !(await stat(file).catch(() => null))?.isFile()) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': `${types[extname(file)] ?? 'application/octet-stream'}; charset=utf-8`, 'content-security-policy': policy });
    return createReadStream(file).pipe(response);
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }),
  };
}
