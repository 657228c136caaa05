// The search page: asks /v1/search and shows what it finds. The address carries the words, so a
// result can be shared and the back button works.
(() => {
  const form = document.getElementById('search');
  const results = document.getElementById('results');
  const words = form.dataset;
  let asked = null;

  function element(name, text, properties = {}) {
    const one = Object.assign(document.createElement(name), properties);
    if (text) one.textContent = text;
    return one;
  }

  // Letters as they are compared: without marks, without case.
  const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/gi, 'd').toLowerCase();

  // The text with the words that were searched for marked in it.
  function marked(text, query) {
    const wanted = fold(query).split(/\s+/).filter(Boolean);
    const parts = document.createDocumentFragment();
    for (const part of text.split(/([\p{L}\p{M}\p{N}]+)/u)) {
      const isWord = wanted.some((word) => fold(part) === word || (word.length > 2 && fold(part).startsWith(word)));
      parts.append(isWord ? element('mark', part) : part);
    }
    return parts;
  }

  function hit(item, query) {
    const card = element('li', '', { className: 'card' });
    const body = card.appendChild(element('article')).appendChild(element('div', '', { className: 'words' }));
    const link = element('a', '', { href: item.path ?? `/${words.locale}/articles/${encodeURIComponent(item.slug)}/`, lang: item.locale, dir: 'auto' });
    link.append(marked(item.title, query));
    body.appendChild(element('h3')).append(link);
    if (item.summary) {
      const summary = element('p', '', { className: 'summary', lang: item.locale, dir: 'auto' });
      summary.append(marked(item.summary, query));
      body.append(summary);
    }
    return card;
  }

  async function ask(query, cursor) {
    const parameters = new URLSearchParams({ q: query, locale: words.locale });
    if (cursor) parameters.set('cursor', cursor);
    const answer = await fetch(`/v1/search?${parameters}`, { headers: { accept: 'application/json' } });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }

  function show(found, query, list) {
    list.append(...found.items.map((item) => hit(item, query)));
    if (!found.next) return;
    const more = element('button', words.more, { type: 'button', className: 'button' });
    more.addEventListener('click', async () => {
      more.remove();
      try {
        show(await ask(query, found.next), query, list);
      } catch {
        results.append(element('p', words.failed));
      }
    });
    results.append(more);
  }

  async function search(query) {
    asked = query;
    results.replaceChildren(element('p', words.waiting));
    try {
      const found = await ask(query);
      if (asked !== query) return;
      if (!found.items.length) {
        results.replaceChildren(element('p', words.none.replace('{query}', () => query)));
        return;
      }
      const list = element('ul', '', { className: 'cards' });
      results.replaceChildren(element('h2', words.results), list);
      show(found, query, list);
    } catch {
      if (asked === query) results.replaceChildren(element('p', words.failed));
    }
  }

  function start() {
    const query = (new URLSearchParams(location.search).get('q') ?? '').trim();
    form.elements.q.value = query;
    if (query) search(query);
    else results.replaceChildren();
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const query = form.elements.q.value.trim();
    if (!query) return;
    history.pushState(null, '', `?q=${encodeURIComponent(query)}`);
    search(query);
  });
  addEventListener('popstate', start);
  start();
})();
