// What the kernel says of a process.
import { readFile } from 'node:fs/promises';

const page = 4096;
const ticks = 100; // a second

export async function residentBytes(pid) {
  return Number((await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1]) * page;
}

// Highest so far.
export async function peakBytes(pid) {
  return Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

export async function cpuSeconds(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}
