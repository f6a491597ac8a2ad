import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnypathError, type Enqueue, LIMITS } from '@anypath/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MailboxStore } from '../store/mailbox-port.ts';
import { openSqliteMailbox } from '../store/sqlite-mailbox.ts';
import { type Arrival, Mailbox, type Sender } from './mailbox.ts';

const NOW_MS = 1_700_000_000_000;
const ALICE: Sender = { wallet: 'alice', keyId: undefined, rtc: true };

const message = (id: string, more: Partial<Enqueue> = {}): Enqueue => ({
  to: 'bob',
  id,
  body: Uint8Array.of(1, 2, 3),
  ...more,
});

describe('the mailbox (real SQLite; devices and presence are simulated)', () => {
  let folder = '';
  let store: MailboxStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-mailbox-'));
    store = openSqliteMailbox(folder);
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Alice and Bob are contacts; what else holds can be changed. */
  function scene({ maxMessages = 100 } = {}) {
    const world = {
      devices: {} as Record<string, string[]>,
      rtc: new Set<string>(),
      off: new Set<string>(),
      contacts: true,
      nowMs: NOW_MS,
    };
    const outcomes: string[] = [];
    const arrivals: Arrival[] = [];
    const mailbox = new Mailbox({
      config: { MAILBOX_TTL: 60, MAILBOX_MAX_MESSAGES: maxMessages, MAILBOX_MAX_BYTES: 10_000_000 },
      store,
      bus: { rtcDevicesOf: (wallet) => (world.rtc.has(wallet) ? ['device'] : []) },
      flags: {
        isEnabled: (flag, wallet) => !world.off.has(`${flag} ${wallet}`),
        require: (flag, wallet) => {
          if (world.off.has(`${flag} ${wallet}`)) throw new AnypathError('feature_disabled');
        },
      },
      acquaintances: { areMutual: () => world.contacts },
      devices: { keysOf: (wallet) => world.devices[wallet] ?? [] },
      counters: {
        enqueued: (outcome) => void outcomes.push(outcome),
        acknowledged: (count) => void outcomes.push(`acknowledged ${count}`),
        expired: (count) => void outcomes.push(`expired ${count}`),
      },
      nowMs: () => world.nowMs,
    });
    mailbox.onArrival((arrival) => void arrivals.push(arrival));
    const send = (sent: Enqueue, sender = ALICE) =>
      mailbox.enqueue(sender, sent).then(
        (answer) => answer,
        ({ code }: AnypathError) => code,
      );
    const ids = async (wallet: string, keyId?: string) =>
      (await mailbox.pull({ wallet, keyId }, {})).messages.map(({ id }) => id);
    return { world, mailbox, send, ids, outcomes, arrivals };
  }

  it('[ML1] refuses for the first that fails', async () => {
    const { world, send, outcomes, ids } = scene({ maxMessages: 1 });
    await send(message('fills'));
    world.contacts = false;
    world.off.add('relay.enqueue alice');
    world.rtc.add('bob');
    const wrong = { body: new Uint8Array(LIMITS.mailMaxBytes + 1), keys: ['b1'] };
    expect(await send(message('m', { ...wrong, to: 'alice' }))).toBe('invalid_payload');
    expect(await send(message('m', wrong))).toBe('forbidden');
    world.contacts = true;
    expect(await send(message('m', wrong))).toBe('feature_disabled');
    world.off.clear();
    expect(await send(message('m', wrong))).toBe('payload_too_large');
    expect(await send(message('m', { keys: ['b1'] }))).toBe('rtc_available');
    expect(await send(message('m', { keys: ['b1'], force: true }))).toBe('no_devices');
    world.devices['bob'] = ['b2'];
    expect(await send(message('m', { keys: ['b1'], force: true }))).toBe('devices_changed');
    expect(await send(message('m', { keys: ['b2'], force: true }))).toBe('mailbox_full');
    expect(await ids('bob')).toEqual(['fills']);
    expect(outcomes).toEqual([
      'stored',
      'invalid_payload',
      'forbidden',
      'feature_disabled',
      'payload_too_large',
      'rtc_available',
      'no_devices',
      'devices_changed',
      'mailbox_full',
    ]);
  });

  it('[S5.2] [ML3] asks for WebRTC first only where both could use it, and says whether it was forced', async () => {
    const { world, send, mailbox, outcomes } = scene();
    world.rtc.add('bob');
    expect(await send(message('m1'))).toBe('rtc_available');
    expect(await send(message('m1', { force: false }))).toBe('rtc_available');
    expect(await send(message('m1', { force: true }))).toMatchObject({ id: 'm1', forced: true });
    expect(await send(message('m2'), { ...ALICE, rtc: false })).toMatchObject({ forced: false });
    for (const [index, wallet] of ['alice', 'bob'].entries()) {
      world.off = new Set([`rtc.signal ${wallet}`]);
      expect(await send(message(`m${3 + index}`))).toMatchObject({ forced: false });
    }
    world.off.clear();
    world.rtc.clear();
    expect(await send(message('m5'))).toMatchObject({ forced: false });
    const { messages } = await mailbox.pull({ wallet: 'bob', keyId: undefined }, {});
    expect(messages.map(({ forced }) => forced)).toEqual([true, false, false, false, false]);
    expect(outcomes.filter((outcome) => outcome !== 'rtc_available')).toEqual([
      'forced',
      'stored',
      'stored',
      'stored',
      'stored',
    ]);
  });

  it('[ML4] answers a repeated message as the first, also where it would be refused by now', async () => {
    const { world, send, ids, outcomes, arrivals } = scene();
    const first = await send(message('m1', { ttl: 30 }));
    world.nowMs += 1000;
    expect(await send(message('m1'))).toEqual(first);
    world.rtc.add('bob');
    expect(await send(message('m1'))).toEqual(first);
    world.devices['bob'] = ['b1'];
    expect(await send(message('m1', { force: true, keys: ['b0'] }))).toEqual(first);
    expect(await send(message('m2', { force: true, keys: ['b0'] }))).toBe('devices_changed');
    expect([await ids('bob'), arrivals.length]).toEqual([['m1'], 1]);
    expect(outcomes).toEqual(['stored', 'repeated', 'repeated', 'repeated', 'devices_changed']);
  });

  it('[ML5] [ML6] [ML7] waits for every device of the recipient, and a copy for the others of the sender', async () => {
    const { world, send, ids, mailbox, arrivals } = scene();
    world.devices = { alice: ['a1', 'a2'], bob: ['b1', 'b2'] };
    const fromA1 = { ...ALICE, keyId: 'a1' };
    for (const keys of [[], ['b1', 'b2'], ['a1', 'a2', 'b1', 'b2'], ['a2', 'b1', 'b3']]) {
      expect(await send(message('m1', { keys }), fromA1)).toBe('devices_changed');
    }
    expect(await send(message('m1', { keys: ['b2', 'a2', 'b1'] }), fromA1)).toMatchObject({ id: 'm1' });
    expect(await send(message('m2'), fromA1)).toMatchObject({ id: 'm2' });
    world.devices['bob']?.push('b3');
    expect([await ids('bob', 'b1'), await ids('bob', 'b2'), await ids('bob', 'b3'), await ids('bob')]).toEqual([
      ['m1', 'm2'],
      ['m1', 'm2'],
      [],
      [],
    ]);
    expect([await ids('alice', 'a1'), await ids('alice', 'a2')]).toEqual([[], ['m1']]);
    const copy = (await mailbox.pull({ wallet: 'alice', keyId: 'a2' }, {})).messages[0];
    expect(copy).toMatchObject({ from: 'alice', to: 'bob', body: Uint8Array.of(1, 2, 3) });
    expect(arrivals.map(({ wallet, keyIds, mail }) => [wallet, keyIds, mail.id])).toEqual([
      ['bob', ['b1', 'b2'], 'm1'],
      ['alice', ['a2'], 'm1'],
      ['bob', ['b1', 'b2'], 'm2'],
    ]);
    expect(arrivals[1]?.mail.position).toBe(copy?.position);
  });

  it('[ML7] leaves the copy out where the mailbox of the sender is full', async () => {
    const { world, send, ids } = scene({ maxMessages: 1 });
    world.devices = { alice: ['a1', 'a2'], bob: ['b1'] };
    const fromA1 = { ...ALICE, keyId: 'a1' };
    await send(message('m1', { to: 'carol' }), fromA1);
    await send(message('fills', { to: 'alice' }), { wallet: 'dave', keyId: undefined, rtc: true });
    expect(await send(message('m2', { keys: ['a2', 'b1'] }), fromA1)).toMatchObject({ id: 'm2' });
    expect([await ids('bob', 'b1'), await ids('alice', 'a2')]).toEqual([['m2'], ['fills']]);
  });

  it('[ML10] removes what every device has acknowledged', async () => {
    const { world, send, mailbox, ids, outcomes } = scene();
    world.devices = { bob: ['b1', 'b2'] };
    await send(message('m1'));
    const position = (await mailbox.pull({ wallet: 'bob', keyId: 'b1' }, {})).messages[0]?.position ?? 0;
    expect(await mailbox.acknowledge({ wallet: 'bob', keyId: 'b3' }, [position])).toBe(0);
    expect(await mailbox.acknowledge({ wallet: 'bob', keyId: 'b1' }, [position, position + 1])).toBe(1);
    expect([await ids('bob', 'b1'), await ids('bob', 'b2'), store.total().messages]).toEqual([[], ['m1'], 1]);
    expect(await mailbox.acknowledge({ wallet: 'bob', keyId: 'b2' }, [position])).toBe(1);
    expect(store.total().messages).toBe(0);
    expect(outcomes.slice(1)).toEqual(['acknowledged 0', 'acknowledged 1', 'acknowledged 1']);
  });

  it('[ML11] keeps a message for as long as the sender and the operator want, the shorter of the two', async () => {
    const { world, send, mailbox, ids, outcomes } = scene();
    expect(await send(message('short', { ttl: 5 }))).toMatchObject({ expiresAt: NOW_MS + 5_000 });
    expect(await send(message('long', { ttl: 3600 }))).toMatchObject({ expiresAt: NOW_MS + 60_000 });
    expect(await send(message('default'))).toMatchObject({ expiresAt: NOW_MS + 60_000 });
    world.nowMs += 4_999;
    expect(await ids('bob')).toEqual(['short', 'long', 'default']);
    world.nowMs += 1;
    expect(await ids('bob')).toEqual(['long', 'default']);
    await mailbox.expire();
    expect([outcomes.at(-1), store.total().messages]).toEqual(['expired 1', 2]);
  });

  it('forgets what waits for a device that was revoked', async () => {
    const { world, send, mailbox, ids } = scene();
    world.devices = { bob: ['b1', 'b2'] };
    await send(message('m1'));
    await mailbox.forget('bob', 'b1');
    expect([await ids('bob', 'b1'), await ids('bob', 'b2')]).toEqual([[], ['m1']]);
  });
});
