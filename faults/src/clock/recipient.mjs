/**
 * A recipient with a clock that is wrong, in a process of its own. Told by lines to `connect` and to `close`; says `connected` and
 * `closed`, and every message as JSON. It is one device all the time.
 */
import { createInterface } from 'node:readline';

const { shiftMs, ...options } = JSON.parse(process.argv[2]);
const now = Date.now;
Date.now = () => now() + shiftMs;
const { connect, memoryDurable } = await import('@anypath/client');
const durable = memoryDurable();
let client;
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'connect') {
    client = await connect({ ...options, rtc: false, durable });
    client.on('link', (link) => {
      link.on('message', ({ body, path, ms, sentAt }) => console.log(JSON.stringify({ body, path, ms, sentAt })));
    });
    client.on('dropped', (_, error) => console.log(JSON.stringify({ dropped: error.code })));
    console.log('connected');
  } else {
    client?.close();
    console.log('closed');
  }
}
process.exit();
