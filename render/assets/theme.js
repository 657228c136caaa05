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
