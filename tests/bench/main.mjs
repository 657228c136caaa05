// Measures what the portal is asked to reach, against rivals in the same run. Nothing here is a
// test: a figure that is not reached is printed as such.
//
//   main.mjs [NAME...]     the files of this folder to run; all without one
//
// SEN_BENCH_ROUNDS (5) and SEN_BENCH_SECONDS (4, of a round of load) make it shorter or longer.
import { printTable } from './lib.mjs';

const all = ['read', 'connections', 'change', 'editing', 'import', 'build'];
const names = process.argv.length > 2 ? process.argv.slice(2) : all;
const unknown = names.find((name) => !all.includes(name));
if (unknown) {
  console.error(`There is no benchmark "${unknown}"; there are: ${all.join(', ')}`);
  process.exit(2);
}
try {
  for (const name of names) {
    console.log(name);
    const { default: measure } = await import(`./${name}.mjs`);
    await measure();
  }
} finally {
  printTable();
}
