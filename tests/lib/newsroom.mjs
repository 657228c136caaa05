// People of the portal, by what they do, and the way of a text through their hands.
//
//   const room = await newsroom(portal, server, { ann: 'author', ben: ['editor', 'author'] });
//   await room.ann.save('tea', 'vi', { title: 'Trà', body: 'Một chén trà.' });
import assert from 'node:assert/strict';
import { editor } from './editor.mjs';
import { openapi } from './openapi.mjs';

// `people`: { name: role, or roles, or [{ role, agency, locales }] }; without an agency of its own a
// role is for `agency` (null: for all). Everybody is an editor() who also knows their `name` and `token`.
export async function newsroom(portal, server, people, { agency = null, suffix = '' } = {}) {
  const room = {};
  for (const [who, roles] of Object.entries(people)) {
    const grants = [roles].flat().map((role) => (typeof role === 'string' ? { role, agency } : { agency, ...role }));
    const name = who + suffix;
    const token = await portal.person(name, { agency, grants });
    room[who] = Object.assign(editor(await openapi(server, { token })), { name, token });
  }
  return room;
}

export const everybody = {
  author: 'author', translator: 'translator', proofreader: 'proofreader', editor: 'editor', publisher: 'publisher',
};

// Takes a draft from where it is to `to` by the hands of those who may.
export async function bring(room, id, locale, to = 'approved') {
  const hands = { edited: 'editor', proofread: 'proofreader', approved: 'publisher' };
  for (const [stage, who] of Object.entries(hands)) {
    const answer = await room[who].move(id, locale, stage);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    if (stage === to) break;
  }
}

// Fails unless an answer is this problem.
export function problem(answer, status, key, field) {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.equal(answer.body.type.split('#problem-')[1], key, JSON.stringify(answer.body));
  assert.equal(answer.body.field, field, JSON.stringify(answer.body));
  assert.ok(answer.body.title.length > 10);
}

export function done(answer, status = 200) {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  return answer.body;
}
