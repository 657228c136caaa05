// The pages of a built site, by what they are.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

// [{ path, file, locale, kind }] of the pages that a reader can be shown: `path` as the server is
// asked for it, `kind` is what the body calls itself. Those that only lead on ("moved") are left out.
export async function pagesOf(site) {
  const names = (await readdir(site, { recursive: true })).filter((name) => /(^|\/)(index|404)\.html$/.test(name)).sort();
  const pages = await Promise.all(names.map(async (name) => {
    const file = join(site, name);
    const kind = /<body class="([^"]*)"/.exec(await readFile(file, 'utf8'))?.[1];
    return { path: encodeURI(`/${name.replace(/(^|\/)index\.html$/, '$1')}`), file, locale: name.includes('/') ? name.split('/')[0] : '', kind };
  }));
  return pages.filter(({ kind }) => kind && kind !== 'moved');
}

// One page of each kind in each locale: the one that `pick` (0 to 1) points at.
export function oneOfEach(pages, pick) {
  const groups = new Map();
  for (const page of pages) {
    const key = `${page.kind} ${page.locale}`;
    groups.set(key, [...(groups.get(key) ?? []), page]);
  }
  return [...groups.values()].map((list) => list[Math.floor(pick() * list.length)]);
}
