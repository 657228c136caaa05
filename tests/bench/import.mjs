// 10,000 texts into an empty database.
import { join } from 'node:path';
import { startCluster } from '../lib/portal.mjs';
import { median, row, texts, writeLines } from './lib.mjs';

const COUNT = 10000;
const ROUNDS = 3;

export default async function measure() {
  const list = texts(COUNT, { least: 3000, most: 5000 });
  const seconds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const portal = await startCluster({ build: 'release', durable: true });
    try {
      await portal.must(['migrate']);
      const lines = await writeLines(join(portal.home, 'texts.jsonl'), list);
      const began = performance.now();
      await portal.must(['import', lines]);
      seconds.push((performance.now() - began) / 1000);
    } finally {
      await portal.stop();
    }
  }
  const middle = median(seconds);
  row({ what: `sen import of ${COUNT} texts`, ours: seconds.map((n) => `${n.toFixed(1)} s`).join(', '), figure: `${middle.toFixed(1)} s`, goal: '< 60 s', reached: middle < 60 });
}
