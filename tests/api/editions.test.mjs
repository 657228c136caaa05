// Each edition is in its own language: the words around the articles, in every catalog and on every
// kind of page; and editions whose words nobody has written yet say so.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { words } from '../lib/html.mjs';
import { catalogs, maySame, recogniser, registry } from '../lib/messages.mjs';
import { startPortal } from '../lib/portal.mjs';

const full = registry.locales.map(({ tag }) => tag).filter((tag) => tag in catalogs);
const borrowed = registry.locales.filter(({ tag }) => !(tag in catalogs));

let portal, pages;
before(async () => {
  portal = await startPortal({ content: ['content/starter'] });
  // What the starter content has none of.
  await portal.sql("select text_withdraw('pho', e.locale, '{\"kind\": \"notice\", \"reason\": \"…\"}') from edition e where article = 'pho'");
  await portal.must(['build']);
  pages = await collect();
});
after(() => portal?.stop());

// Up to `most` pages of each kind of each edition: { edition, kind, path, html }.
async function collect(most = 4) {
  const found = [], count = new Map();
  async function walk(edition, folder) {
    for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(edition, path);
      if (!entry.name.endsWith('.html')) continue;
      const html = await readFile(path, 'utf8');
      const kind = /<body class="([^"]*)">/.exec(html)[1];
      const own = /<h1 lang="([^"]+)"/.exec(html)?.[1] ?? '';
      const key = `${edition} ${kind} ${own === edition}`;
      count.set(key, (count.get(key) ?? 0) + 1);
      if (count.get(key) <= most) found.push({ edition, kind, path: path.slice(portal.home.length), html });
    }
  }
  for (const { tag } of registry.locales) await walk(tag, join(portal.home, 'site', tag));
  return found;
}

// Not the furniture: the articles themselves, and what people and agencies are called.
const isContent = ({ stack }) => stack.some(({ name, attributes }) => /^body( opens)?$/.test(attributes.class)
  || name === 'h1' || name === 'bdi' || (name === 'li' && attributes.dir === 'auto') || attributes.class === 'toc');

// Of a page, what is said to be in the edition's language and is no article.
const furniture = ({ edition, html }) => words(html).filter((one) => one.lang === edition && !isContent(one));

test('every kind of page is there in every edition', () => {
  const kinds = (tag) => [...new Set(pages.filter(({ edition }) => edition === tag).map(({ kind }) => kind))].sort();
  const expected = kinds('vi');
  for (const kind of ['home', 'about', 'search', 'article', 'province', 'provinces', 'topic', 'withdrawn']) assert.ok(expected.includes(kind), `${kind}: ${expected}`);
  for (const { tag } of registry.locales) assert.deepEqual(kinds(tag), expected, tag);
});

test('no message of another language is the English one, but for a list', () => {
  const found = [];
  for (const tag of full.filter((one) => one !== 'en')) {
    for (const [key, text] of Object.entries(catalogs[tag])) {
      if (text === catalogs.en[key] && !maySame(tag, key)) found.push(`${tag}: ${key}: ${text}`);
    }
  }
  assert.deepEqual(found, []);
});

test('no English is left in the furniture of another edition', () => {
  const found = new Set();
  for (const tag of full.filter((one) => one !== 'en')) {
    const isEnglish = recogniser(Object.keys(catalogs.en).filter((key) => catalogs[tag][key] !== catalogs.en[key]).map((key) => catalogs.en[key]));
    for (const page of pages.filter(({ edition }) => edition === tag)) {
      for (const { text } of furniture(page)) if (isEnglish(text)) found.add(`${page.path}: ${text}`);
    }
  }
  assert.deepEqual([...found], []);
});

test('English is found where it is', () => {
  const isEnglish = recogniser(Object.values(catalogs.en));
  for (const page of pages.filter(({ edition, kind }) => edition === 'en' && kind === 'home')) {
    assert.ok(furniture(page).filter(({ text }) => isEnglish(text)).length > 8);
  }
});

const scripts = {
  'zh-Hans': /\p{Script=Han}/u, 'zh-Hant': /\p{Script=Han}/u, ru: /\p{Script=Cyrillic}/u, ar: /\p{Script=Arabic}/u,
  ja: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u, ko: /\p{Script=Hangul}/u, lo: /\p{Script=Lao}/u,
  th: /\p{Script=Thai}/u, km: /\p{Script=Khmer}/u,
};
// Names that are written so everywhere: of the portal, of formats, licences, codes, units, and of
// those who took the pictures.
const names = /^(?:Sen|.+ \((?:Atom|RSS|JSON Feed)\)|Atom|RSS|JSON(?: Feed)?|CC[0 ].*|VN-[A-Z0-9]+|[\d.,\s]+km²(?:[～~][\d.,\s]+km²)?|.*\bSen Editorial\b.*|Sen editorial desk.*|Sen, drawn by machine.*)$/;

test('the furniture is in the script of its language', () => {
  const found = new Set();
  for (const [tag, script] of Object.entries(scripts)) {
    for (const page of pages.filter(({ edition }) => edition === tag)) {
      for (const { text, stack } of furniture(page)) {
        if (/\p{L}/u.test(text) && !script.test(text) && !names.test(text)) {
          found.add(`${tag} ${page.kind}: ${text} (${stack.slice(-2).map(({ name, attributes }) => `${name}.${attributes.class ?? ''}`)})`);
        }
      }
    }
  }
  assert.deepEqual([...found].slice(0, 40), []);
});

test('simplified and traditional characters are kept apart', () => {
  const only = { 'zh-Hans': /[國語編輯頁關於來現數據]/u, 'zh-Hant': /[国语编辑页关于来现数据]/u };
  for (const [tag, wrong] of Object.entries(only)) {
    for (const [key, text] of Object.entries(catalogs[tag])) assert.doesNotMatch(text.replaceAll('于', ''), wrong, `${tag}: ${key}`);
  }
});

test('an edition without words of its own says so, in the language it borrows', () => {
  for (const { tag, fallback, content, hreflang } of borrowed) {
    const ui = fallback.find((one) => one in catalogs);
    assert.deepEqual([fallback, ui, content, hreflang], [['vi', 'en'], 'vi', true, null], tag);
    // Not by its own name: a Vietnamese sentence has the Vietnamese one.
    const called = registry.locales[0].pinned[`language.${tag}`];
    assert.match(called, /^tiếng /);
    const notice = catalogs.vi['notice.interface'].replace('{wanted}', called).replace('{shown}', 'tiếng Việt');
    const help = catalogs.vi['notice.interface_help'].replace('{wanted}', called);
    const own = pages.filter(({ edition, kind }) => edition === tag && kind !== 'moved');
    assert.ok(own.length > 10);
    for (const { path, html } of own) {
      assert.match(html, /^<!DOCTYPE html>\n<html lang="vi" dir="ltr">/, path);
      const said = words(html).filter(({ stack }) => stack.some(({ attributes }) => attributes.class === 'notice interface'));
      assert.deepEqual(said.map(({ text, lang }) => [text, lang]), [[`${notice} ${help}`, 'vi']], path);
    }
    // The words are the Vietnamese ones, and no English stands among them.
    const isEnglish = recogniser(Object.keys(catalogs.en).filter((key) => catalogs.vi[key] !== catalogs.en[key]).map((key) => catalogs.en[key]));
    for (const { path, html } of own) {
      assert.deepEqual(words(html).filter((one) => one.lang === 'vi' && !isContent(one) && isEnglish(one.text)).map(({ text }) => text), [], path);
    }
  }
  for (const page of pages.filter(({ edition }) => full.includes(edition))) assert.ok(!page.html.includes('notice interface'), page.path);
});

test('the languages are called by their own names, each in its own language', () => {
  const expected = {
    vi: 'Tiếng Việt', en: 'English', 'zh-Hans': '简体中文', 'zh-Hant': '繁體中文', fr: 'Français', es: 'Español', ru: 'Русский',
    ar: 'العربية', pt: 'Português', de: 'Deutsch', ja: '日本語', ko: '한국어', lo: 'ລາວ', th: 'ไทย', km: 'ខ្មែរ', id: 'Bahasa Indonesia',
    rad: 'Êđê', jra: 'Jrai', bdq: 'Bahnar', cjm: 'Chăm', hmn: 'Mông', blt: 'Thái',
  };
  const names = Object.fromEntries(registry.locales.map(({ tag, name }) => [tag, name]));
  assert.deepEqual({ ...names, ...expected }, names);
  for (const { path, html } of pages.filter(({ kind }) => kind === 'language-index')) {
    const listed = words(html).filter(({ stack }) => stack.some(({ attributes }) => attributes.class === 'editions tongues') && stack.at(-1).name === 'a');
    assert.deepEqual(Object.fromEntries(listed.map(({ text, lang }) => [lang, text])), names, path);
  }
});
