import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, CLIENT_EVENTS, isErrorCode } from '@anypath/protocol';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLocalBus } from '../bus/local.ts';
import { contactEvents } from '../contacts/events.ts';
import { Devices } from '../devices/devices.ts';
import { deviceEvents } from '../devices/events.ts';
import { proofCheck } from '../devices/proof.ts';
import type { Limits } from '../http/limits.ts';
import { InOrder } from '../in-order.ts';
import { mailboxEvents } from '../relay/events.ts';
import { liveEvents } from '../relay/live.ts';
import { Mailbox } from '../relay/mailbox.ts';
import { Pushes } from '../relay/pushes.ts';
import { signallingEvents } from '../signalling/events.ts';
import { Signalling } from '../signalling/signalling.ts';
import type { Socket } from '../socket/connection.ts';
import type { Delivery } from '../socket/delivery.ts';
import { attempt, type EventParts } from '../socket/events.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { reportEvents } from '../telemetry/reports.ts';
import { devicePublicKey } from './device-keys.ts';
import { ANSWER_SDP, OFFER_SDP } from './signals.ts';

/** Every event, and some that are none. */
export const EVENTS = [...Object.keys(CLIENT_EVENTS), 'made:up', '__proto__', 'constructor'];
/** Of each event, malformed payloads at least; fewer on the other versions of Node. */
const PAYLOADS_EACH = process.env['TEST_NODE'] === undefined ? 100_000 : 10_000;

let folder = '';
let store: ReturnType<typeof openSqliteStore>;

/** Alice is connected, Bob is her only contact and online; nothing else is real but the code that handles events, and the store. */
function scene() {
  const bus = createLocalBus();
  const reached: string[] = [];
  const delivery: Delivery = {
    signal: ({ wallet }) => {
      reached.push(wallet);
      return undefined;
    },
    taken: ({ wallet }) => void reached.push(wallet),
    frame: ({ wallet }) => {
      reached.push(wallet);
      return undefined;
    },
    received: () => 'offline',
  };
  const acquaintances = {
    areMutual: (a: string, b: string) => a === 'alice' && b === 'bob',
    mutualOf: () => ['bob'],
  };
  const flags = { isEnabled: () => true, require: () => undefined } as unknown as ConstructorParameters<
    typeof Signalling
  >[0]['flags'];
  const log = pino({ level: 'silent' });
  const config = { HIDE_HOST_CANDIDATES: false };
  const changed: string[] = [];
  const signalling = new Signalling({ config, bus, flags, acquaintances, delivery, log });
  const contacts: Parameters<typeof contactEvents>[0] = {
    list: async () => [],
    change: async (_wallet, _action, peer) => {
      changed.push(peer);
      return { wallet: peer, state: 'asked' };
    },
  };
  const data = {
    device: { wallet: 'alice', deviceId: 'a1' },
    rtc: true,
    keyId: undefined,
    queue: { reserve: () => true },
    arriving: new InOrder(),
    leaving: new InOrder(),
  };
  const room = { connected: true, join: () => undefined, once: () => undefined };
  const socket = { data, emit: () => true, ...room } as unknown as Socket;
  const devices = new Devices(store, proofCheck({ walletSignIn: true, walletDomains: ['rtc.example.com'] }));
  devices.onChange(({ wallet }) => changed.push(wallet));
  const mailbox = new Mailbox({
    config: { MAILBOX_TTL: 60, MAILBOX_MAX_MESSAGES: 100, MAILBOX_MAX_BYTES: 10_000_000 },
    store: store.mailbox,
    bus,
    flags,
    acquaintances,
    devices: { keysOf: (wallet) => (wallet === 'bob' ? ['b1'] : []) },
    counters: { enqueued: () => undefined, acknowledged: () => undefined, expired: () => undefined },
  });
  mailbox.onArrival(({ wallet }) => void reached.push(wallet));
  const parts: EventParts = {
    limits: { take: async () => ({ ok: true, remaining: 1, resetMs: 1, limit: 1 }) } as unknown as Limits,
    refused: () => undefined,
    handlers: {
      'session:check': () => ({ ok: true }),
      ...signallingEvents(signalling, () => undefined, log),
      ...liveEvents(acquaintances, delivery),
      ...contactEvents(contacts),
      ...mailboxEvents(mailbox, new Pushes(mailbox, () => [socket])),
      ...deviceEvents(devices, acquaintances),
      ...reportEvents({ flags, metrics: { rtcReported: () => undefined } }),
    },
    log,
  };
  for (const wallet of ['bob', 'carol']) bus.join({ wallet, deviceId: `${wallet}-device` }, wallet, true);
  return { parts, socket, reached, changed };
}

const hostileText = fc.oneof(
  fc.string({ maxLength: 40, unit: 'binary' }),
  fc.constantFrom(
    '',
    'x'.repeat(70_000),
    '__proto__',
    'constructor',
    'alice',
    'carol',
    'a:b',
    '\n',
    '\u0000',
    '\ud800',
  ),
);
const garbage = fc.oneof(
  { weight: 3, arbitrary: fc.anything({ maxDepth: 4, withBigInt: false }) },
  { weight: 2, arbitrary: hostileText },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 200 }).map((depth) => nested(depth)) },
  {
    weight: 1,
    arbitrary: fc.constant(JSON.parse('{"__proto__":{"to":"bob"},"constructor":{"prototype":{"to":"bob"}}}')),
  },
);

const nested = (depth: number): unknown => {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { to: value };
  return value;
};

/** What would be right, of which one field at least is spoilt. */
const RIGHT: Readonly<Record<string, object>> = {
  'rtc:offer': { sdp: { type: 'offer', sdp: OFFER_SDP } },
  'rtc:answer': { sdp: { type: 'answer', sdp: ANSWER_SDP } },
  'rtc:candidate': { candidate: { candidate: 'candidate:1 1 udp 1 192.0.2.1 1 typ host' } },
  'rtc:hangup': { reason: 'busy' },
  'relay:frame': { toDevice: 'bob-device', frame: new Uint8Array(8) },
  'contacts:change': { action: 'ask', wallet: 'bob' },
  'relay:enqueue': { id: 'message', keys: ['b1'], force: true, ttl: 5, body: new Uint8Array(8) },
  'relay:pull': { after: 1, max: 5, packed: true },
  'relay:ack': { positions: [1, 2] },
  'devices:register': {
    publicKey: devicePublicKey(),
    name: 'Laptop',
    proof: { message: 'rtc.example.com wants you to sign in', signature: `0x${'1b'.repeat(65)}` },
  },
  'devices:list': { wallet: 'bob' },
  'devices:rename': { keyId: 'k1', name: 'Laptop' },
  'devices:revoke': { keyId: 'k1' },
  signal: { sdp: { type: 'offer', sdp: OFFER_SDP } },
};
/** Payloads of an event that are wrong by one value: it alone, and in the place of each field, and of others. */
const spoiltBy = (event: string) => {
  const right = { convId: 'alice:bob', to: 'bob', ...RIGHT[event] };
  const fields = [...Object.keys(right), 'session', 'toDevice', 'extra'];
  let next = 0;
  return (value: unknown): unknown[] => [
    value,
    { ...right, signalId: value },
    ...fields.map((field) => ({ ...right, signalId: `signal-${next++}`, [field]: value })),
  ];
};

/** Sends malformed payloads of some events: a test for each. */
export function sendMalformed(events: readonly string[]): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-abuse-'));
    store = openSqliteStore(folder);
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  it.each(events)(
    '%s: always an answer with a code, never a word to anybody else',
    async (event) => {
      const { parts, socket, reached, changed } = scene();
      const payloadsOf = spoiltBy(event);
      const runs = Math.ceil(PAYLOADS_EACH / payloadsOf('').length);
      let answers = 0;
      const send = async (payload: unknown) => {
        const answer: Answer | 'waits' = await Promise.race([
          attempt(socket, parts, event, payload),
          Promise.resolve('waits' as const).then(later),
        ]);
        answers++;
        if (answer === 'waits' || answer.ok) return;
        // Millions of times, for which `expect` takes as long as the server.
        const isFit = isErrorCode(answer.error) && answer.error !== 'internal' && answer.message.length < 400;
        if (!isFit) expect.fail(`an answer that is not fit: ${JSON.stringify(answer)}`);
      };
      const all = fc.asyncProperty(garbage, async (value) => {
        for (const payload of payloadsOf(value)) await send(payload);
      });
      await fc.assert(all, { numRuns: runs });
      expect(answers).toBeGreaterThanOrEqual(PAYLOADS_EACH);
      expect(reached.every((wallet) => wallet === 'bob')).toBe(true);
      expect(changed.every((wallet) => wallet.length <= 128)).toBe(true);
      expect(Object.hasOwn(Object.prototype, 'to')).toBe(false);
    },
    300_000,
  );
}

/** Long enough for every answer that does not wait for a device. */
const later = <T>(value: T): Promise<T> => new Promise((resolve) => setImmediate(() => resolve(value)));
