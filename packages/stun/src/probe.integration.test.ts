import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { probeStun, probeTurn } from './probe.ts';
import { COTURN_IS_MISSING, Coturn, hasCoturn } from './testing/coturn.ts';
import { hasIpv6 } from './testing/ipv6.ts';
import { LossyForwarder } from './testing/lossy-forwarder.ts';
import { watchHandles } from './testing/open-handles.ts';

describe('a probe of coturn (real)', () => {
  let coturn: Coturn;
  beforeAll(async () => {
    if (hasCoturn) coturn = await Coturn.start({ addresses: hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'] });
  });
  afterAll(() => coturn?.[Symbol.asyncDispose]());
  beforeEach((context) => {
    if (!hasCoturn) context.skip(COTURN_IS_MISSING);
  });

  const uriOf = (transport: string, host = '127.0.0.1') =>
    transport === 'tls' ? `turns:${host}:${coturn.tlsPort}` : `turn:${host}:${coturn.port}?transport=${transport}`;
  const tls = () => ({ ca: coturn.certificate.ca });

  it.each(['udp', 'tcp', 'tls'])('allocates and hears its own packet over %s', async (transport) => {
    const isClean = await watchHandles();
    const probe = await probeTurn(uriOf(transport), coturn.credentials(), { tls: tls() });
    expect(probe.relayed.address).toBe('127.0.0.1');
    expect(probe.mapped.address).toBe('127.0.0.1');
    expect(probe.allocateMs).toBeGreaterThan(0);
    expect(probe.echoMs).toBeGreaterThan(0);
    await isClean();
  });

  it.for(['udp', 'tcp', 'tls'])('works over IPv6 and %s', async (transport, context) => {
    if (!hasIpv6) return context.skip('this machine has no ::1');
    const options = { tls: tls(), relayedFamily: 6 } as const;
    const probe = await probeTurn(uriOf(transport, '[::1]'), coturn.credentials(), options);
    expect(probe.relayed.address).toBe('::1');
    expect(probe.echoMs).toBeGreaterThan(0);
  });

  it('leaves the echo out where told to', async () => {
    const probe = await probeTurn(uriOf('udp'), coturn.credentials(), { echo: false });
    expect(probe.echoMs).toBeUndefined();
  });

  it('succeeds although first packets are lost', async () => {
    await using forwarder = await LossyForwarder.start(coturn.port, { toServer: 2, toClient: 2 });
    const uri = `turn:127.0.0.1:${forwarder.port}`;
    const probe = await probeTurn(uri, coturn.credentials(), { rtoMs: 20 });
    expect(probe.echoMs).toBeGreaterThan(0);
  });

  it('says no_echo, and how long the allocation took, where nothing comes back', async () => {
    // Challenge, allocation and permission get through, the echo does not.
    const losses = { toServer: 0, toClient: 0, afterToClient: 3 };
    await using forwarder = await LossyForwarder.start(coturn.port, losses);
    const isClean = await watchHandles();
    const probe = probeTurn(`turn:127.0.0.1:${forwarder.port}`, coturn.credentials(), { timeoutMs: 500 });
    await expect(probe).rejects.toMatchObject({ code: 'no_echo', allocateMs: expect.any(Number) });
    await isClean();
  });

  it('leaves nothing open after fifty in sequence', async () => {
    const isClean = await watchHandles();
    for (let count = 0; count < 50; count++) {
      const transport = ['udp', 'tcp', 'tls'][count % 3] ?? 'udp';
      await probeTurn(uriOf(transport), coturn.credentials(), { tls: tls() });
    }
    await isClean();
  });

  it('answers for STUN, too', async () => {
    expect((await probeStun(`stun:127.0.0.1:${coturn.port}`)).mapped.address).toBe('127.0.0.1');
  });
});

describe('a probe of a coturn (real) that refuses it', () => {
  let coturn: Coturn;
  beforeAll(async () => {
    if (hasCoturn) coturn = await Coturn.start({ lines: ['denied-peer-ip=127.0.0.0-127.255.255.255', 'user-quota=1'] });
  });
  afterAll(() => coturn?.[Symbol.asyncDispose]());
  beforeEach((context) => {
    if (!hasCoturn) context.skip(COTURN_IS_MISSING);
  });

  const uri = () => `turn:127.0.0.1:${coturn.port}`;

  it('says unauthorized at once where the password is wrong', async () => {
    const isClean = await watchHandles();
    const startedMs = performance.now();
    const credentials = { ...coturn.credentials(), credential: 'wrong password' };
    const error = await probeTurn(uri(), credentials).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'unauthorized', turnCode: 401, allocateMs: undefined });
    expect(performance.now() - startedMs).toBeLessThan(400);
    await isClean();
  });

  it('says unauthorized where the credentials have expired', async () => {
    await expect(probeTurn(uri(), coturn.credentials(-60))).rejects.toMatchObject({
      code: 'unauthorized',
      turnCode: 401,
    });
  });

  it('says rejected with 403, and how long the allocation took, where the relay denies its own address', async () => {
    await expect(probeTurn(uri(), coturn.credentials())).rejects.toMatchObject({
      code: 'rejected',
      turnCode: 403,
      allocateMs: expect.any(Number),
    });
  });

  it('puts neither credentials nor nonces into what a log would print', async () => {
    const credentials = { username: 'a-user-name', credential: 'a-wrong-password' };
    const error = await probeTurn(uri(), credentials).catch((reason: unknown) => reason);
    expect(inspect(error, { depth: 5 })).not.toMatch(/a-user-name|a-wrong-password|Buffer|nonce/i);
  });
});
