// Counts tests for tests/run: prints "passed failed skipped".
//   count.mjs tap FILE     what Node's test runner wrote with its TAP reporter
//   count.mjs meson FILE   meson's testlog.json, of tests that print TAP (cmocka); shows failures
import { existsSync, readFileSync } from 'node:fs';

const [, , format, file] = process.argv;
const text = existsSync(file) ? readFileSync(file, 'utf8') : '';

// The summary at the end of the file: "# pass 12".
function countNode() {
  const total = (name) => Number(text.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? 0);
  const failed = total('fail') + total('cancelled') + total('todo');
  const complete = /^# duration_ms/m.test(text);
  return [total('pass'), failed + (text && !complete ? 1 : 0), total('skipped')];
}

function countMeson() {
  const sum = [0, 0, 0];
  for (const line of text.split('\n').filter(Boolean)) {
    const test = JSON.parse(line);
    const out = test.stdout ?? '';
    const lines = (pattern) => out.match(pattern)?.length ?? 0;
    const skipped = lines(/^(not )?ok .*# skip/gim);
    const passed = lines(/^ok /gm) - lines(/^ok .*# skip/gim);
    const failed = lines(/^not ok /gm) - lines(/^not ok .*# skip/gim);
    const planned = [...out.matchAll(/^1\.\.(\d+)/gm)].reduce((n, plan) => n + Number(plan[1]), 0);
    // A program that crashed has not told of the tests after that; one without TAP is one test.
    const untold = Math.max(planned - passed - failed - skipped, 0);
    const good = test.result === 'OK' || test.result === 'SKIP';
    const none = planned === 0;
    sum[0] += none ? Number(test.result === 'OK') : passed;
    sum[1] += good ? failed + untold : Math.max(failed + untold, 1);
    sum[2] += none ? Number(test.result === 'SKIP') : skipped;
    if (!good || failed + untold > 0) {
      console.error(`${test.name}: ${test.result}, exit status ${test.returncode}`);
      console.error(out.split('\n').filter((l) => !l.startsWith('ok ')).join('\n'));
      console.error((test.stderr ?? '').split('\n').slice(0, 60).join('\n'));
    }
  }
  return sum;
}

console.log((format === 'meson' ? countMeson() : countNode()).join(' '));
