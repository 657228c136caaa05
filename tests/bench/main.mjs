// Measures what the portal is asked to reach, against rivals in the same run. Nothing here is a
// test: a figure that is not reached is printed as such.
//
//   main.mjs [NAME...] [--corpus FILE.jsonl]     the files of this folder to run; all without a name
//
// SEN_BENCH_ROUNDS (5) and SEN_BENCH_SECONDS (4, of a round of load) make it shorter or longer.
import { parseArgs } from 'node:util';
import { printTable } from './lib.mjs';

const all = ['read', 'connections', 'change', 'editing', 'search', 'import', 'build', 'site'];
let values, positionals;
try {
  ({ values, positionals } = parseArgs({ options: { corpus: { type: 'string' } }, allowPositionals: true }));
} catch (error) {
  console.error(error.message);
  process.exit(2);
}
const names = positionals.length ? positionals : all;
const unknown = names.find((name) => !all.includes(name));
if (unknown) {
  console.error(`There is no benchmark "${unknown}"; there are: ${all.join(', ')}`);
  process.exit(2);
}
try {
  for (const name of names) {
    console.log(name);
    const { default: measure } = await import(`./${name}.mjs`);
    await measure(values);
  }
} finally {
  printTable();
}
