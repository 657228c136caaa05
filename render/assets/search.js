// The search page. The server answers an address with the whole page, as readers without scripts
// get it; here its results are put into the page that is there. When no server answers, a copy that
// the site keeps is searched (search-copy.js). The address carries everything, so a search can be
// shared and the back button works.
(() => {
  const form = document.getElementById('search');
  const field = form.elements.q;
  const results = document.getElementById('results');
  const said = document.getElementById('said');
  const words = form.dataset;
  const patience = 3000;
  let asking;

  const element = (name, properties) => Object.assign(document.createElement(name), properties);
  const asked = (text) => new URLSearchParams(text).get('q')?.trim() ?? '';

  // ---- results ----

  // The server's page; null when it is not the server that answers.
  async function page(address, signal) {
    const answer = await fetch(address, { signal });
    const found = new DOMParser().parseFromString(await answer.text(), 'text/html');
    return found.querySelector('#results.answered') ? found : null;
  }

  // The title and the feed of what is shown.
  function describe(found) {
    const feed = found.getElementById('feed');
    document.getElementById('feed')?.remove();
    if (feed) document.head.append(feed);
    document.title = found.title;
  }

  async function search(ask) {
    const timer = setTimeout(() => ask.abort(), patience);
    const found = await page(location.href, ask.signal).catch(() => null);
    clearTimeout(timer);
    if (asking !== ask) return;
    let shown;
    if (found) {
      shown = found.querySelector('#results').childNodes;
      describe(found);
    } else {
      const copy = await import(words.copy).then(({ search: look }) => look(words, new URLSearchParams(location.search)))
        .catch(() => [element('p', { className: 'notice', textContent: words.failed })]);
      if (asking !== ask) return;
      shown = copy;
    }
    results.replaceChildren(...shown);
    results.className = 'answered';
  }

  // Shows what the address asks for.
  async function show(moves) {
    const query = asked(location.search);
    field.value = query;
    asking?.abort();
    const ask = asking = new AbortController();
    if (!query) {
      results.replaceChildren();
      results.className = '';
      return;
    }
    said.textContent = words.waiting;
    results.setAttribute('aria-busy', 'true');
    await search(ask);
    if (asking !== ask) return;
    results.removeAttribute('aria-busy');
    const heading = results.querySelector('h2, .notice');
    said.textContent = heading?.textContent ?? '';
    if (moves) heading?.focus();
  }

  function go(address, moves) {
    history.pushState(null, '', address);
    show(moves);
  }

  async function more(link) {
    link.setAttribute('aria-disabled', 'true');
    const found = await page(link.href).catch(() => null);
    const items = [...found?.querySelectorAll('.hits > li') ?? []];
    if (!items.length) {
      link.replaceWith(element('span', { textContent: words.failed }));
      return;
    }
    results.querySelector('.hits').append(...items);
    const next = found.querySelector('.button.more');
    if (next) link.replaceWith(next);
    else link.remove();
    items[0].querySelector('a').focus();
  }

  results.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="?"]');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link.rel === 'next') more(link);
    else go(link.getAttribute('href'), true);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    close();
    const query = field.value.trim();
    if (query) go(`?q=${encodeURIComponent(query)}`);
  });
  addEventListener('popstate', () => show());

  // ---- suggestions: a combobox with a list (ARIA Authoring Practices) ----

  const list = element('ul', { id: 'suggestions', role: 'listbox', hidden: true, ariaLabel: words.suggestions });
  let timer, wanted, at = -1;
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': list.id, 'aria-expanded': 'false' })) field.setAttribute(name, value);
  field.after(list);

  function close() {
    clearTimeout(timer);
    wanted?.abort();
    list.hidden = true;
    at = -1;
    field.setAttribute('aria-expanded', 'false');
    field.removeAttribute('aria-activedescendant');
  }

  function choose(option) {
    close();
    if (option.dataset.path) location.href = option.dataset.path;
    else {
      field.value = option.textContent;
      form.requestSubmit();
    }
  }

  function move(to) {
    const options = [...list.children];
    at = (to + options.length) % options.length;
    options.forEach((option, index) => option.setAttribute('aria-selected', index === at));
    options[at].scrollIntoView({ block: 'nearest' });
    field.setAttribute('aria-activedescendant', options[at].id);
  }

  async function suggest() {
    const text = field.value.trim();
    wanted?.abort();
    if (!text) return close();
    const ask = wanted = new AbortController();
    try {
      const answer = await fetch(`/v1/search/suggestions?${new URLSearchParams({ q: text, locale: words.locale, limit: 8 })}`, { signal: ask.signal });
      const { items } = answer.ok ? await answer.json() : { items: [] };
      if (wanted !== ask) return undefined;
      if (!items.length) return close();
      list.replaceChildren(...items.map((item, index) => {
        const option = element('li', { id: `suggestion-${index}`, role: 'option', className: item.kind, lang: item.locale ?? words.locale, dir: 'auto', textContent: item.text });
        if (item.path) option.dataset.path = item.path;
        return option;
      }));
      at = -1;
      list.hidden = false;
      field.setAttribute('aria-expanded', 'true');
      field.removeAttribute('aria-activedescendant');
    } catch {
      // The next letter asks again.
    }
    return undefined;
  }

  field.addEventListener('input', (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(suggest, 150);
  });
  field.addEventListener('compositionend', () => { timer = setTimeout(suggest, 150); });
  field.addEventListener('blur', close);
  field.addEventListener('keydown', (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === 'ArrowDown') move(at + 1);
    else if (event.key === 'ArrowUp') move(at < 0 ? -1 : at - 1);
    else if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && at >= 0) choose(list.children[at]);
    else return;
    event.preventDefault();
  });
  list.addEventListener('pointerdown', (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener('click', (event) => {
    const option = event.target.closest('li');
    if (option) choose(option);
  });

  if (!results.classList.contains('answered')) show();
})();
