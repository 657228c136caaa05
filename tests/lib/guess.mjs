// A crowd that asks: `node guess.mjs URL RATE SECONDS guess|look` sends RATE requests a second and
// prints how many answers had which status. guess: passwords and tokens by turns, from ever other
// addresses (the server's SEN_PROXY is this machine); look: the same number of requests for
// /health, to compare with.
import http from 'node:http';

const [url, rate, seconds, mode] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4]), process.argv[5]];
const agent = new http.Agent({ keepAlive: true, maxSockets: 128 });
const statuses = {};
let [sent, answered] = [0, 0];

// A third of the passwords is tried on one account, a third from one address, the rest is of
// strangers who each come once.
function what(n) {
  const far = `203.${n >> 16 & 255}.${n >> 8 & 255}.${n & 255}`;
  if (mode === 'look') return { path: '/health', method: 'GET' };
  if (n % 2) {
    const token = `sen_${'a'.repeat(8)}_${String(n).padStart(43, 'A')}`;
    return { path: '/v1/me', method: 'GET', headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': n % 4 === 1 ? far : '192.0.2.1' } };
  }
  const kind = ['account', 'address', 'crowd'][n / 2 % 3];
  return {
    kind, path: '/v1/session', method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': kind === 'address' ? '192.0.2.2' : far },
    body: JSON.stringify({ name: kind === 'account' ? 'victim' : `name-${n}`, password: `guess number ${n}` }),
  };
}

function ask(n) {
  const { kind = mode === 'look' ? 'look' : 'token', body, ...options } = what(n);
  const done = (status) => {
    const key = `${kind} ${status}`;
    statuses[key] = (statuses[key] ?? 0) + 1;
    answered++;
  };
  const request = http.request(url, { ...options, agent }, (answer) => {
    answer.resume();
    answer.on('end', () => done(answer.statusCode));
  });
  request.on('error', () => done('error'));
  request.end(body);
}

const began = performance.now();
const timer = setInterval(() => {
  const due = Math.min(rate * seconds, Math.floor((performance.now() - began) * rate / 1000));
  while (sent < due) ask(sent++);
  if (answered === rate * seconds) {
    clearInterval(timer);
    agent.destroy();
    console.log(JSON.stringify(statuses));
  }
}, 5);
