// What a folder holds, to compare two builds or two runs.
import { createHash } from 'node:crypto';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';

// Path below the folder -> SHA-256 of the file. Links are followed at the top only; one inside is
// part of the tree as "-> target".
export async function tree(folder) {
  const files = new Map();
  async function walk(path, name) {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const inner = name ? `${name}/${entry.name}` : entry.name;
      if (entry.isDirectory()) await walk(join(path, entry.name), inner);
      else if (entry.isSymbolicLink()) files.set(inner, `-> ${await realpath(join(path, entry.name))}`);
      else files.set(inner, createHash('sha256').update(await readFile(join(path, entry.name))).digest('hex'));
    }
  }
  await walk(await realpath(folder), '');
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export async function treeHash(folder) {
  const hash = createHash('sha256');
  for (const [name, digest] of await tree(folder)) hash.update(`${name}\0${digest}\n`);
  return hash.digest('hex');
}

// Names of the files that one tree has and the other has not, or has otherwise.
export function difference(before, after) {
  return [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name)).sort();
}
