// `sen build --render` of 10,000 articles beside Hugo with comparable templates on the same Markdown,
// and beside writing the same files with nothing else; then the compressed copies by themselves, of
// which Hugo writes none, as it draws no cards for shared links. PostgreSQL's own time is in the wall
// time only. TMPDIR=/dev/shm leaves out what a file system does with files that were just removed:
// ext4 looks long for an inode then.
import { spawn } from 'node:child_process';
import { mkdir, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builds, startCluster, top } from '../lib/portal.mjs';
import { interleave, median, medianRatio, must, row, texts, writeLines } from './lib.mjs';

const COUNT = Number(process.env.SEN_BENCH_ARTICLES ?? 10000);

// CPU seconds of this program's children that have ended, and of theirs.
async function spent() {
  const fields = (await readFile('/proc/self/stat', 'utf8')).replace(/.*\) /s, '').split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

// The processes of a tree that still run.
async function family(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return [pid, ...(await Promise.all(children.split(' ').filter(Boolean).map(family))).flat()];
}

// What the processes take together now; pages that they share count once.
async function together(pid) {
  const parts = await Promise.all((await family(pid)).map((one) => readFile(`/proc/${one}/smaps_rollup`, 'utf8').catch(() => '')));
  return parts.reduce((sum, text) => sum + Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0), 0) * 1024;
}

// The most that one process took so far, which is cheaper to ask and disturbs a large one less.
async function highest(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

// Runs a command and returns { seconds, cpu, peak }: wall and CPU time and the most memory that `look`
// saw, bytes.
async function measured(look, command, args, options) {
  let peak = 0;
  const before = await spent();
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { out += text; });
  const watch = setInterval(async () => { peak = Math.max(peak, await look(child.pid)); }, 50);
  const status = await new Promise((done) => child.on('close', done));
  const seconds = (performance.now() - began) / 1000;
  clearInterval(watch);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status}\n${out}`);
  return { seconds, cpu: (await spent()) - before, peak };
}

// Hugo gets the same texts and templates of about the same work: what stands on a page of the site
// (head with canonical, description, social data and feeds; skip link, navigation, language
// switcher, breadcrumbs, dates, reading time, sources and licence, what to read next, footer), and
// the same index pages and sitemap. The words and the layout are those of a page that sen built.
const single = `<!doctype html>
<html lang="{{ .Site.LanguageCode }}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ .Title }} · {{ .Site.Title }}</title>
<meta name="description" content="{{ .Params.summary }}">
<link rel="canonical" href="{{ .Permalink }}">
<link rel="alternate" hreflang="en" href="{{ .Permalink }}">
<link rel="alternate" hreflang="x-default" href="{{ .Permalink }}">
{{ range slice "atom" "rss" "json" }}<link rel="alternate" type="application/{{ . }}" title="{{ $.Site.Title }} ({{ . }})" href="/feeds/en/{{ . }}">
{{ end }}<meta property="og:type" content="article">
<meta property="og:title" content="{{ .Title }}">
<meta property="og:description" content="{{ .Params.summary }}">
<meta property="og:url" content="{{ .Permalink }}">
<meta property="og:site_name" content="{{ .Site.Title }}">
<meta property="article:published_time" content="{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}">
<script type="application/ld+json">{{ dict "@context" "https://schema.org" "@type" "NewsArticle" "headline" .Title "description" .Params.summary "url" .Permalink "inLanguage" "en" "datePublished" (.Date.Format "2006-01-02T15:04:05Z07:00") "isAccessibleForFree" true | jsonify | safeJS }}</script>
{{ partial "assets.html" . }}
</head>
<body class="article">
<a class="skip" href="#content">Skip to the content</a>
{{ partial "header.html" . }}
<main id="content">
<nav class="crumbs" aria-label="Breadcrumb"><ol>{{ with .Site.Home }}<li><a href="{{ .RelPermalink }}">Home</a></li>{{ end }}{{ with .CurrentSection }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ol></nav>
<article>
<header class="page"><h1>{{ .Title }}</h1>
<p class="summary">{{ .Params.summary }}</p>
<p class="meta"><time datetime="{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}">Published on {{ .Date.Format "January 2, 2006" }}</time> · {{ .ReadingTime }} min</p></header>
{{ if ge (len (findRE "<h2" .Content)) 3 }}<nav class="toc">{{ .TableOfContents }}</nav>{{ end }}
<div class="body prose">{{ .Content }}</div>
{{ with .Params.licence }}<p class="licence">{{ . }}</p>{{ end }}
<aside class="related"><ul>{{ with .PrevInSection }}{{ partial "card.html" . }}{{ end }}{{ with .NextInSection }}{{ partial "card.html" . }}{{ end }}</ul></aside>
</article>
</main>
{{ partial "footer.html" . }}
</body>
</html>
`;
const card = `<li class="card"><a href="{{ .RelPermalink }}">{{ .Title }}</a><p>{{ .Params.summary }}</p><time datetime="{{ .Date.Format "2006-01-02" }}">{{ .Date.Format "January 2, 2006" }}</time></li>`;

// A part of a built page: what stands the same on all of them.
function part(html, name) {
  const found = new RegExp(`<${name}[\\s>][\\s\\S]*?</${name}>`).exec(html)?.[0];
  if (!found) throw new Error(`a page has no ${name}`);
  return found.replaceAll('{{', '');
}

async function count(folder) {
  return (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.html')).length;
}

async function hugoSite(folder, list, page) {
  for (const path of ['content/articles', 'layouts/_default', 'layouts/partials']) await mkdir(join(folder, path), { recursive: true });
  await writeFile(join(folder, 'config.toml'), `baseURL = "http://localhost/"
title = "Sen"
languageCode = "en"
disableKinds = ["taxonomy", "term", "RSS", "404"]
[permalinks]
articles = "/en/articles/:filename/"
`);
  const layout = (name, text) => writeFile(join(folder, 'layouts', name), text);
  await layout('_default/single.html', single);
  await layout('_default/list.html', `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title>{{ partial "assets.html" . }}</head>
<body>{{ partial "header.html" . }}<main><ul>{{ range first 48 .RegularPagesRecursive }}{{ partial "card.html" . }}{{ end }}</ul></main>{{ partial "footer.html" . }}</body></html>
`);
  await layout('partials/card.html', card);
  await layout('partials/assets.html', [...page.matchAll(/<link rel="(?:stylesheet|preload|icon)[^>]*>/g)].map(([link]) => link).join('\n'));
  await layout('partials/header.html', part(page, 'header'));
  await layout('partials/footer.html', part(page, 'footer'));
  for (const { id, title, summary, body, published_at } of list) {
    await writeFile(join(folder, 'content/articles', `${id}.md`), `---\ntitle: ${title}\nsummary: ${summary}\ndate: ${published_at}\n---\n${body}`);
  }
}

export default async function measure() {
  const list = texts(COUNT, { least: 3000, most: 5000 });
  const portal = await startCluster({ build: 'release', settings: { SEN_LOCALES: 'en', SEN_PRECOMPRESS: 0 } });
  try {
    await portal.must(['migrate']);
    await portal.must(['import', await writeLines(join(portal.home, 'texts.jsonl'), list)]);
    await portal.sql('vacuum analyze');
    const folder = join(portal.home, 'hugo');
    await portal.must(['build', '--no-cards']);
    const articles = join(portal.home, 'site/en/articles');
    await hugoSite(folder, list, await readFile(join(articles, (await readdir(articles))[0], 'index.html'), 'utf8'));
    const bare = join(portal.home, 'bare');
    const forget = async (...paths) => Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
    const sites = async () => (await readdir(portal.home)).filter((name) => /^site/.test(name)).map((name) => join(portal.home, name));
    const env = { ...process.env, ...portal.environment() };
    const results = await interleave({
      async sen() {
        await forget(...await sites());
        const one = await measured(together, join(top, 'deploy/cluster'), ['as-user', portal.home, portal.sen, 'build', '--render', '--no-cards'], { env });
        return { ...one, pages: await count(await realpath(join(portal.home, 'site'))) };
      },
      async hugo() {
        await forget(join(folder, 'public'));
        const one = await measured(highest, 'hugo', ['--quiet'], { cwd: folder });
        return { ...one, pages: await count(join(folder, 'public')) };
      },
      async bare() {
        await forget(bare);
        const before = await spent();
        const out = await must(join(builds.release, 'tests/bench/rewrite'), [await realpath(join(portal.home, 'site')), bare, '2']);
        return { seconds: Number(out), cpu: (await spent()) - before };
      },
    });
    const copies = [];
    for (let i = 0; i < Math.min(3, results.sen.length); i++) {
      await forget(...await sites());
      const { stdout } = await portal.must(['build', '--render', '--no-cards'], { settings: { SEN_PRECOMPRESS: 1 } });
      copies.push(Number(/copies, ([\d.]+) s/.exec(stdout)[1]));
    }
    const pick = (name, what) => results[name].map((one) => one[what]);
    const say = (name) => `${median(pick(name, 'seconds')).toFixed(2)} s, ${median(pick(name, 'cpu')).toFixed(2)} s CPU`;
    const pages = (name) => (results[name][0].pages ? `, ${results[name][0].pages} pages` : '');
    // Pages of HTML a second; the search's files and other things that Hugo has not are not counted.
    const each = (name) => results[name].map((one) => one.seconds / one.pages);
    const speed = medianRatio(each('hugo'), each('sen'));
    const writing = medianRatio(pick('sen', 'seconds'), pick('bare', 'seconds'));
    const memory = median(pick('hugo', 'peak')) / median(pick('sen', 'peak'));
    const mebibytes = (name) => `${Math.round(median(pick(name, 'peak')) / 2 ** 20)} MiB`;
    row({ what: `sen build --render of ${COUNT} articles; Hugo`, ours: say('sen') + pages('sen'), rival: say('hugo') + pages('hugo'), figure: `${speed.toFixed(2)} × the pages a second`, goal: '≥ 4 ×', reached: speed >= 4 });
    row({ what: 'its peak memory, all processes; Hugo', ours: mebibytes('sen'), rival: mebibytes('hugo'), figure: `1/${memory.toFixed(1)}`, goal: '≤ 1/10', reached: memory >= 10 });
    row({ what: 'its time; writing the same files', ours: say('sen'), rival: say('bare'), figure: `${writing.toFixed(2)} ×`, goal: '≤ 1.5 ×', reached: writing <= 1.5 });
    row({ what: 'compressed copies of all of it, by themselves', ours: `${median(copies).toFixed(2)} s` });
  } finally {
    await portal.stop();
  }
}
