// The catalogs, and MessageFormat as far as it takes to recognise what a pattern made.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { top } from './portal.mjs';

const folder = join(top, 'locales/messages');
export const catalogs = Object.fromEntries(readdirSync(folder).filter((name) => name.endsWith('.json'))
  .map((name) => [name.slice(0, -5), JSON.parse(readFileSync(join(folder, name), 'utf8'))]));
export const registry = JSON.parse(readFileSync(join(top, 'locales/registry.json'), 'utf8'));

// What is the same in another language as in English, and why.
const same = {
  'site.name': 'the portal’s own name',
  'feed.title': 'only names and signs',
  'province.area_value': 'a number and km²',
};
const sameIn = {
  'about.corrections': ['fr'], // French words that English has taken over
  'article.corrections': ['fr'],
  'article.licence': ['fr'],
  'article.sources': ['fr'],
  'article.version': ['fr'],
  'contact.title': ['fr'],
  'contact.website': ['de'],
  'feeds.corrections': ['fr'],
  'press.contacts': ['fr'],
  'press.picture_size': ['fr'],
  'section.audio': ['de', 'es', 'fr', 'id'],
  'section.interview': ['de'],
  'section.video': ['de'],
  'kind.audio': ['de', 'es', 'fr', 'id'], // words that these languages share
  'kind.interview': ['de'],
  'kind.video': ['de', 'id', 'vi'],
  'province.name': ['de'],
  'province.population': ['fr'],
  'province.province': ['fr'],
  'province.region': ['de'],
  'province.source': ['fr'],
  'recording.title': ['de', 'id'],
  'search.suggestions': ['fr'],
  'site.feeds': ['de', 'pt'], // as readers of feeds say there
};
export const maySame = (locale, key) => key in same || sameIn[key]?.includes(locale);

// The variants of a pattern: choices taken apart, arguments as "\0".
export function variants(pattern) {
  let at = 0;
  function read(inPlural) {
    let out = [''];
    const append = (texts) => { out = out.flatMap((one) => texts.map((text) => one + text)); };
    while (at < pattern.length && pattern[at] !== '}') {
      if (pattern[at] === '{') append(argument());
      else if (pattern[at] === '#' && inPlural) { at++; append(['\0']); }
      else if (pattern[at] === "'" && pattern[at + 1] === "'") { at += 2; append(["'"]); }
      else append([pattern[at++]]);
    }
    return out;
  }
  function argument() {
    const head = /^\{\s*\w+\s*(?:,\s*(\w+)\s*)?(?:,\s*(?:offset:\d+\s*)?)?/.exec(pattern.slice(at));
    at += head[0].length;
    const texts = [];
    while (pattern[at] !== '}') {
      at += /^[^{]*\{/.exec(pattern.slice(at))[0].length;
      texts.push(...read(head[1] !== 'select'));
      at += 1 + /^\}\s*/.exec(pattern.slice(at))[0].length - 1;
    }
    at++;
    return texts.length ? texts : ['\0'];
  }
  return read(false);
}

const escape = (text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');

// Whether a text is what one of these patterns made. Variants without four letters of their own
// say nothing.
export function recogniser(patterns) {
  const plain = new Set(), made = [];
  for (const variant of patterns.flatMap(variants)) {
    if ((variant.match(/\p{L}/gu) ?? []).length < 4) continue;
    if (variant.includes('\0')) made.push(variant.split('\0').map(escape).join('.+'));
    else plain.add(variant);
  }
  const pattern = made.length ? new RegExp(`^(?:${made.join('|')})$`, 'su') : /^\b$/;
  return (text) => plain.has(text) || pattern.test(text);
}
