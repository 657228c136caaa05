// `sen article`: a folder of Markdown on its way to readers, from a script.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { run, startPortal } from '../lib/portal.mjs';

const markdown = (id, locale, title, body, more = '') =>
  `---\nid: ${id}\nlocale: ${locale}\nsource_locale: en\ntitle: ${title}\n${more}---\n\n${body}\n`;

describe('sen article', () => {
  let portal, server, folder;
  const tokens = {};

  before(async () => {
    portal = await startPortal({ content: ['content/starter/topics.json'] });
    server = await portal.serve();
    for (const name of ['ann', 'bob']) tokens[name] = await portal.token(name, { direct: false });
    folder = await mkdtemp(join(tmpdir(), 'sen-article-'));
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true });
    await portal?.stop();
  });

  // Runs it as somebody, in the test's folder.
  const as = (name, env = {}) => (...args) => run(portal.sen, ['article', ...args], {
    cwd: folder, env: { SEN_API: server.url, SEN_TOKEN: tokens[name] ?? name, LANG: 'C', LC_ALL: '', ...env },
  });
  const ann = as('ann');
  const bob = as('bob');
  const shell = (name, command) => run('sh', ['-c', command], {
    cwd: folder, env: { SEN_API: server.url, SEN_TOKEN: tokens[name], LANG: 'C', SEN: portal.sen },
  });
  const write = (name, text) => writeFile(join(folder, name), text);
  const read = (name) => readFile(join(folder, name), 'utf8');
  const good = async (promise) => {
    const answer = await promise;
    assert.equal(answer.status, 0, JSON.stringify(answer));
    assert.equal(answer.stderr, '');
    return answer.stdout;
  };
  const refused = async (promise, pattern, status = 1) => {
    const answer = await promise;
    assert.equal(answer.status, status, JSON.stringify(answer));
    assert.match(answer.stderr, pattern);
    return answer;
  };

  test('a folder becomes articles with drafts, and again changes nothing', async () => {
    await mkdir(join(folder, 'tea'));
    await write('tea/en.md', markdown('tea', 'en', 'Tea', 'Hot water.\n\nLeaves.', 'topic: food\n'));
    await write('tea/vi.md', markdown('tea', 'vi', 'Trà', 'Nước nóng.\n\nLá chè.', 'topic: food\n'));
    await write('tea/notes.txt', 'not a text');
    await write('tea/.hidden.md', 'not looked at');
    await symlink('..', join(folder, 'tea/up'));
    assert.equal(await good(ann('put', 'tea')),
      'tea/en.md: tea en, revision 1, saved in a new article\ntea/vi.md: tea vi, revision 1, saved\n');
    assert.equal(await good(ann('put', 'tea')),
      'tea/en.md: tea en, revision 1, unchanged\ntea/vi.md: tea vi, revision 1, unchanged\n');
    assert.equal(await good(ann('put', 'tea/en.md')), 'tea/en.md: tea en, revision 1, unchanged\n');
    assert.match(await good(ann('list', '--mine')), /^tea\tvi\tdraft\t1\tTrà\ntea\ten\tdraft\t1\tTea\n$/);
  });

  test('from the first save to readers, past every stage', async () => {
    assert.equal(await good(ann('submit', 'tea', 'en')), 'tea en: revision 1, edited\n');
    assert.equal(await good(ann('submit', 'tea', 'en')), 'tea en: revision 1, proofread\n');
    const own = await refused(ann('approve', 'tea', 'en'), /^tea en: The last change of this text is yours/);
    assert.match(own.stderr, /it is at: proofread\n {2}you can move it to: draft\n/);
    await refused(bob('publish', 'tea', 'en'), /^tea en: The workflow has no such step/);
    assert.match(await good(bob('list')), /^tea\tvi\tdraft\t1\tann\tedited\tTrà\n|tea\ten\tproofread/);
    await refused(bob('approve', 'tea', 'en', '--revision', '2'), /^tea en: The text was changed after you read it/);
    assert.equal(await good(bob('approve', 'tea', 'en', '--revision', '1', '--comment', 'Fine.')), 'tea en: revision 1, approved\n');
    await refused(bob('submit', 'tea', 'en'), /`sen article publish` is what comes next/);
    assert.equal(await good(bob('publish', 'tea', 'en')), 'tea en: published, version 1, /en/articles/tea/\n');
    assert.match(await good(ann('comments', 'tea', 'en')), /\tbob\t1\t-\tFine\.\n$/);
    await refused(ann('submit', 'tea', 'en'), /there is no draft to submit: the text is live/);
    const page = await (await fetch(`${server.url}/v1/articles/tea?locale=en`)).json();
    assert.equal(page.title, 'Tea');
    assert.equal(await good(ann('put', 'tea')), 'tea/en.md: tea en, revision 1, unchanged\ntea/vi.md: tea vi, revision 1, unchanged\n');
  });

  test('a change is sent back as a draft, and published with a note', async () => {
    await write('tea/en.md', (await read('tea/en.md')).replace('Hot', 'Boiling'));
    assert.equal(await good(ann('put', 'tea/en.md')), 'tea/en.md: tea en, revision 2, saved\n');
    await good(ann('submit', 'tea', 'en'));
    await good(ann('submit', 'tea', 'en'));
    await good(bob('approve', 'tea', 'en'));
    await refused(bob('publish', 'tea', 'en'), /^tea en: Readers of a published text are told/);
    const moment = new Date(Date.now() + 3600_000).toISOString().replace(/\.\d+/, '');
    assert.match(await good(bob('publish', 'tea', 'en', '--note', 'Hotter.', '--at', moment)),
      new RegExp(`^tea en: set for ${moment}, number \\d+ of the schedule\n$`));
    await write('tea/en.md', (await read('tea/en.md')).replace('Boiling', 'Cold'));
    await refused(ann('put', 'tea/en.md'), /^tea\/en\.md: This is already set to happen at a time/);
    const { number } = JSON.parse((await bob('publish', 'tea', 'en', '--note', 'Hotter.', '--at', moment, '--json')).stderr || '{"number":null}');
    assert.equal(number, undefined, 'a second time is refused');
    const schedule = await (await fetch(`${server.url}/v1/schedule`, { headers: { authorization: `Bearer ${tokens.bob}` } })).json();
    await fetch(`${server.url}/v1/schedule/${schedule.items[0].number}`, { method: 'DELETE', headers: { authorization: `Bearer ${tokens.bob}` } });
    await write('tea/en.md', (await read('tea/en.md')).replace('Cold', 'Boiling'));
    assert.match(await good(bob('publish', 'tea', 'en', '--minor')), /version 2/);
    await refused(bob('correct', 'tea', 'en', '--reason', 'fact', '--note', 'x'), /There is no draft of this text/);
  });

  test('what another has changed since is not overwritten, and is shown', async () => {
    await shell('bob', '"$SEN" article get tea en > bob.md');
    const got = await read('bob.md');
    assert.match(got, /^---\nid: tea\nkind: feature\nlocale: en\nsource_locale: en\nslug: tea\ntitle: Tea\n/);
    assert.match(got, /\n---\n\nBoiling water\.\n\nLeaves\.\n$/);
    assert.equal(await good(bob('put', 'bob.md')), 'bob.md: tea en, revision 2, unchanged\n');
    await write('bob.md', got.replace('Leaves.', 'Green leaves.'));
    assert.equal(await good(bob('put', 'bob.md')), 'bob.md: tea en, revision 3, saved\n');

    await write('tea/en.md', (await read('tea/en.md')).replace('Boiling', 'Warm'));
    const answer = await refused(ann('put', 'tea/en.md'), /^tea\/en\.md: The text was changed after you read it/);
    assert.match(answer.stderr, / {2}body:\n {2}- Leaves\.\n {2}\+ Green leaves\.\n/);
    assert.match(answer.stderr, /`sen article get tea en` gives the present text/);
    const problem = JSON.parse((await ann('put', 'tea/en.md', '--json')).stderr);
    assert.equal(problem.status, 412);
    assert.equal(problem.current.revision, 3);

    // Where nothing is remembered of a file, only one's own last save may be followed.
    await mkdir(join(folder, 'fresh'));
    await write('fresh/en.md', await read('tea/en.md'));
    await refused(ann('put', 'fresh'), /- Boiling water\.\n {2}- Green leaves\.\n {2}\+ Warm water\.\n {2}\+ Leaves\./);
    assert.equal(await good(bob('put', 'fresh')), 'fresh/en.md: tea en, revision 4, saved\n');

    // What was got again can be put again.
    await shell('ann', '"$SEN" article get tea en > tea/en.md');
    await write('tea/en.md', (await read('tea/en.md')).replace('Warm', 'Tepid'));
    assert.equal(await good(ann('put', 'tea/en.md')), 'tea/en.md: tea en, revision 5, saved\n');
    assert.match(await good(ann('revisions', 'tea', 'en')), /^5\tdraft\tdraft\t-\t.*\tann\tTea\n4\tsuperseded\t/);
    assert.equal(await good(ann('discard', 'tea', 'en')), 'tea en: done\n');
    await refused(ann('put', 'tea/en.md'), /^tea\/en\.md: The text was changed after you read it/);
  });

  test('every character of a file comes back', async () => {
    const title = '“Trà”: \'nóng\' — تَشاي، ชา, 茶 🍵 #1 [x] {y} & *z* ! | > % @ `';
    const body = '    code first\n\n# “Quoted” — thật\n\n---\n\n- a\n\n  b  \n  c\n\nالشاي 茶\n\n```\n---\n```';
    await write('odd.md', markdown('odd', 'en', JSON.stringify(title), body,
      `summary: ${JSON.stringify(title)}\nauthor: "null"\nlicence: "~"\nsources:\n  - title: ${JSON.stringify(title)}\n    url: https://example.org/?a=b&c=d#e\n  - title: two\ntranslation:\n  method: machine-person\n`));
    await good(ann('put', 'odd.md'));
    await shell('ann', '"$SEN" article get odd en > again.md');
    assert.equal(await good(ann('put', 'again.md')), 'again.md: odd en, revision 1, unchanged\n');
    const { body: kept, title: title_kept } = JSON.parse(await good(ann('get', 'odd', 'en', '--json')));
    assert.equal(title_kept, title);
    assert.equal((await read('again.md')).split('\n---\n').slice(1).join('\n---\n'), `\n${kept}`);
  });

  test('an article with every source that it may have comes back', async () => {
    const sources = Array.from({ length: 50 }, (_, i) => `  - title: "${'ồ'.repeat(499)}${i % 10}"\n    url: https://example.org/${'x'.repeat(1900)}${i}`).join('\n');
    await write('long.md', markdown('long', 'en', 'Long', `${'y'.repeat(262100)}`, `sources:\n${sources}\n`));
    await good(ann('put', 'long.md'));
    await shell('ann', '"$SEN" article get long en > long2.md');
    assert.equal(await good(ann('put', 'long2.md')), 'long2.md: long en, revision 1, unchanged\n');
  });

  test('sources go before their translations, so that each is known to be up to date', async () => {
    await mkdir(join(folder, 'rice'));
    await write('rice/ar.md', markdown('rice-field', 'ar', 'حقل الأرز', 'ماء.'));
    await write('rice/en.md', markdown('rice-field', 'en', 'Rice field', 'Water.'));
    assert.equal(await good(ann('put', 'rice/')),
      'rice/en.md: rice-field en, revision 1, saved in a new article\nrice/ar.md: rice-field ar, revision 1, saved\n');
    const { translation } = JSON.parse(await good(ann('get', 'rice-field', 'ar', '--json')));
    assert.equal(translation.source_revision, 1);
    await shell('ann', '"$SEN" article get rice-field ar > rice/ar.md');
    assert.match(await read('rice/ar.md'), /\n {2}source_revision: 1\n/);
    assert.match(await good(ann('put', 'rice')), /ar\.md: rice-field ar, revision 1, unchanged\n$/);
  });

  test('what is wrong with a file is said with its line, and the rest goes in', async () => {
    await mkdir(join(folder, 'mixed'));
    await write('mixed/a.md', '---\nid: a\nlocale: en\ntitel: A\n---\nText\n');
    await write('mixed/b.md', markdown('b', 'en', 'B', 'Text.'));
    await write('mixed/c.md', 'no front matter\n');
    await write('mixed/d.md', markdown('d', 'en', 'D', 'Text.', 'topic: there-is-none\n'));
    await write('mixed/e.md', markdown('e', 'en', 'E', '![x](media:none)'));
    const answer = await ann('put', 'mixed');
    assert.equal(answer.status, 1);
    assert.match(answer.stdout, /^mixed\/b\.md: b en, revision 1, saved in a new article\n$/);
    assert.match(answer.stderr, /^mixed\/a\.md:4: titel: there is no such key\n/);
    assert.match(answer.stderr, /mixed\/c\.md:1: the file does not begin with front matter/);
    assert.match(answer.stderr, /mixed\/d\.md: “topic” names something that there is not/);
    assert.match(answer.stderr, /mixed\/e\.md: body: There is no picture or file “none”/);
    await refused(ann('put', 'nothing.md'), /^nothing\.md: No such file/);
    await refused(ann('put', 'tea/notes.txt'), /neither a folder nor a \.md file/);
  });

  test('what a file says of the whole article is said, not changed, and set by name', async () => {
    await write('tea/vi.md', (await read('tea/vi.md')).replace('topic: food', 'topic: nature'));
    const answer = await ann('put', 'tea/vi.md');
    assert.equal(answer.status, 0);
    assert.match(answer.stderr, /^tea\/vi\.md: topic is different in the portal and stays so/);
    assert.equal(await good(ann('set', 'tea', '--topic', 'nature')), 'tea: done\n');
    assert.equal(await good(ann('put', 'tea/vi.md')), 'tea/vi.md: tea vi, revision 1, unchanged\n');
    assert.equal(await good(ann('new', 'rice', 'vi', '--kind', 'interview', '--topic', 'food')), 'rice: done\n');
    await refused(ann('new', 'rice', 'vi'), /^rice: Something stands in the way: there is already an article with this id/);
  });

  test('withdrawals of each kind', async () => {
    await refused(bob('withdraw', 'tea', 'en', '--reason', 'x', '--kind', 'redirect'), /“to” is needed with the kind “redirect”/);
    await refused(bob('withdraw', 'tea', 'en', '--reason', 'x', '--kind', 'vanish', '--status', '500'), /^tea en: /);
    assert.equal(await good(bob('withdraw', 'tea', 'en', '--reason', 'Wrong.', '--kind', 'gone')), 'tea en: withdrawn, gone\n');
  });

  test('lists: what readers were told, and what was said, a line each', async () => {
    assert.match(await good(ann('history', 'tea', 'en')),
      /^3\twithdrawal\t\S+Z\t-\tWrong\.\n2\tminor\t\S+Z\t-\t-\n1\tfirst\t\S+Z\t-\t-\n$/);
    await good(ann('comment', 'tea', 'vi', 'One\tline\nand another'));
    assert.match(await good(ann('comments', 'tea', 'vi')), /^\d+\t\S+Z\tann\t1\t-\tOne line and another\n$/);
    await good(ann('comment', 'tea', 'vi', '--', '--json'));
    const { items } = JSON.parse(await good(ann('comments', 'tea', 'vi', '--json')));
    assert.deepEqual(items.map((one) => one.text), ['One\tline\nand another', '--json']);
  });

  test('the language of LANG, for refusals of the API and of files', async () => {
    const vi = as('ann', { LANG: 'vi_VN.UTF-8' });
    const answer = await refused(vi('get', 'there-is-none', 'en'), /^there-is-none en: /);
    const messages = JSON.parse(await readFile(new URL('../../locales/messages/vi.json', import.meta.url), 'utf8'));
    assert.equal(answer.stderr, `there-is-none en: ${messages['problem.not_found']}\n`);
    assert.equal((await vi('put', 'mixed/a.md')).stderr, `mixed/a.md:4: titel: ${messages['fault.unknown_key']}\n`);
  });

  test('tokens: missing, wrong, never on the command line, never in clear over a network', async () => {
    await refused(as('', {})('list'), /put a token into the environment variable SEN_TOKEN/);
    await refused(as('a\r\nx: y', {})('list'), /SEN_TOKEN/);
    await refused(as('sen_nonsense', {})('list'), /This needs somebody who is signed in/);
    for (const address of ['http://example.org', 'http://127.0.0.1.example.org', 'http://192.0.2.1', 'http://[2001:db8::1]'])
      await refused(ann('list', '--server', address), /in clear over the network/);
    for (const address of ['ftp://127.0.0.1', 'file:///etc/passwd', 'http://u:p@127.0.0.1', `${server.url}/v1`, `${server.url}?a`, 'x', ''])
      await refused(ann('list', '--server', address), /is not an address like/);
    await refused(ann('list', '--token', 'x'), /^usage: sen article list/, 2);
  });

  test('a certificate that nobody vouches for is not believed', async () => {
    const names = ['-keyout', 'key.pem', '-out', 'cert.pem'];
    const made = await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1',
      '-addext', 'subjectAltName=IP:127.0.0.1', ...names], { cwd: folder });
    assert.equal(made.status, 0, made.stderr);
    let requests = 0;
    const other = createTlsServer({ key: await read('key.pem'), cert: await read('cert.pem') }, (request, response) => {
      requests++;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[],"next":null}');
    }).listen(0, '127.0.0.1');
    await new Promise((done) => other.once('listening', done));
    const url = `https://127.0.0.1:${other.address().port}`;
    try {
      await refused(ann('list', '--server', url), /cannot be reached: .*certificate/i);
      assert.equal(requests, 0);
      assert.equal(await good(as('ann', { SSL_CERT_FILE: join(folder, 'cert.pem') })('list', '--server', url)), '');
      await refused(as('ann', { SSL_CERT_FILE: join(folder, 'cert.pem') })('list', '--server', url.replace('127.0.0.1', 'localhost')),
        /cannot be reached: .*name/i);
      assert.equal(requests, 1);
    } finally {
      other.close();
    }
  });

  test('wrong use', async () => {
    await refused(ann(), /is not one of its verbs/, 2);
    await refused(ann('dance'), /dance is not one of its verbs/, 2);
    for (const words of [['get'], ['get', 'tea'], ['get', 'tea', 'en', 'more'], ['put'], ['publish', 'tea', 'en', '--at'],
      ['get', 'tea', 'en', '--revision', 'x'], ['get', 'tea', 'en', '--revision', '-1'], ['move', 'tea', 'en'], ['list', '--server']])
      await refused(ann(...words), /^usage: sen article/, 2);
    assert.match((await run(portal.sen, ['help', 'article'])).stdout, /sen article put articles\//);
  });

  test('a server that is away, is something else, sends elsewhere, says too much or never ends', async () => {
    await refused(ann('list', '--server', 'http://127.0.0.1:1'), /cannot be reached/);
    const answers = {
      '/v1/me/waiting?limit=200': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hello'),
      redirect: (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' }).end(),
      large: (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const more = () => { while (!response.destroyed && response.write(`"${'x'.repeat(65536)}",`)); };
        response.on('drain', more).on('error', () => {});
        response.write('[');
        more();
      },
      cut: (response) => { response.writeHead(200, { 'content-length': '100' }); response.write('{'); response.destroy(); },
      empty: (response) => response.writeHead(502).end(),
    };
    let answer = answers['/v1/me/waiting?limit=200'];
    const seen = [];
    const other = createServer((request, response) => { seen.push(request); answer(response); }).listen(0, '127.0.0.1');
    await new Promise((done) => other.once('listening', done));
    const url = `http://127.0.0.1:${other.address().port}`;
    try {
      await refused(ann('list', '--server', url), /answered 200, and not in JSON: is it the portal\?/);
      assert.equal(seen[0].headers.authorization, `Bearer ${tokens.ann}`);
      answer = answers.redirect;
      await refused(ann('list', '--server', url), /sends elsewhere: http:\/\/127\.0\.0\.1:1\/elsewhere/);
      assert.equal(seen.length, 2, 'it does not follow');
      answer = answers.large;
      await refused(ann('list', '--server', url), /is too large/);
      answer = answers.cut;
      await refused(ann('list', '--server', url), /cannot be reached/);
      answer = answers.empty;
      await refused(ann('list', '--server', url), /answered 502 and nothing else/);
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });
});
