// Holds many idle connections open, as a process of its own so that its work is not mistaken for
// the server's clients'. Arguments: port, count. Prints "open N" when all are, and ends with stdin.
import { connect } from 'node:net';

const [port, count] = process.argv.slice(2).map(Number);
const asked = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n';
let opened = 0;
let lost = 0;
let next = 0;

function one() {
  if (next++ >= count) return;
  const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(asked));
  socket.once('data', (data) => {
    if (!data.toString('latin1').startsWith('HTTP/1.1 200')) lost++;
    if (++opened + lost >= count) console.log(`open ${opened - lost}`);
    one();
  });
  socket.on('error', () => {
    lost++;
    one();
  });
  socket.on('close', () => { process.exitCode = 1; });
}
for (let i = 0; i < 64; i++) one();
process.stdin.on('end', () => process.exit()).resume();
