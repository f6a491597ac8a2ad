import type { PresenceUpdate } from '@anypath/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type MongoServer, mongoObstacle, startMongo } from './testing/mongo-server.ts';
import { hasRedis, startRedis, type TestRedis } from './testing/redis-server.ts';
import { answer, ask, candidate, offer, recordNamed, settled } from './testing/signals.ts';
import { heard, TestServer, type TestSocket } from './testing/test-server.ts';

const obstacle = hasRedis() ? mongoObstacle() : 'redis-server is not installed';
const body = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | ArrayBuffer) => new TextDecoder().decode(bytes);

describe.skipIf(obstacle !== undefined)('two nodes, with a real Redis and a real MongoDB-protocol server', () => {
  let redis: TestRedis;
  let mongo: MongoServer;
  let one: TestServer;
  let two: TestServer;
  beforeAll(async () => {
    [redis, mongo] = await Promise.all([startRedis(), startMongo()]);
    const env = { BUS_URL: redis.url, STORE_URL: mongo.url, CONTACTS: 'mutual' };
    one = await TestServer.start({ ...env, NODE_NAME: 'one' });
    two = await TestServer.start({ ...env, NODE_NAME: 'two' });
  }, 60_000);
  afterAll(async () => {
    await two[Symbol.asyncDispose]();
    await one[Symbol.asyncDispose]();
    await Promise.all([redis.stop(), mongo.stop()]);
  });

  /** Two wallets that are mutual contacts, on a node each, who see each other. */
  async function pair(name: string): Promise<{ a: TestSocket; b: TestSocket; alice: string; bob: string }> {
    const [alice, bob] = [`alice-${name}`, `bob-${name}`];
    const a = await one.socket(alice, 'a1');
    const b = await two.socket(bob, 'b1');
    const [seesBob, seesAlice] = [sees(a, bob), sees(b, alice)];
    await ask(a, 'contacts:change', { action: 'ask', wallet: bob });
    const told = heard(a, 'contacts:update', ({ state }) => state === 'mutual');
    expect(await ask(b, 'contacts:change', { action: 'accept', wallet: alice })).toMatchObject({ state: 'mutual' });
    await Promise.all([told, seesBob, seesAlice]);
    return { a, b, alice, bob };
  }
  const sees = (socket: TestSocket, wallet: string, online = true): Promise<PresenceUpdate> =>
    heard(socket, 'presence:update', (update) => update.wallet === wallet && update.online === online);

  it('signals and frames go from one to the other, in their order, and are answered as on one', async () => {
    const { a, b, alice, bob } = await pair('signals');
    const seen = recordNamed(b, 'rtc:offer', 'rtc:candidate', 'relay:frame');
    const signals = [offer(alice, bob), ...Array.from({ length: 20 }, () => candidate(alice, bob))];
    const answers = await Promise.all(
      signals.map((signal) => ask(a, 'sdp' in signal ? 'rtc:offer' : 'rtc:candidate', signal)),
    );
    expect(new Set(answers.map(({ ok }) => ok))).toEqual(new Set([true]));
    const frames = Array.from({ length: 50 }, (_, index) => Uint8Array.of(index));
    await Promise.all(frames.map((frame) => ask(a, 'relay:frame', { to: bob, toDevice: 'b1', frame })));
    await vi.waitUntil(() => seen.length === signals.length + frames.length);
    const origin = { from: alice, fromDevice: 'a1' };
    expect(seen.slice(0, signals.length).map(([, payload]) => payload)).toEqual(
      signals.map((signal) => ({ ...signal, ...origin })),
    );
    const relayed = seen.slice(signals.length).map(([, payload]) => payload as { frame: Uint8Array });
    expect(relayed.map(({ frame }) => new Uint8Array(frame)[0])).toEqual(frames.map(([index]) => index));
    const gone = await ask(a, 'relay:frame', { to: bob, toDevice: 'b9', frame: body('x') });
    expect(gone).toMatchObject({ ok: false, error: 'target_offline' });
    const stranger = await one.socket('mallory', 'm1');
    expect(await ask(stranger, 'rtc:offer', offer('mallory', bob))).toMatchObject({ error: 'forbidden' });
  });

  it('[SG10] the first device that answers has the call, on whichever node', async () => {
    const { a, b, alice, bob } = await pair('calls');
    const other = await one.socket(bob, 'b2');
    const taken = heard(other, 'rtc:taken');
    const ringing = [heard(b, 'rtc:offer'), heard(other, 'rtc:offer')];
    await ask(a, 'rtc:offer', offer(alice, bob));
    await Promise.all(ringing);
    expect(await ask(b, 'rtc:answer', answer(bob, alice))).toEqual({ ok: true });
    expect(await taken).toMatchObject({ byDevice: 'b1' });
    expect(await ask(other, 'rtc:answer', answer(bob, alice))).toMatchObject({ ok: false, error: 'taken' });
    const hungUp = heard(b, 'rtc:hangup');
    const { convId } = offer(alice, bob);
    await ask(a, 'rtc:hangup', { to: bob, convId, signalId: 'over', reason: 'hangup' });
    expect(await hungUp).toMatchObject({ from: alice });
  });

  it('[SG4] a signal that is repeated on the other node is answered as before, and not forwarded again', async () => {
    const { a, b, alice, bob } = await pair('repeats');
    const seen = recordNamed(b, 'rtc:offer');
    const signal = offer(alice, bob);
    expect(await ask(a, 'rtc:offer', signal)).toEqual({ ok: true });
    const replaced = heard(a, 'session:end');
    const moved = await two.socket(alice, 'a1');
    expect(await replaced).toMatchObject({ error: 'replaced' });
    expect(await ask(moved, 'rtc:offer', signal)).toEqual({ ok: true });
    expect(await ask(moved, 'rtc:offer', { ...signal, session: 'other' })).toMatchObject({ error: 'signal_reused' });
    await settled(b);
    expect(seen).toHaveLength(1);
  });

  it('mail is pushed to whichever node has the recipient, and acknowledged there', async () => {
    const { a, b, alice, bob } = await pair('mail');
    await ask(b, 'relay:pull', {});
    const arrived = Array.from({ length: 3 }, (_, index) => heard(b, 'relay:message', ({ id }) => id === `m${index}`));
    for (const [index] of arrived.entries()) {
      const sent = await ask(a, 'relay:enqueue', {
        to: bob,
        id: `m${index}`,
        force: true,
        body: body(`text ${index}`),
      });
      expect(sent).toMatchObject({ ok: true, id: `m${index}` });
    }
    const mails = await Promise.all(arrived);
    expect(mails.map((mail) => textOf(mail.body))).toEqual(['text 0', 'text 1', 'text 2']);
    const positions = mails.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((x, y) => x - y));
    expect(await ask(b, 'relay:ack', { positions })).toMatchObject({ ok: true, acked: 3, more: false });
    expect(await ask(b, 'relay:pull', {})).toMatchObject({ messages: [] });
    expect(await ask(a, 'relay:enqueue', { to: bob, id: 'rtc', body: body(alice) })).toMatchObject({
      error: 'rtc_available',
    });
  });

  it('a session that ends on one node ends on the other', async () => {
    const { b } = await pair('sessions');
    const { token } = b.auth as { token: string };
    const ended = heard(b, 'session:end');
    const response = await one.fetch('/api/v1/auth/logout', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(204);
    expect(await ended).toMatchObject({ error: 'session_ended' });
    await vi.waitUntil(async () => (await two.get('/api/v1/auth/session', token)).status === 401);
  });

  it('who goes is gone for the contacts on the other node, and who is blocked hears no more', async () => {
    const { a, b, alice, bob } = await pair('presence');
    const went = sees(b, alice, false);
    a.close();
    expect(await went).toMatchObject({ online: false });
    const back = sees(b, alice);
    const again = await one.socket(alice, 'a1');
    await back;
    const blocked = sees(b, alice, false);
    await ask(again, 'contacts:change', { action: 'block', wallet: bob });
    await blocked;
    await vi.waitUntil(async () => !(await ask(b, 'rtc:offer', offer(bob, alice))).ok);
  });

  it('mail that came while a node could not reach the others is pushed as soon as it can', async () => {
    const { a, b, bob } = await pair('restored');
    await ask(b, 'relay:pull', {});
    await redis.kill();
    const arrived = heard(b, 'relay:message');
    expect(await ask(a, 'relay:enqueue', { to: bob, id: 'm', force: true, body: body('kept') })).toMatchObject({
      ok: true,
    });
    await redis.restart();
    expect(textOf((await arrived).body)).toBe('kept');
    // And they find each other again.
    await vi.waitUntil(async () => (await ask(a, 'relay:frame', { to: bob, toDevice: 'b1', frame: body('x') })).ok, {
      timeout: 15_000,
    });
  });

  it('[S7] connection identifiers name their node', async () => {
    const response = await fetch(`${two.url}/socket.io/?EIO=4&transport=polling`);
    expect(await response.text()).toContain('"sid":"two.');
  });
});
