import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { ATTRIBUTE, attribute, createMessage, encodeMessage, METHOD } from '@anypath/stun';
import { pause } from '../net/bounded.ts';
import { familyOf } from '../net/vantage.ts';
import type { AttackRow } from './report.ts';
import { type AttackScene, judged } from './scene.ts';

const UDP_PROTOCOL = 17;
/** Everything that one request brings has come by then, from a server nearby. */
const WINDOW_MS = 600;

/**
 * Bytes of an answer for each byte of a request that anybody can send in another's name, payload to payload. A challenge
 * needs a realm and a nonce, so about 4 cannot be avoided.
 */
const MAX_FACTOR = 5;

/** The shortest requests that a server answers to whom it does not know. */
const REQUESTS: Readonly<Record<string, () => Uint8Array>> = {
  Binding: () => encodeMessage(createMessage(METHOD.binding, 'request', [])),
  'Binding of RFC 3489': () => {
    const bytes = Buffer.from(encodeMessage(createMessage(METHOD.binding, 'request', [])));
    // Without the magic cookie, as before RFC 5389.
    bytes.fill(7, 4, 8);
    return bytes;
  },
  'Binding with CHANGE-REQUEST': () =>
    encodeMessage(
      createMessage(METHOD.binding, 'request', [attribute(ATTRIBUTE.changeRequest, { address: false, port: false })]),
    ),
  Allocate: () =>
    encodeMessage(createMessage(METHOD.allocate, 'request', [attribute(ATTRIBUTE.requestedTransport, UDP_PROTOCOL)])),
  Refresh: () => encodeMessage(createMessage(METHOD.refresh, 'request', [])),
};

/** Measures how much a server sends to an address that anybody can forge, for each byte that they send. */
export function attackAmplification(scene: AttackScene): Promise<AttackRow> {
  return judged(scene, { attack: 'amplification', subject: `at most ${MAX_FACTOR} times` }, async (signal) => {
    const found = await Promise.all(
      Object.entries(REQUESTS).map(async ([name, request]) => ({
        name,
        factor: await factorOf(scene, request(), signal),
      })),
    );
    const answering = found.filter(({ factor }) => factor > 0);
    if (answering.length === 0) throw new Error('no answer over UDP');
    const worst = answering.reduce((most, each) => (each.factor > most.factor ? each : most));
    const detail = `${worst.name}: ${worst.factor.toFixed(1)} bytes for each`;
    return { outcome: worst.factor > MAX_FACTOR ? 'through' : 'refused', detail };
  });
}

async function factorOf({ address, target }: AttackScene, request: Uint8Array, signal: AbortSignal): Promise<number> {
  const socket = createSocket(familyOf(address) === 4 ? 'udp4' : 'udp6');
  let received = 0;
  socket.on('error', () => undefined);
  socket.on('message', (bytes) => {
    received += bytes.length;
  });
  try {
    socket.bind(0);
    await once(socket, 'listening');
    socket.send(request, target.port, address, () => undefined);
    await pause(WINDOW_MS, signal);
    return received / request.length;
  } finally {
    socket.close();
  }
}
