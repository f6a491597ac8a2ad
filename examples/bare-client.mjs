/**
 * Talks to an anypath server with nothing but fetch and socket.io-client. Two of them make one conversation:
 *
 *   node bare-client.mjs http://localhost:3000 alice bob "hello from alice"
 *   node bare-client.mjs http://localhost:3000 bob alice "hello from bob"
 *
 * Each sends its text to the other once that is online, prints what arrives, and ends when both have what they sent for.
 */
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';

const [url = 'http://localhost:3000', me = 'alice', peer = 'bob', text = 'hello'] = process.argv.slice(2);

const signIn = await fetch(`${url}/api/v1/auth/dev`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ wallet: me, as: 'bearer' }),
});
if (!signIn.ok) throw new Error(`sign-in: ${await signIn.text()}`);
const { token } = await signIn.json();

const socket = io(url, { auth: { token, deviceId: `bare-${randomUUID()}`, rtc: false, legacy: false } });
socket.on('connect_error', ({ message, data }) => console.error('not connected:', data?.error ?? message));
socket.on('session:start', ({ wallet }) => {
  console.log(`connected as ${wallet}`);
  // Where the other one has asked already, asking makes the two mutual.
  socket.emit('contacts:change', { action: 'ask', wallet: peer }, ({ ok, error, state }) =>
    console.log(ok ? `${peer} is ${state}` : `contact: ${error}`),
  );
});

/** A frame: the length of the header in two bytes, the header, the body. */
function frameOf(header, body = '') {
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.from([head.length >> 8, head.length & 255]);
  return Buffer.concat([length, head, Buffer.from(body)]);
}

const epoch = `${Date.now()}`;
const done = { sent: false, received: false };
const relay = (toDevice, frame) =>
  socket.emit('relay:frame', { to: peer, toDevice, frame }, ({ ok, error }) => ok || console.error(`frame: ${error}`));
const end = () => done.sent && done.received && socket.disconnect();

socket.on('presence:update', ({ wallet, online, devices }) => {
  if (wallet !== peer || !online || done.sent) return;
  const header = { t: 'data', id: randomUUID(), epoch, seq: 1, acked: 0, at: Date.now(), text: true };
  relay(devices.at(-1), frameOf(header, text));
});
socket.on('relay:frame', ({ from, fromDevice, frame }) => {
  const body = 2 + frame.readUInt16BE(0);
  const header = JSON.parse(frame.toString('utf8', 2, body));
  if (header.t === 'ack' && header.epoch === epoch) done.sent = true;
  if (header.t === 'data') {
    if (!done.received) console.log(`${from}: ${frame.toString('utf8', body)}`);
    done.received = true;
    relay(fromDevice, frameOf({ t: 'ack', epoch: header.epoch, through: header.seq, seq: header.seq }));
  }
  end();
});
