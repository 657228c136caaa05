// Shows the stories that a reader has saved when there is no connection. It is there only once a
// story was saved (page.js), keeps nothing by itself, and asks the network first; what lies in
// assets/ has names that change with its content.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method === 'GET' && origin === location.origin && !request.headers.has('range') && !/^\/(v1|preview)\//.test(pathname)) event.respondWith(answer(request, pathname));
});

async function answer(request, pathname) {
  const cache = await caches.open('stories');
  const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
  if (kept && pathname.startsWith('/assets/')) return kept;
  try {
    const fresh = await fetch(request);
    // Withdrawn stories are withdrawn here, too.
    if (kept && [404, 410, 451].includes(fresh.status)) await cache.delete(request, { ignoreSearch: true, ignoreVary: true });
    return fresh;
  } catch {
    if (kept || request.mode !== 'navigate') return kept ?? Response.error();
    const lists = (await cache.keys()).filter((one) => one.url.endsWith('/saved/'));
    const own = lists.find((one) => new URL(one.url).pathname === `/${pathname.split('/')[1]}/saved/`);
    return lists.length ? cache.match(own ?? lists[0]) : Response.error();
  }
}
