// Video, audio and captions: which come in, which do not, how they are named by articles, and how
// they are served in parts.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openapi } from '../lib/openapi.mjs';
import { png } from '../lib/png.mjs';
import { startPortal, top, waitFor } from '../lib/portal.mjs';

const film = await readFile(join(top, 'content/starter/media/water-puppets-film.webm'));
const tones = await readFile(join(top, 'content/starter/media/monochord-harmonics.mp3'));
let portal, server, api, reader;
before(async () => {
  portal = await startPortal();
  server = await portal.serve({ SEN_REQUESTS_PER_SECOND: 0, SEN_UPLOAD_BYTES: 3000000 });
  api = await openapi(server, { token: await portal.token() });
  reader = await openapi(server);
});
after(() => portal?.stop());

const said = 'credit=An&licence=CC0-1.0&locale=en&alt=A+pond';
const upload = (bytes, type, query) => api('POST', `/v1/media?${query}`, { body: bytes, headers: { 'content-type': type } });
const video = (bytes, type = 'video/webm', query = `${said}&duration=20&width=640&height=360`) => upload(bytes, type, query);
const audio = (bytes, type = 'audio/mpeg', query = `${said}&duration=27`) => upload(bytes, type, query);
const captions = (of, bytes, locale = 'vi') => upload(bytes, 'text/vtt', `locale=${locale}&of=${of}`);
const cues = (text) => `WEBVTT\n\n00:00.000 --> 00:02.000\n${text}\n`;
function problem(answer, status, key, field) {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.match(answer.body.type, new RegExp(`${key.replace('.', '\\.')}$`));
  assert.equal(answer.body.field, field);
}

const pad = (...parts) => Buffer.concat([...parts.map((part) => Buffer.from(part, 'latin1')), Buffer.alloc(64)]);
const mp4 = (brand) => pad('\0\0\0\x20ftyp', brand, '\0\0\0\0isomiso2');
const ogg = (packet) => pad('OggS\0\x02', '\0'.repeat(20), '\x01\x13', packet);
const good = { // the beginnings of each type
  'video/mp4': mp4('isom'),
  'video/webm': film,
  'audio/mpeg': tones,
  'audio/ogg': ogg('OpusHead'),
  'audio/mp4': mp4('M4A '),
};

describe('uploads', () => {
  test('each type comes in as it is, and the same twice is one', async () => {
    for (const [type, bytes] of Object.entries(good)) {
      const kept = type.startsWith('video') ? await video(bytes, type) : await audio(bytes, type);
      assert.equal(kept.status, 201, `${type}: ${JSON.stringify(kept.body)}`);
      assert.equal(kept.body.type, type);
      assert.equal(kept.body.width, type.startsWith('video') ? 640 : undefined);
      assert.equal((type.startsWith('video') ? await video(bytes, type) : await audio(bytes, type)).status, 200);
      const shown = (await waitFor(async () => { const answer = await reader('GET', `/v1/media/${kept.body.id}`); return answer.status === 200 && answer; })).body;
      assert.deepEqual([shown.type, shown.duration, shown.height, shown.captions], [type, type.startsWith('video') ? 20 : 27, type.startsWith('video') ? 360 : null, {}]);
      const file = await fetch(server.url + shown.src);
      assert.equal(file.headers.get('content-type'), type);
      assert.match(file.headers.get('content-security-policy'), /sandbox/);
      assert.ok(Buffer.from(await file.arrayBuffer()).equals(bytes), type);
    }
    assert.ok(await audio(Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\x0a'), Buffer.alloc(100)])).then((kept) => kept.status === 201), 'a tag before the frames');
    assert.equal((await audio(ogg('\x01vorbis'), 'audio/ogg')).status, 201);
  });

  test('what is not what it says is refused, and nothing is left', async () => {
    const had = await readdir(join(portal.home, 'media'));
    const strangers = { ...good, 'image/png': png(4, 4), 'text/html': Buffer.from('<html><script>alert(1)</script></html>'.padEnd(200)), noise: Buffer.alloc(500, 7), short: Buffer.from('OggS') };
    for (const type of Object.keys(good))
      for (const [other, bytes] of Object.entries(strangers)) {
        if (other === type) continue;
        const answer = type.startsWith('video') ? await video(bytes, type) : await audio(bytes, type);
        problem(answer, 415, 'media.recording', 'Content-Type');
      }
    for (const [name, bytes] of [
      ['matroska', Buffer.from(film.toString('latin1').replace('webm', 'matr'), 'latin1')],
      ['a page in another order', ogg('xOpusHead')], ['layer II', Buffer.concat([Buffer.from([0xff, 0xfd, 0x90, 0]), Buffer.alloc(100)])],
      ['no rate', Buffer.concat([Buffer.from([0xff, 0xfb, 0xf0, 0]), Buffer.alloc(100)])],
    ]) problem(await audio(bytes, name === 'a page in another order' ? 'audio/ogg' : 'audio/mpeg'), 415, 'media.recording', 'Content-Type');
    problem(await video(''), 400, 'media_missing', undefined);
    problem(await upload(film, 'image/png', said), 415, 'media.type', undefined);
    assert.deepEqual(await readdir(join(portal.home, 'media')), had);
  });

  test('what must be said of it, each within its limits', async () => {
    const words = { credit: 'An', licence: 'CC0-1.0', locale: 'en', alt: 'A pond', duration: '20', width: '640', height: '360' };
    const query = (more) => new URLSearchParams(Object.entries({ ...words, ...more }).filter(([, value]) => value !== null));
    for (const name of Object.keys(words)) problem(await video(film, 'video/webm', query({ [name]: null })), 400, 'query_missing', name);
    for (const [name, most] of [['duration', 86400], ['width', 100000], ['height', 100000]]) {
      assert.ok([200, 201].includes((await video(film, 'video/webm', query({ [name]: most }))).status), name);
      for (const wrong of [0, most + 1, '-1', '1.5', 'x', '1e3', '99999999999']) problem(await video(film, 'video/webm', query({ [name]: wrong })), 400, 'fault.number_range', name);
    }
    problem(await audio(tones, 'audio/mpeg', `${said}&duration=27&of=x`), 400, 'query_unknown', 'of');
    problem(await upload(png(3, 3), 'image/png', `${said}&duration=27`), 400, 'query_unknown', 'duration');
  });

  test('as large as may be, and one byte more', async () => {
    const padded = (length) => Buffer.concat([tones, Buffer.alloc(length - tones.length)]);
    assert.equal((await audio(padded(3000000))).status, 201);
    problem(await audio(padded(3000001)), 413, 'body_too_large', undefined);
  });

  test('who has no right brings none in', async () => {
    const token = await portal.person('reader-only', { grants: [] });
    const nobody = await openapi(server, { token });
    assert.equal((await nobody('POST', `/v1/media?${said}&duration=1`, { body: tones, headers: { 'content-type': 'audio/mpeg' } })).status, 403);
    assert.equal((await reader('POST', `/v1/media?${said}&duration=1`, { body: tones, headers: { 'content-type': 'audio/mpeg' } })).status, 401);
  });
});

describe('captions', () => {
  let id;
  before(async () => { id = (await video(good['video/mp4'], 'video/mp4')).body.id; });
  const shown = async () => (await reader('GET', `/v1/media/${id}`)).body.captions;

  test('one set a language, the later in the place of the earlier', async () => {
    const first = await captions(id, cues('Rồng nổi lên.'));
    assert.equal(first.status, 201, JSON.stringify(first.body));
    assert.deepEqual([first.body.id, first.body.type, first.body.locale], [id, 'text/vtt', 'vi']);
    const file = await fetch(server.url + first.body.src);
    assert.equal(file.headers.get('content-type'), 'text/vtt; charset=utf-8');
    assert.equal(await file.text(), cues('Rồng nổi lên.'));
    const second = await captions(id, cues('Rồng lặn xuống.'));
    assert.equal(second.status, 200);
    await captions(id, `\ufeff${cues('The dragon rises.')}`, 'en');
    await waitFor(async () => (await shown()).en);
    assert.deepEqual(Object.keys(await shown()).sort(), ['en', 'vi']);
    assert.equal((await shown()).vi, second.body.src);
  });

  test('hostile and broken files', async () => {
    const before_ = await shown();
    const max = 1024 * 1024;
    for (const bad of ['<html>', 'webvtt\n', 'WEBVTTX\n', ' WEBVTT\n', 'WEBVT', Buffer.from('WEBVTT\n\n\xff\xfe', 'latin1'), 'WEBVTT\n\n\0', `WEBVTT\n${'x'.repeat(max - 6)}`])
      problem(await captions(id, bad), 415, 'media.captions', undefined);
    assert.deepEqual(await shown(), before_);
    assert.ok([200, 201].includes((await captions(id, `WEBVTT\n${'x'.repeat(max - 7)}`, 'ja')).status));
    problem(await captions('there-is-none', cues('x')), 422, 'unknown_reference', 'of');
    const picture = (await upload(png(5, 5), 'image/png', said)).body.id;
    problem(await captions(picture, cues('x')), 422, 'unknown_reference', 'of');
    problem(await captions(id, cues('x'), 'xx'), 400, 'unknown_locale', 'locale');
  });
});

describe('parts', () => {
  let url;
  before(async () => { url = server.url + (await video(film)).body.src; });
  const ask = (range, headers = {}, method = 'GET') => fetch(url, { method, headers: { ...(range && { range }), ...headers } });

  test('206 with exactly the bytes asked for', async () => {
    const size = film.length;
    for (const [range, from, to] of [['bytes=0-0', 0, 0], ['bytes=0-', 0, size - 1], ['bytes=100-199', 100, 199], ['bytes=-1', size - 1, size - 1],
      [`bytes=-${size + 5}`, 0, size - 1], [`bytes=${size - 1}-`, size - 1, size - 1], [`bytes=5-${size * 2}`, 5, size - 1], ['BYTES=3-4', 3, 4]]) {
      const answer = await ask(range);
      assert.equal(answer.status, 206, range);
      assert.equal(answer.headers.get('content-range'), `bytes ${from}-${to}/${size}`, range);
      assert.ok(Buffer.from(await answer.arrayBuffer()).equals(film.subarray(from, to + 1)), range);
    }
  });

  test('416 past the end', async () => {
    for (const range of [`bytes=${film.length}-`, `bytes=${film.length * 3}-${film.length * 4}`, 'bytes=-0']) {
      const answer = await ask(range);
      assert.equal(answer.status, 416, range);
      assert.equal(answer.headers.get('content-range'), `bytes */${film.length}`);
      assert.equal((await answer.arrayBuffer()).byteLength, 0);
    }
  });

  test('the whole for several at once, for what is malformed, and for HEAD', async () => {
    for (const range of ['bytes=0-1,4-5', 'bytes=2-1', 'bytes=', 'bytes=a-b', 'bytes=1', 'bytes=-', 'bytes=1-2x', 'items=0-1', 'bytes=9999999999999999999-']) {
      const answer = await ask(range);
      assert.equal(answer.status, 200, range);
      assert.equal((await answer.arrayBuffer()).byteLength, film.length, range);
    }
    const head = await ask('bytes=0-9', {}, 'HEAD');
    assert.deepEqual([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')], [200, String(film.length), 'bytes']);
  });

  test('If-Range: the part only of what is still the same', async () => {
    const whole = await ask();
    await whole.arrayBuffer();
    const [tag, date] = [whole.headers.get('etag'), whole.headers.get('last-modified')];
    for (const same of [tag, date]) assert.equal((await ask('bytes=0-9', { 'if-range': same })).status, 206, same);
    for (const other of ['"other"', `W/${tag}`, 'Mon, 01 Jan 2001 00:00:00 GMT']) assert.equal((await ask('bytes=0-9', { 'if-range': other })).status, 200, other);
    assert.equal((await ask('bytes=0-9', { 'if-none-match': tag })).status, 304);
    assert.equal((await ask('bytes=0-9')).headers.get('etag'), tag);
  });

  test('what is compressed on its way has none', async () => {
    const answer = await fetch(`${server.url}/v1/media`, { headers: { range: 'bytes=0-1' } });
    assert.equal(answer.status, 200);
  });
});

describe('articles', () => {
  const create = (more) => api('POST', '/v1/articles', { body: { source_locale: 'en', ...more } });
  const kinds = ['news', 'feature', 'photo-essay', 'video', 'audio', 'interview', 'statement', 'profile'];

  test('the kinds there are, and no other', async () => {
    for (const kind of kinds) assert.equal((await create({ kind })).status, 201, kind);
    const { body: { id } } = await create({});
    for (const kind of ['report', 'photo', 'News', 'news feature', '', 'video ']) {
      if (kind !== 'video ') problem(await create({ kind }), 400, kind ? 'fault.choice' : 'fault.empty', 'kind');
      if (kind && kind !== 'video ') problem(await api('PATCH', `/v1/articles/${id}`, { body: { kind } }), 400, 'fault.choice', 'kind');
    }
    problem(await api('GET', '/v1/coverage?kind=report'), 400, 'fault.choice', 'kind');
    const drafted = await api('PUT', `/v1/articles/${id}/texts/en`, { headers: { 'if-none-match': '*' }, body: { title: 'A', body: 'B', kind: 'news' } });
    problem(drafted, 400, 'fault.unknown_key', 'kind');
  });

  test('a recording is named by its id, and is shown', async () => {
    const { body: medium } = await video(film);
    const { body: picture } = await upload(png(6, 6), 'image/png', said);
    problem(await create({ kind: 'video', recording: 'there-is-none' }), 422, 'unknown_reference', 'recording');
    problem(await create({ kind: 'video', recording: picture.id }), 422, 'unknown_reference', 'recording');
    const { body: { id } } = await create({ kind: 'video' });
    const changed = await api('PATCH', `/v1/articles/${id}`, { body: { recording: medium.id } });
    assert.equal(changed.body.recording, medium.id);
    // A recording is no picture.
    const saved = await api('PUT', `/v1/articles/${id}/texts/en`, { headers: { 'if-none-match': '*' }, body: { title: 'A', body: 'B', image: { media: medium.id, alt: 'x' } } });
    problem(saved, 422, 'fault.unknown_media', 'image.media');
    assert.equal((await api('PUT', `/v1/articles/${id}/texts/en`, { headers: { 'if-none-match': '*' }, body: { title: 'A film', body: 'What is said.' } })).status, 201);
    assert.equal((await api('POST', `/v1/articles/${id}/texts/en/publish`, { body: {} })).status, 200);
    const shown = await waitFor(async () => (await reader('GET', `/v1/articles/${id}`)).body.recording);
    assert.deepEqual([shown.id, shown.type, shown.duration, shown.width], [medium.id, 'video/webm', medium.duration, 640]);
  });
});

describe('a folder', () => {
  let folder;
  before(async () => { folder = await mkdtemp(join(tmpdir(), 'sen-recordings-')); await chmod(folder, 0o755); });
  after(() => rm(folder, { recursive: true, force: true }));
  const row = (more) => ({ id: 'x', file: 'x.webm', width: 640, height: 360, duration: 20, credit: 'An', licence: 'CC0-1.0', alt: { en: 'A pond' }, ...more });
  async function bring(record, files) {
    const path = join(folder, String(Math.random()).slice(2));
    await mkdir(path);
    await writeFile(join(path, 'media.json'), JSON.stringify([record]));
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
    return portal.run(['import', path]);
  }

  test('is refused by the name of what is wrong', async () => {
    const refused = async (record, files, pattern) => {
      const { status, stdout, stderr } = await bring(record, files);
      assert.notEqual(status, 0, String(pattern));
      assert.match(stdout + stderr, pattern);
    };
    await refused(row(), { 'x.webm': tones }, /file: x\.webm is of a type/);
    await refused(row({ file: 'x.mov' }), { 'x.mov': film }, /file: x\.mov is of a type/);
    await refused(row({ media_type: 'video/mp4' }), { 'x.webm': film }, /file: x\.webm is of a type/);
    await refused(row({ duration: undefined }), { 'x.webm': film }, /duration: it is missing/);
    await refused(row({ width: undefined }), { 'x.webm': film }, /width: it is missing/);
    await refused(row({ duration: 86401 }), { 'x.webm': film }, /duration: /);
    await refused(row({ file: 'x.mp3' }), { 'x.mp3': tones }, /width: /);
    await refused(row({ file: 'x.png', duration: 3 }), { 'x.png': png(2, 2) }, /duration: /);
    await refused(row({ captions: { vi: 'x.srt' } }), { 'x.webm': film, 'x.srt': cues('a') }, /captions\.vi: x\.srt is no WebVTT/);
    await refused(row({ captions: { vi: '../x.vtt' } }), { 'x.webm': film }, /captions\.vi: /);
    await refused(row({ captions: { vi: 'x.vtt' } }), { 'x.webm': film, 'x.vtt': 'no' }, /captions\.vi: x\.vtt is no WebVTT/);
    await refused(row({ captions: { vi: 'none.vtt' } }), { 'x.webm': film }, /captions\.vi: .*none\.vtt/);
    await refused(row({ captions: { xx: 'x.vtt' } }), { 'x.webm': film, 'x.vtt': cues('a') }, /captions\.xx: /);
  });

  test('comes in, goes out, and comes in again as it was', async () => {
    const path = join(folder, 'whole');
    await mkdir(path);
    await writeFile(join(path, 'media.json'), JSON.stringify([row({ id: 'film', captions: { vi: 'a.vtt', en: 'b.vtt' } }), row({ id: 'tones', file: 'x.mp3', width: undefined, height: undefined })]));
    for (const [name, bytes] of Object.entries({ 'x.webm': film, 'x.mp3': tones, 'a.vtt': cues('Rồng'), 'b.vtt': cues('A dragon') })) await writeFile(join(path, name), bytes);
    await mkdir(join(path, 'articles'));
    await writeFile(join(path, 'articles', 'a.en.md'), '---\nid: a-film\nkind: video\nlocale: en\ntitle: A film of a pond\nrecording: film\n---\nWhat is shown.\n');
    await portal.must(['import', path]);
    assert.match((await portal.must(['import', path])).stdout + '', /0 added|unchanged|same/i);
    const { stdout: out } = await portal.must(['export', '--jsonl']);
    const lines = out.trim().split('\n').map((line) => JSON.parse(line));
    const one = lines.find((line) => line.id === 'film');
    assert.deepEqual([one.media_type, one.duration, Object.keys(one.captions)], ['video/webm', 20, ['en', 'vi']]);
    assert.equal(lines.find((line) => line.id === 'a-film').recording, 'film');
    const file = join(folder, 'all.jsonl');
    await writeFile(file, out);
    await portal.must(['import', file]);
    assert.equal((await portal.must(['export', '--jsonl'])).stdout, out);
    await writeFile(join(path, 'articles', 'a.en.md'), '---\nid: b-film\nkind: video\nlocale: en\ntitle: A film of a pond\nrecording: none\n---\nWhat is shown.\n');
    const wrong = await portal.run(['import', path]);
    assert.match(wrong.stdout + wrong.stderr, /recording: there is no video or audio recording “none”/);
    await writeFile(join(path, 'articles', 'a.en.md'), '---\nid: b-film\nkind: film\nlocale: en\ntitle: A film of a pond\n---\nWhat is shown.\n');
    const kind = await portal.run(['import', path]);
    assert.match(kind.stdout + kind.stderr, /a\.en\.md:3: kind: it must be one of: news feature/);
  });
});
