// Somebody who reads all the while, in a thread of their own, so that what they measure is the server
// and not the test.
//
//   const reading = reader([`${server.url}/v1/articles/pho`]);
//   const { times, failed } = await reading.take(); // milliseconds, and how many were not 200, since the last
//   await reading.stop();
import { Worker } from 'node:worker_threads';

export function reader(urls) {
  const worker = new Worker(`
    const { parentPort } = require('node:worker_threads');
    const http = require('node:http');
    const urls = ${JSON.stringify(urls)};
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    let times = [], failed = 0, n = 0;
    parentPort.on('message', () => { parentPort.postMessage({ times, failed }); times = []; failed = 0; });
    (function next() {
      const from = performance.now();
      http.get(urls[n++ % urls.length], { agent }, (answer) => {
        answer.resume().on('end', () => {
          times.push(performance.now() - from);
          if (answer.statusCode !== 200) failed++;
          setTimeout(next, 4);
        });
      }).on('error', () => { failed++; setTimeout(next, 4); });
    })();`, { eval: true });
  const take = () => new Promise((done) => {
    worker.once('message', done);
    worker.postMessage('');
  });
  return { take, stop: () => worker.terminate() };
}

export const percentile = (list, p) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * p))] ?? NaN;
