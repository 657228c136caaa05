// Search: does it find what is there (known items), does it answer readers' questions, does it cut words
// as people do, and how long does it take among 100,000 texts in 16 languages.
//
//   bench search [--corpus FILE.jsonl]   texts of {"id", "locale", "title", "summary", "body"} in place of
//                                        the starter content, for the known items
//
// SEN_BENCH_TEXTS (100000) is the size of the large portal; 0 leaves it out.
import { readFile, readdir } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { startPortal, top } from '../lib/portal.mjs';
import { random } from '../lib/row.mjs';
import { median, must, quantile, row, unlimited, writeLines } from './lib.mjs';

const full = ['vi', 'en', 'zh-Hans', 'zh-Hant', 'fr', 'es', 'ru', 'ar', 'pt', 'de', 'ja', 'ko', 'lo', 'th', 'km', 'id'];
const runs = new Set(['zh-Hans', 'zh-Hant', 'ja', 'th', 'lo', 'km']);
const COPIES = 4; // of each text of the large portal
const KNOWN = 100; // texts of a language that are looked for
const questionsFolder = join(top, 'tests/bench/search/questions');
const sentencesFolder = join(top, 'tests/bench/search/sentences');

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
function ask(server, path) {
  return new Promise((done, fail) => {
    get(server.url + path, { agent, headers: { 'accept-encoding': 'identity' } }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode !== 200) fail(new Error(`${path}: ${answer.statusCode} ${text}`));
        else done(JSON.parse(text));
      });
    }).on('error', fail);
  });
}
const search = async (server, locale, q) => (await ask(server, `/v1/search?limit=10&locale=${locale}&q=${encodeURIComponent(q)}`)).items.map((item) => item.id);

// ---- known items -------------------------------------------------------------------------------

const plain = (html) => html.replace(/<(?:aside|figure|pre|table)[\s\S]*?<\/(?:aside|figure|pre|table)>/g, '\n').replace(/<\/?(?:em|strong|a|code|sup|sub|span|abbr)\b[^>]*>/g, '')
  .replace(/<[^>]*>/g, '\n').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&').normalize('NFC');
const withoutMarks = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D').normalize('NFC');

function words(locale, text) {
  return [...new Intl.Segmenter(locale, { granularity: 'word' }).segment(text)].filter((part) => part.isWordLike);
}

// A stretch of a sentence, of about six words, that stands in no other text of the language and whose
// words are the rarest; undefined when there is none.
function phraseOf(text, others, frequency, locale) {
  let best, rarity = -1;
  for (const sentence of text.body.split(/[\n.!?;:()"“”«»。！？；：、，,។៕]+/)) {
    const parts = words(locale, sentence);
    for (let i = 0; i + 5 <= parts.length; i += 3) {
      const piece = parts.slice(i, i + 6);
      const score = piece.reduce((sum, { segment }) => sum + Math.log(others.length / (frequency.get(segment.toLowerCase()) ?? 1)), 0) / piece.length;
      const phrase = sentence.slice(piece[0].index, piece.at(-1).index + piece.at(-1).segment.length);
      if (score > rarity && !others.some((other) => other !== text && other.body.includes(phrase))) [best, rarity] = [phrase, score];
    }
  }
  return best;
}

function knownItems(locale, texts, next) {
  const frequency = new Map();
  for (const text of texts) {
    for (const word of new Set(words(locale, text.body).map(({ segment }) => segment.toLowerCase()))) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  }
  const chosen = texts.map((text) => ({ text, at: next() })).sort((a, b) => a.at - b.at).slice(0, KNOWN).map(({ text }) => text);
  const queries = [];
  for (const text of chosen) {
    const phrase = phraseOf(text, texts, frequency, locale);
    const once = texts.filter((other) => other.title === text.title).length === 1;
    for (const q of [once && text.title, phrase]) {
      if (!q) continue;
      queries.push({ q, id: text.article });
      if (locale === 'vi') queries.push({ q: withoutMarks(q), id: text.article });
    }
  }
  return queries;
}

async function publicTexts(portal) {
  const out = await portal.sql(`select json_agg(json_build_object('article', article, 'locale', locale, 'title', title, 'summary', summary, 'html', html) order by article, locale)
                                from edition where state = 'live'`);
  return JSON.parse(out).map((text) => ({ ...text, body: plain(text.html) }));
}

// The same texts as PostgreSQL's own parser and its configuration "simple" see them.
async function stock(portal) {
  await portal.sql(`create table stock as select article, locale, setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', summary), 'B')
      || setweight(to_tsvector('simple', regexp_replace(html, '<[^>]*>', ' ', 'g')), 'C') as v from edition where state = 'live'`);
  await portal.sql('create index on stock using gin (v)');
}
const quote = (text) => `'${text.replaceAll("'", "''")}'`;
async function stockSearch(portal, locale, queries) {
  const lines = queries.map(({ q }, n) => `select ${n} as n, h.article from (select s.article from stock s where s.locale = ${quote(locale)} and s.v @@ plainto_tsquery('simple', ${quote(q)})
      order by ts_rank(s.v, plainto_tsquery('simple', ${quote(q)})) desc, s.article limit 10) h`);
  const found = queries.map(() => []);
  for (let i = 0; i < lines.length; i += 50) {
    const rows = JSON.parse(await portal.sql(`select coalesce(json_agg(x), '[]') from (${lines.slice(i, i + 50).map((line) => `(${line})`).join(' union all ')}) x`));
    for (const { n, article } of rows) found[n].push(article);
  }
  return found;
}

function scores(queries, found) {
  const places = queries.map(({ id }, i) => found[i].indexOf(id) + 1);
  const mean = (list) => list.reduce((sum, n) => sum + n, 0) / list.length;
  return { recall: mean(places.map((place) => (place ? 1 : 0))), mrr: mean(places.map((place) => (place ? 1 / place : 0))) };
}
const shown = ({ recall, mrr }) => `${recall.toFixed(3)}, ${mrr.toFixed(3)}`;

async function known(portal, server) {
  const texts = await publicTexts(portal);
  await stock(portal);
  const next = random(1);
  for (const locale of full) {
    const own = texts.filter((text) => text.locale === locale);
    if (!own.length) continue;
    const queries = knownItems(locale, own, next);
    const found = [];
    for (const { q } of queries) found.push(await search(server, locale, q));
    const ours = scores(queries, found);
    const simple = scores(queries, await stockSearch(portal, locale, queries));
    if (process.env.SEN_BENCH_MISSES) queries.forEach(({ q, id }, i) => found[i][0] !== id && console.log(`    ${locale} ${found[i].indexOf(id) + 1} ${id}: ${q}`));
    row({
      what: `${queries.length} known items of ${own.length} texts, ${locale}: recall@10, MRR; simple`, ours: shown(ours), rival: shown(simple),
      figure: shown(ours), goal: '≥ 0.97, ≥ 0.9', reached: ours.recall >= 0.97 && ours.mrr >= 0.9,
    });
  }
}

// ---- questions -----------------------------------------------------------------------------------

async function questions(server) {
  for (const file of (await readdir(questionsFolder)).sort()) {
    const locale = file.replace('.jsonl', '');
    const list = (await readFile(join(questionsFolder, file), 'utf8')).trim().split('\n').map((line) => JSON.parse(line));
    const gains = [];
    for (const { q, relevant } of list) {
      const found = await search(server, locale, q);
      const gain = (grades) => grades.slice(0, 10).reduce((sum, grade, i) => sum + (2 ** grade - 1) / Math.log2(i + 2), 0);
      const value = gain(found.map((id) => relevant[id] ?? 0)) / gain(Object.values(relevant).sort((a, b) => b - a));
      gains.push(value);
      if (process.env.SEN_BENCH_MISSES && value < 0.9) console.log(`    ${locale} ${value.toFixed(2)} ${q}: ${found.slice(0, 5)}`);
    }
    const mean = gains.reduce((sum, n) => sum + n, 0) / gains.length;
    row({ what: `${list.length} readers' questions, ${locale}: nDCG@10`, ours: mean.toFixed(3), figure: mean.toFixed(3), goal: '≥ 0.85', reached: mean >= 0.85 });
  }
}

// ---- words ---------------------------------------------------------------------------------------

// How many of the places where a person cuts a sentence we cut too, and the other way round (F1).
async function cuts(portal) {
  for (const file of (await readdir(sentencesFolder)).sort()) {
    const locale = file.replace('.txt', '');
    const byHand = (await readFile(join(sentencesFolder, file), 'utf8')).trim().split('\n');
    const out = await must(join(process.env.SEN_RELEASE_BUILD ?? join(top, 'build/release'), 'tests/bench/cut'), [locale, ...byHand.map((line) => line.replaceAll('|', ''))]);
    let both = 0, ours = 0, theirs = 0;
    const places = (line) => {
      const set = new Set();
      let at = 0;
      for (const part of line.split('|').slice(0, -1)) set.add(at += part.length);
      return set;
    };
    out.trimEnd().split('\n').forEach((line, i) => {
      const a = places(line), b = places(byHand[i]);
      ours += a.size;
      theirs += b.size;
      both += [...a].filter((place) => b.has(place)).length;
    });
    row({ what: `words of ${byHand.length} sentences, ${locale}: cuts as by hand`, ours: `${ours} cuts`, rival: `${theirs} by hand`, figure: `F1 ${((2 * both) / (ours + theirs)).toFixed(3)}` });
  }
}

// ---- time ----------------------------------------------------------------------------------------

// Texts of sentences drawn from the given texts of the same language, so that words stand together as
// they do; with few sources every word is more common than it would be, which is the harder case.
function manyTexts(texts, topics, count, next) {
  const sources = full.map((locale) => {
    const own = texts.filter((text) => text.locale === locale);
    return {
      locale, titles: own.map(({ title }) => title),
      sentences: own.flatMap(({ body }) => body.split(/\n+|(?<=[.!?])\s+|(?<=[。！？។])/)).map((part) => part.trim()).filter((part) => part.length > 12 && !/[<>[\]#*_`|]/.test(part)),
    };
  }).filter(({ sentences }) => sentences.length > 10);
  const pick = (list) => list[Math.floor(next() * list.length)];
  return Array.from({ length: count }, (_, i) => {
    const source = sources[i % sources.length];
    const paragraph = () => Array.from({ length: 4 }, () => pick(source.sentences)).join(' ');
    return {
      id: `many-${Math.floor(i / sources.length)}`, locale: source.locale, source_locale: 'vi', topic: topics[Math.floor(i / sources.length) % topics.length], slug: `n-${i}`,
      title: `${pick(source.titles)} ${pick(source.sentences).slice(0, 30).trim()}`, summary: pick(source.sentences), body: Array.from({ length: 3 }, paragraph).join('\n\n'),
      published_at: new Date(Date.UTC(2020, 0, 1) + i * 1800000).toISOString().replace('.000', ''),
    };
  });
}

// Each imported text once more under other names, COPIES times: an import of all would take an hour.
async function multiply(portal) {
  for (let i = 1; i <= COPIES; i++) {
    await portal.sql(`insert into article (id, kind, source_locale, agency, topic, published_at)
        select id || '-copy-${i}', kind, source_locale, agency, topic, published_at from article where id ~ '^many-[0-9]+$'`);
    await portal.sql(`insert into edition (article, locale, revision, version, state, stage, slug, skeleton, title, summary, body, html, renderer, words, published_at, updated_at)
        select article || '-copy-${i}', locale, 1, 1, 'live', 'published', slug || '-copy-${i}', skeleton || '-copy-${i}', title, summary, body, html, renderer, words, published_at, updated_at
        from edition where article ~ '^many-[0-9]+$' and state = 'live'`);
    await portal.sql(`insert into search_text (article, locale, edition, kind, topic, agency, provinces, published_at, year, title, vector)
        select e.article, e.locale, e.id, s.kind, s.topic, s.agency, s.provinces, s.published_at, s.year, s.title, s.vector
        from search_text s join edition e on e.article = s.article || '-copy-${i}' and e.locale = s.locale where s.article ~ '^many-[0-9]+$'`);
  }
  await portal.sql(`update search_word set texts = texts * ${1 + COPIES}`);
}

async function times(texts) {
  const count = Number(process.env.SEN_BENCH_TEXTS ?? 100000);
  if (!count) return;
  const next = random(2);
  const portal = await startPortal({ build: 'release', content: ['content/starter'] }); // topics and places too
  try {
    const topics = JSON.parse(await readFile(join(top, 'content/starter/topics.json'), 'utf8')).map(({ id }) => id);
    const list = manyTexts(texts, topics, Math.ceil(count / (1 + COPIES)), next);
    const lines = await writeLines(join(portal.home, 'many.jsonl'), list);
    // The two indexes are built at the end: that is quicker, and `bench import` measures the import.
    const indexes = JSON.parse(await portal.sql("select json_agg(pg_get_indexdef(i::regclass)) from unnest('{search_text_vector,search_text_title}'::text[]) i"));
    await portal.sql('drop index search_text_vector, search_text_title');
    await portal.must(['import', lines]);
    await multiply(portal);
    for (const index of indexes) await portal.sql(`set maintenance_work_mem = '512MB'; ${index}`);
    await portal.sql('vacuum analyze');
    const server = await portal.serve({ ...unlimited, SEN_CACHE_MB: 0 });
    const pick = (from) => from[Math.floor(next() * from.length)];
    const queries = Array.from({ length: 1600 }, (_, i) => {
      const locale = full[i % full.length];
      const text = pick(list.filter((one) => one.locale === locale));
      const parts = words(locale, [text.title, text.summary, text.body][i % 3]);
      const from = Math.floor(next() * Math.max(1, parts.length - 4)), many = 1 + Math.floor(next() * 4);
      return { locale, q: parts.slice(from, from + many).map(({ segment }) => segment).join(runs.has(locale) ? '' : ' ') };
    }).filter(({ q }) => q);
    const timed = async (path) => {
      const start = performance.now();
      await ask(server, path);
      return performance.now() - start;
    };
    for (let i = 0; i < 100; i++) await timed(`/v1/search?locale=${queries[i].locale}&q=${encodeURIComponent(queries[i].q)}`);
    const searches = [], suggestions = [];
    for (const { locale, q } of queries) {
      searches.push({ q, locale, ms: await timed(`/v1/search?locale=${locale}&q=${encodeURIComponent(q)}`) });
      suggestions.push(await timed(`/v1/search/suggestions?locale=${locale}&limit=8&q=${encodeURIComponent([...q].slice(0, 2 + Math.floor(next() * 6)).join(''))}`).catch(() => 0));
    }
    const ms = searches.map((one) => one.ms), kept = suggestions.filter(Boolean);
    if (process.env.SEN_BENCH_MISSES) for (const one of searches.sort((a, b) => b.ms - a.ms).slice(0, 20)) console.log(`    ${one.ms.toFixed(0)} ms ${one.locale}: ${one.q}`);
    const line = (what, figure, goal) => row({ what: `${what} among ${count} texts`, figure: `${figure.toFixed(1)} ms`, goal: `≤ ${goal} ms`, reached: figure <= goal });
    line(`a search, median of ${ms.length}`, median(ms), 15);
    line('a search, p99', quantile(ms, 0.99), 100);
    line(`a suggestion, median of ${kept.length}`, median(kept), 5);
    line('a suggestion, p99', quantile(kept, 0.99), 5);
  } finally {
    await portal.stop();
  }
}

// A corpus may have the same title twice, which would be the same address.
async function take(portal, corpus) {
  const lines = (await readFile(corpus, 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line));
  await portal.must(['import', await writeLines(join(portal.home, 'corpus.jsonl'), lines.map((text, i) => ({ ...text, slug: `text-${i}` })))]);
}

export default async function measure({ corpus } = {}) {
  const portal = await startPortal({ build: 'release', content: corpus ? [] : ['content/starter'] });
  try {
    if (corpus) await take(portal, corpus);
    const server = await portal.serve({ ...unlimited, SEN_CACHE_MB: 0 });
    await known(portal, server);
    if (!corpus) {
      await questions(server);
      await cuts(portal);
      await times(await publicTexts(portal));
    }
  } finally {
    await portal.stop();
  }
}
