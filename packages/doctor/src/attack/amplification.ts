import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { ATTRIBUTE, type AttributeWriter, attribute, createMessage, encodeMessage, METHOD } from '@anypath/stun';
import { pause } from '../net/bounded.ts';
import { familyOf } from '../net/vantage.ts';
import type { AttackRow } from './report.ts';
import { type AttackScene, judged } from './scene.ts';

const UDP_PROTOCOL = 17;
/** Everything that one request brings has come by then, from a server nearby. */
const WINDOW_MS = 600;

/**
 * Bytes of an answer for each byte of a request, payload to payload. To a Binding of 20 bytes 52 are enough, with an IPv6
 * address and a fingerprint (RFC 8489 section 14.7).
 */
const MAX_BINDING_FACTOR = 3;
/** A challenge needs a nonce and a realm, which is a name: 88 bytes to 20 for one of 16 characters. */
const MAX_CHALLENGE_FACTOR = 8;

/** The shortest requests that a server answers to whom it does not know. */
const REQUESTS: Readonly<Record<string, { readonly most: number; bytes(): Uint8Array }>> = {
  Binding: { most: MAX_BINDING_FACTOR, bytes: () => request(METHOD.binding) },
  'Binding of RFC 3489': {
    most: MAX_BINDING_FACTOR,
    // Without the magic cookie, as before RFC 5389.
    bytes: () => Buffer.from(request(METHOD.binding)).fill(7, 4, 8),
  },
  'Binding with CHANGE-REQUEST': {
    most: MAX_BINDING_FACTOR,
    bytes: () => request(METHOD.binding, attribute(ATTRIBUTE.changeRequest, { address: false, port: false })),
  },
  Allocate: {
    most: MAX_CHALLENGE_FACTOR,
    bytes: () => request(METHOD.allocate, attribute(ATTRIBUTE.requestedTransport, UDP_PROTOCOL)),
  },
  Refresh: { most: MAX_CHALLENGE_FACTOR, bytes: () => request(METHOD.refresh) },
};

const request = (method: number, ...attributes: readonly AttributeWriter[]): Uint8Array =>
  encodeMessage(createMessage(method, 'request', attributes));

/** Measures how much a server sends to an address that anybody can forge, for each byte that they send. */
export function attackAmplification(scene: AttackScene): Promise<AttackRow> {
  return judged(scene, { attack: 'amplification', subject: 'of requests under a forged address' }, async (signal) => {
    const found = await Promise.all(
      Object.entries(REQUESTS).map(async ([name, { bytes, most }]) => {
        const factor = await factorOf(scene, bytes(), signal);
        return { name, factor, excess: factor / most };
      }),
    );
    if (found.every(({ factor }) => factor === 0)) throw new Error('no answer over UDP');
    const worst = found.reduce((most, each) => (each.excess > most.excess ? each : most));
    const detail = `${worst.name}: ${worst.factor.toFixed(1)} bytes for each`;
    return { outcome: worst.excess > 1 ? 'through' : 'refused', detail };
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
