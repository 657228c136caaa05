// A network between `sen` and its database that can be cut on purpose: a TCP port that leads to the
// cluster's socket.
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

export async function network(portal) {
  const pairs = new Set();
  const state = { open: true };
  const server = createServer({ pauseOnConnect: true }, (near) => {
    near.on('error', () => {});
    const pair = { near, far: null };
    pairs.add(pair);
    near.on('close', () => {
      pairs.delete(pair);
      pair.far?.destroy();
    });
    if (!state.open) return; // taken by the kernel, and then nothing, as behind a dropped packet
    pair.far = connect(join(portal.home, 'run/.s.PGSQL.5432'));
    pair.far.on('error', () => near.destroy());
    pair.far.on('close', () => state.open && near.destroy());
    near.pipe(pair.far);
    pair.far.pipe(near);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    settings: { SEN_DATABASE: `host=127.0.0.1 port=${server.address().port} dbname=sen user=sen` },
    // Nothing passes any more, in either direction, and nobody is told.
    drop() {
      state.open = false;
      for (const { near, far } of pairs) {
        near.unpipe();
        far?.unpipe();
        near.pause();
        far?.pause();
      }
    },
    // Every connection is reset, new ones are too.
    reset() {
      state.open = false;
      for (const { near } of pairs) near.resetAndDestroy();
    },
    heal() {
      state.open = true;
      for (const { near } of pairs) near.resetAndDestroy(); // what was dropped is never delivered
    },
    async close() {
      for (const { near } of pairs) near.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
