// What every page does by itself; in one file, since a first visit is to ask for little.

// The reader's choice of light or dark, kept in their own browser. Without it the system decides.
(() => {
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem('theme'); } catch { return null; } };
  const keep = (value) => { try { localStorage.setItem('theme', value); } catch { /* a private window forgets it */ } };
  const chosen = read();
  if (chosen === 'dark' || chosen === 'light') root.dataset.theme = chosen;

  document.addEventListener('DOMContentLoaded', () => {
    const button = document.querySelector('button.theme');
    if (button) {
      button.hidden = false;
      button.addEventListener('click', () => {
        const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
        root.dataset.theme = dark ? 'light' : 'dark';
        keep(root.dataset.theme);
      });
    }
    const menu = document.querySelector('details.languages');
    if (!menu) return;
    const close = () => { menu.open = false; };
    menu.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !menu.open) return;
      close();
      menu.querySelector('summary').focus();
    });
    document.addEventListener('click', (event) => { if (!menu.contains(event.target)) close(); });
  });
})();

// A story: its pictures enlarged, kept on this device, printed. And the list of what is kept.
document.addEventListener('DOMContentLoaded', () => {
  const story = document.querySelector('article.text[data-pictures]');
  const list = document.getElementById('saved');
  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  // ---- what is kept: pages, and all that they need, in one cache ----

  const able = 'caches' in window && 'serviceWorker' in navigator;
  const open = () => caches.open('stories');
  const isStory = ({ pathname }) => pathname.includes('/articles/');
  const addresses = async (cache) => (await cache.keys()).map((one) => new URL(one.url));
  const read = async (cache, url) => new DOMParser().parseFromString(await (await cache.match(url)).text(), 'text/html');
  const pictures = (page) => [...page.querySelectorAll('main img, link[rel=icon]')].map((one) => new URL(one.getAttribute('src') ?? one.getAttribute('href'), location).href);
  const posters = (page) => [...page.querySelectorAll('video[poster]')].map((one) => new URL(one.getAttribute('poster'), location).href);

  async function keep(cache, page) {
    const loaded = performance.getEntriesByType('resource').map((one) => one.name).filter((one) => one.startsWith(`${location.origin}/assets/`));
    await cache.addAll(new Set([location.origin + location.pathname, new URL(page, location).href, ...pictures(document), ...posters(document), ...loaded]));
  }

  // Pictures that no other story shows go with it; with the last story, everything.
  async function drop(url) {
    const cache = await open();
    await cache.delete(url);
    const kept = await addresses(cache);
    const stories = kept.filter(isStory);
    if (!stories.length) return caches.delete('stories');
    const needed = new Set((await Promise.all(stories.map((one) => read(cache, one)))).flatMap((page) => [...pictures(page), ...posters(page)]));
    return Promise.all(kept.filter((one) => one.pathname.startsWith('/media/') && !needed.has(one.href)).map((one) => cache.delete(one)));
  }

  async function saving(button) {
    const { saved, failed, list: page } = button.dataset;
    const words = button.textContent;
    const link = story.querySelector('.kept');
    const url = location.origin + location.pathname;
    const say = (is, text) => {
      button.setAttribute('aria-pressed', is);
      button.textContent = text ?? (is ? saved : words);
      link.hidden = !is;
    };
    let is = await caches.has('stories') && Boolean(await (await open()).match(url));
    say(is);
    button.hidden = false;
    // What was kept is kept as it is now, with the style and the fonts of now.
    if (is && navigator.onLine) addEventListener('load', () => open().then((cache) => keep(cache, page)).catch(() => {}));
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        if (is) await drop(url);
        else {
          await navigator.serviceWorker.register('/sw.js');
          await keep(await open(), page);
        }
        is = !is;
        say(is);
      } catch {
        if (!is) await drop(url).catch(() => {});
        say(is, failed);
      }
      button.disabled = false;
      button.focus();
    });
  }

  async function fill() {
    const none = document.getElementById('none');
    document.getElementById('offline').hidden = location.pathname.endsWith('/saved/');
    const cache = await caches.has('stories') && await open();
    const stories = cache ? (await addresses(cache)).filter(isStory) : [];
    for (const url of stories) {
      const title = (await read(cache, url)).querySelector('h1');
      const { lang, dir, textContent } = title;
      const row = make('li');
      const remove = make('button', { type: 'button', className: 'remove', ariaLabel: list.dataset.remove.replace('%t', textContent), textContent: '\u00d7' });
      remove.addEventListener('click', async () => {
        await drop(url);
        row.remove();
        document.getElementById('said').textContent = list.dataset.removed;
        none.hidden = list.children.length;
        (list.querySelector('button') ?? document.getElementById('main')).focus();
      });
      row.append(make('a', { href: url.pathname, lang, dir, textContent }), remove);
      list.append(row);
    }
    none.hidden = stories.length;
  }

  if (able && list) fill();
  if (!story) return;
  if (able && story.querySelector('.save')) saving(story.querySelector('.save')).catch(() => {});
  const print = story.querySelector('.print');
  if (print) {
    print.hidden = false;
    print.addEventListener('click', () => window.print());
  }

  // ---- pictures: a dialog over the page ----

  const words = story.dataset;
  const links = [...story.querySelectorAll('a.enlarge')];
  const frame = make('figure');
  const position = make('p', { ariaLive: 'polite' });
  let dialog, at;

  function show(to) {
    at = (to + links.length) % links.length;
    const { alt, lang } = links[at].querySelector('img');
    const caption = links[at].closest('figure').querySelector('figcaption');
    frame.replaceChildren(make('img', { src: links[at].href, alt, lang }), ...(caption ? [caption.cloneNode(true)] : []));
    position.textContent = links.length > 1 ? words.position.replace('%n', at + 1).replace('%c', links.length) : '';
  }

  function build() {
    const button = (name, act) => {
      const made = make('button', { type: 'button', className: name, ariaLabel: words[name] });
      made.addEventListener('click', act);
      return made;
    };
    dialog = make('dialog', { className: 'gallery', ariaLabel: words.pictures });
    dialog.append(button('close', () => dialog.close()), frame, position);
    if (links.length > 1) dialog.append(button('previous', () => show(at - 1)), button('next', () => show(at + 1)));
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener('close', () => links[at].focus());
    dialog.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) show(at + (document.documentElement.dir === 'rtl' ? -step : step));
    });
    document.body.append(dialog);
  }

  links.forEach((link, index) => {
    link.title = words.open;
    link.addEventListener('click', (event) => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      if (!dialog) build();
      show(index);
      dialog.showModal();
    });
  });
});
