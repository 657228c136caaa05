// XML as a tree, read strictly: what is not well-formed, or uses a prefix that it does not declare,
// fails with its line.
import { SaxesParser } from 'saxes';

// An element is { uri, name, attributes, children, text }: `name` without prefix, `attributes` by
// the name as written, `text` all character data within.
class Element {
  constructor(uri, name, attributes) {
    Object.assign(this, { uri, name, attributes, children: [], text: '' });
  }

  all(name, uri = this.uri) {
    return this.children.filter((child) => child.name === name && child.uri === uri);
  }

  // The only child of that name; undefined when there is none.
  one(name, uri = this.uri) {
    const found = this.all(name, uri);
    if (found.length > 1) throw new Error(`${found.length} ${name} in ${this.name}`);
    return found[0];
  }
}

export function parseXml(text) {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open = [];
  let root;
  parser.on('error', (error) => { throw error; });
  parser.on('opentag', (tag) => {
    const attributes = Object.fromEntries(Object.entries(tag.attributes).map(([name, { value }]) => [name, value]));
    const element = new Element(tag.uri, tag.local, attributes);
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const add = (data) => { for (const element of open) element.text += data; };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => open.pop());
  parser.write(text).close();
  return root;
}
