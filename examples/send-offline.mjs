/**
 * Leaves a message for somebody who may be offline, and ends as soon as the server keeps it:
 *
 *   node send-offline.mjs http://localhost:3000 alice bob "read this later"
 *
 * Bob has signed in once before, in a browser or anywhere: that is how his devices have keys, for which the message is sealed. He gets
 * it when he opens the page the next time. The server cannot read it.
 */
import { connect } from '@anypath/client';

const [url = 'http://localhost:3000', me = 'alice', peer = 'bob', text = 'hello'] = process.argv.slice(2);

const signIn = await fetch(`${url}/api/v1/auth/dev`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ wallet: me, as: 'bearer' }),
});
if (!signIn.ok) throw new Error(`sign-in: ${await signIn.text()}`);
const { token } = await signIn.json();

// In Node there is no WebRTC; keys are in memory unless `durable` says where to keep them.
const client = await connect({ url, token, rtc: false, deviceName: 'send-offline' });
// Where Bob has asked already, asking makes the two contacts; to nobody else may anything be sent.
const { state } = await client.contacts.ask(peer);
console.log(`${peer} is ${state}`);
const link = client.link(peer);
link.on('held', ({ message }) => console.error(`waiting: ${message}`));
const receipt = link.send(text);
await receipt.queued;
console.log(`${receipt.status}: ${receipt.id}`);
client.close();
