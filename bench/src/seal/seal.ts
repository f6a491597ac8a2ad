import { makeDeviceKey } from '../../../packages/client/dist/e2ee/device-key.js';
import { openEnvelope, sealEnvelope } from '../../../packages/client/dist/e2ee/envelope.js';
import { answerHello, takeWelcome } from '../../../packages/client/dist/e2ee/handshake.js';
import { sayHello } from '../../../packages/client/dist/e2ee/hello.js';
import { type Spread, spreadOf } from '../spread.ts';

const NONCE_BYTES = 12;
/** Before anything is measured, so that it is compiled. */
const WARM_UP = 200;

/** How much is measured. */
export interface SealOptions {
  readonly rounds: number;
  /** Messages that are sealed, and opened, each time. */
  readonly messages: number;
  /** Of a message. */
  readonly bytes: number;
}

/** Time to seal one message, and to open it, microseconds. */
export interface SealTimes {
  readonly seal: Spread;
  readonly open: Spread;
}

/** What was measured. */
export interface SealResult {
  readonly bytes: number;
  readonly envelope1: SealTimes;
  readonly envelope5: SealTimes;
  readonly session: SealTimes;
  /** AES-256-GCM alone, with a key that is there already. */
  readonly bare: SealTimes;
  /** Hello, welcome, and the session on both sides: once for a link. */
  readonly handshake: Spread;
}

type Bytes = Uint8Array<ArrayBuffer>;
interface Sealer {
  seal(content: Bytes): Promise<Bytes>;
  open(sealed: Bytes): Promise<unknown>;
}

/** Measures how long sealing and opening take on this machine's WebCrypto, one message after the other, in turns. */
export async function benchSeal(options: SealOptions, say: (line: string) => void): Promise<SealResult> {
  const devices = await Promise.all(Array.from({ length: 6 }, () => makeDeviceKey()));
  const [alice, bob] = [devices[0], devices[1]];
  if (!alice || !bob) throw new Error('no devices');
  const shake = async () => {
    const pending = await sayHello();
    const ends = { key: bob, self: 'bob', peer: 'alice', peerKeyId: alice.keyId, peerKey: alice.publicKey };
    const { session, welcome } = await answerHello(ends, pending.hello);
    const others = { key: alice, self: 'alice', peer: 'bob', peerKeyId: bob.keyId, peerKey: bob.publicKey };
    return { there: await takeWelcome(others, pending, welcome), here: session };
  };
  const envelopeFor = (count: number): Sealer => {
    const sealing = { key: alice, from: 'alice', to: 'bob', id: 'message', recipients: devices.slice(1, 1 + count) };
    const opening = { key: bob, from: 'alice', to: 'bob', senderKey: async () => alice.publicKey };
    return {
      seal: (content) => sealEnvelope({ ...sealing, content }),
      open: (bytes) => openEnvelope({ ...opening, bytes }),
    };
  };
  const { there, here } = await shake();
  const session: Sealer = { seal: (content) => there.seal(content), open: (packet) => here.open(packet) };
  const sealers = { envelope1: envelopeFor(1), envelope5: envelopeFor(5), session, bare: await bareSealer() };
  const { bytes } = options;
  const times = await inTurns(sealers, options, say);
  const handshakes: number[] = [];
  for (let round = 0; round < options.rounds; round++) handshakes.push(await microsOf(100, shake));
  return { bytes, ...times, handshake: spreadOf(handshakes) };
}

async function bareSealer(): Promise<Sealer> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const algorithm = { name: 'AES-GCM', iv: new Uint8Array(NONCE_BYTES) };
  return {
    seal: async (content) => new Uint8Array(await crypto.subtle.encrypt(algorithm, key, content)),
    open: (sealed) => crypto.subtle.decrypt(algorithm, key, sealed),
  };
}

async function inTurns<N extends string>(
  sealers: Readonly<Record<N, Sealer>>,
  { rounds, messages, bytes }: SealOptions,
  say: (line: string) => void,
): Promise<Record<N, SealTimes>> {
  const content = crypto.getRandomValues(new Uint8Array(bytes));
  const named = Object.entries(sealers) as [N, Sealer][];
  const taken = named.map(([name, sealer]) => ({ name, sealer, seal: [] as number[], open: [] as number[] }));
  for (const { sealer } of taken) await timeOf(sealer, content, WARM_UP);
  for (let round = 0; round < rounds; round++) {
    for (const { name, sealer, seal, open } of taken) {
      const times = await timeOf(sealer, content, messages);
      seal.push(times.seal);
      open.push(times.open);
      say(`round ${round + 1}, ${name}: ${times.seal.toFixed(0)} µs to seal, ${times.open.toFixed(0)} µs to open`);
    }
  }
  const results = taken.map(({ name, seal, open }) => [name, { seal: spreadOf(seal), open: spreadOf(open) }]);
  return Object.fromEntries(results) as Record<N, SealTimes>;
}

async function timeOf({ seal, open }: Sealer, content: Bytes, messages: number) {
  const sealed: Bytes[] = [];
  const sealMicros = await microsOf(messages, async () => sealed.push(await seal(content)));
  const openMicros = await microsOf(messages, async (index) => open(sealed[index] ?? content));
  return { seal: sealMicros, open: openMicros };
}

/** Microseconds that one of several takes, one after the other. */
async function microsOf(count: number, task: (index: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < count; index++) await task(index);
  return ((performance.now() - start) * 1000) / count;
}
