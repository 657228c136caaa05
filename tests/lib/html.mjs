// The words of a page that our templates made, each with the language it is said to be in and the
// elements it stands in. Not a parser of anybody's HTML: attributes are quoted, tags are closed.
const empty = new Set(['meta', 'link', 'img', 'input', 'br', 'hr', 'path', 'circle', 'source', 'wbr', 'rect', 'col']);
const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

export const decode = (text) => text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name]);

// The attributes that are read or heard.
const spoken = ['alt', 'aria-label', 'placeholder', 'title'];

// [{ text, lang, stack: [{ name, attributes }, ...] }]: text nodes, and attributes that are spoken,
// which are in their element's language.
export function words(html) {
  const found = [];
  const stack = [];
  const language = () => stack.findLast(({ attributes }) => attributes.lang)?.attributes.lang;
  const add = (raw) => {
    const text = decode(raw).replaceAll(/\s+/g, ' ').trim();
    if (text) found.push({ text, lang: language(), stack: [...stack] });
  };
  for (const [, comment, close, name, rest, text] of html.matchAll(/(<!--[\s\S]*?-->|<!DOCTYPE[^>]*>)|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z:-]+(?:="[^"]*")?)*)\s*\/?>|([^<]+)/gi)) {
    if (comment) continue;
    if (text !== undefined) add(text);
    else if (close) stack.splice(stack.findLastIndex((one) => one.name === name));
    else {
      const attributes = Object.fromEntries([...rest.matchAll(/([a-z:-]+)(?:="([^"]*)")?/gi)].map(([, key, value]) => [key, value ?? '']));
      stack.push({ name, attributes });
      for (const key of spoken) if (attributes[key]) add(attributes[key]);
      if (name === 'meta' && attributes.name === 'description') add(attributes.content);
      if (empty.has(name)) stack.pop();
    }
  }
  return found;
}
