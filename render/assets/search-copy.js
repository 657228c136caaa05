// Searches the copy that the site keeps (render/site_search.h says what lies where). Words are
// compared as the server compares them (locales/segment_fold.h), so that the same are found.
const letters = { æ: 'ae', ð: 'd', ø: 'o', þ: 'th', đ: 'd', ħ: 'h', ı: 'i', ł: 'l', ŋ: 'n', œ: 'oe', ß: 'ss', ŧ: 't', ƀ: 'b', ɓ: 'b', ɗ: 'd', ς: 'σ', ة: 'ه', ى: 'ي', ٱ: 'ا', ک: 'ك', ی: 'ي', 'ຼ': 'ລ' };
const letter = new RegExp(`[${Object.keys(letters).join('')}]`, 'gu');
const runs = /([\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]+|\p{scx=Thai}+|\p{scx=Laoo}+|\p{scx=Khmr}+)/u;
const impacts = [1, 1.4, 1.8, 2.2, 4, 5, 8, 9];
const shown = 20;

const digit = (sign) => {
  let value = 0;
  for (let code = sign.codePointAt(); /\p{Nd}/u.test(String.fromCodePoint(code - 1)); code--) value++;
  return value % 10;
};

export const fold = (text) => text.normalize('NFKC').toLowerCase().replace(/[\p{DI}\u0640]/gu, '')
  .replace(/\u0e4d([\u0e48-\u0e4b]*)\u0e32/g, '$1\u0e33').replace(/\u0ecd([\u0ec8-\u0ecb]*)\u0eb2/g, '$1\u0eb3')
  .normalize('NFD').replace(/([\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Arab}\p{sc=Hebr}\p{Nd}])\p{M}+/gu, '$1')
  .replace(letter, (one) => letters[one]).replace(/\p{Nd}/gu, digit).normalize('NFC');

// ---- what is asked ----

// A word's forms, of which a text has one; or the pairs of a run, all of which it has. han: what
// characters are compared as.
function units(text, han) {
  const simple = Object.fromEntries((han.match(/../gu) ?? []).map((pair) => [...pair]));
  const found = [];
  for (const [, not, word] of text.matchAll(/((?<![^\s])[-−－]"?)?([\p{L}\p{M}\p{N}\p{Cf}]+(?:['’ʼ´`‘＇][\p{L}\p{M}\p{N}\p{Cf}]+)*)/gu)) {
    for (const part of word.split(runs).filter(Boolean)) {
      const plain = fold(part);
      if (runs.test(part)) {
        const run = [...plain].map((one) => simple[one] ?? one).join('');
        const graphemes = run.match(/.[\p{M}\u0e33\u0eb3]*/gsu);
        const pairs = graphemes.slice(1).map((second, index) => `+${graphemes[index]}${second}`);
        found.push({ not, text: part, all: pairs.length ? pairs.map((pair) => [pair]) : [[run, `+${run}`]], begins: !pairs.length });
      } else {
        const [first, ...rest] = plain.split(/['’ʼ´`‘＇]/);
        const forms = [first + rest.join(''), ...(rest.length ? [rest.join(''), ...(rest.at(-1) === 's' ? [first] : [])] : [])];
        found.push({ not, text: forms[0], all: [forms.filter((one) => one.length > 1 || !rest.length)] });
      }
    }
  }
  return found;
}

// ---- what is there ----

const json = async (path) => {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(path);
  return answer.json();
};

function shardOf(term, count) {
  let hash = 2166136261;
  for (const one of [...term].slice(0, term[0] === '+' ? 2 : 3)) hash = Math.imul(hash ^ one.codePointAt(), 16777619);
  return (hash ^ hash >>> 15) & (count - 1);
}

// A locale's texts.
async function open(locale) {
  const root = `/${locale}/search`;
  const { texts, segments, shards } = await json(`${root}/index.json`);
  const files = new Map();
  const load = (path) => files.get(path) ?? files.set(path, json(`${root}/${path}.json`)).get(path);

  // The texts that have one of the terms: how much it counts in each.
  async function having(terms, begins) {
    const found = new Map();
    await Promise.all(Array.from({ length: segments }, async (_, segment) => {
      for (const term of terms) {
        const { terms: known, postings } = await load(`${segment}/${shardOf(term, shards)}`);
        const numbers = begins ? Object.keys(known).filter((one) => one.startsWith(term)).map((one) => known[one]) : [known[term]];
        for (const number of numbers.filter((one) => one !== undefined)) {
          let slot = 0;
          for (const posting of postings[number]) {
            slot += posting >> 3;
            const key = `${segment}/${slot}`;
            found.set(key, Math.max(found.get(key) ?? 0, impacts[posting & 7]));
          }
        }
      }
    }));
    return found;
  }

  // The same for a unit: the rarer it is, the more it counts.
  async function weigh({ all, begins }) {
    let scores = null;
    for (let found of await Promise.all(all.map((terms) => having(terms, begins)))) {
      // Nothing has the word: what begins with it?
      if (!found.size && !begins && all.length === 1 && [...all[0][0]].length > 2) found = await having([all[0][0]], true);
      const rare = Math.log(1 + texts / (1 + found.size)) / all.length;
      scores = new Map([...found].filter(([key]) => !scores || scores.has(key)).map(([key, impact]) => [key, (scores?.get(key) ?? 0) + impact * rare]));
    }
    return scores;
  }

  async function text(key) {
    const [segment, slot] = key.split('/');
    const [path, title, summary, day, kind, topic, agency, year, province] = (await load(`${segment}/texts`))[slot] ?? [];
    return path && { locale, path, title, summary, day, kind, topic, agency, year: String(year), province };
  }

  return { weigh, text };
}

// ---- what is found ----

async function find(locale, asked, parameters) {
  const { weigh, text } = await open(locale);
  const [wanted, barred] = [false, true].map((not) => asked.filter((unit) => !unit.not !== not));
  const scores = new Map();
  for (const one of await Promise.all(wanted.map(weigh))) {
    for (const [key, score] of one) {
      const [count, sum] = scores.get(key) ?? [0, 0];
      scores.set(key, [count + 1, sum + score]);
    }
  }
  for (const one of await Promise.all(barred.map(weigh))) for (const key of one.keys()) scores.delete(key);
  const most = Math.max(0, ...[...scores.values()].map(([count]) => count));
  const best = [...scores].filter(([, [count]]) => count === most).sort(([, a], [, b]) => b[1] - a[1]);
  const fits = (one) => one && ['topic', 'kind', 'agency', 'year', 'province'].every((name) => {
    const value = parameters.get(name);
    return !value || one[name] === value || (name === 'province' && one[name].includes(value));
  });
  const items = (await Promise.all(best.map(([key]) => text(key)))).filter(fits);
  if (parameters.get('sort') === 'newest') items.sort((a, b) => b.day - a.day);
  return { items, whole: items.length > 0 && most === wanted.length };
}

// ---- what is shown ----

const element = (name, properties, ...children) => {
  const one = Object.assign(document.createElement(name), properties);
  one.append(...children);
  return one;
};

// The text with what was searched for marked in it.
function marked(text, asked) {
  const wanted = asked.filter(({ not }) => !not).map((unit) => unit.text);
  const words = wanted.filter((one) => !runs.test(one));
  const escaped = wanted.filter((one) => runs.test(one)).map((one) => one.replace(/\W/gu, (sign) => (sign.length > 1 || sign > '\x7f' ? sign : `\\${sign}`)));
  const parts = text.split(new RegExp(`(${[...escaped, "[\\p{L}\\p{M}\\p{N}'’]+"].join('|')})`, 'u'));
  return parts.map((part, index) => {
    const plain = index % 2 ? fold(part).replace(/['’]/g, '') : '';
    const isHit = plain && (escaped.includes(part) || words.some((word) => plain === word || (word.length > 3 && plain.startsWith(word))));
    return isHit ? element('mark', {}, part) : part;
  });
}

function hit({ locale, path, title, summary }, asked, own) {
  const dir = 'auto';
  const tag = locale === own ? [] : [element('div', { className: 'meta' }, element('span', { className: 'tag', lang: locale, dir }, new Intl.DisplayNames(locale, { type: 'language' }).of(locale)))];
  return element('li', {},
    element('h3', {}, element('a', { href: path, lang: locale, dir }, ...marked(title, asked))),
    element('p', { className: 'snippet', lang: locale, dir }, ...marked(summary, asked)), ...tag);
}

// The nodes that answer a search. words: the page's data; parameters: of its address.
export async function search(words, parameters) {
  const query = parameters.get('q');
  const asked = units(query, /\p{sc=Han}/u.test(query) ? await json('/han.json') : '');
  let found;
  for (const locale of parameters.get('language') ? [parameters.get('language')] : words.chain.split(' ')) {
    const one = await find(locale, asked, parameters);
    if (one.whole || (one.items.length && !found)) found = one;
    if (one.whole) break;
  }
  if (!found) return [element('h2', { className: 'found', tabIndex: -1 }, words.none.replace('{query}', () => query))];
  const items = found.items.map((item) => hit(item, asked, words.locale));
  const list = element('ol', { className: 'hits' }, ...items.splice(0, shown));
  const more = element('button', { type: 'button', className: 'button', onclick: () => {
    const next = items.splice(0, shown);
    list.append(...next);
    next[0].querySelector('a').focus();
    more.hidden = !items.length;
  } }, words.more);
  more.hidden = !items.length;
  return [element('h2', { className: 'found', tabIndex: -1 }, words.results), element('p', { className: 'notice' }, words.from), list, more];
}
