import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TransportAddress } from './address.ts';
import { COTURN_IS_MISSING, Coturn, hasCoturn } from './testing/coturn.ts';
import { watchHandles } from './testing/open-handles.ts';
import { TurnClient } from './turn-client.ts';

/** The next packet that a client receives. */
const nextData = (client: TurnClient) =>
  new Promise<{ text: string; peer: TransportAddress }>((resolve) => {
    const stop = client.onData((data, peer) => {
      stop();
      resolve({ text: Buffer.from(data).toString(), peer });
    });
  });

describe('a TURN client of coturn (real)', () => {
  let coturn: Coturn;
  beforeAll(async () => {
    if (hasCoturn) coturn = await Coturn.start({ lines: ['denied-peer-ip=192.0.2.0-192.0.2.255'] });
  });
  afterAll(() => coturn?.[Symbol.asyncDispose]());
  beforeEach((context) => {
    if (!hasCoturn) context.skip(COTURN_IS_MISSING);
  });

  const allocate = (transport: string, options = {}) =>
    TurnClient.allocate(
      transport === 'tls'
        ? `turns:127.0.0.1:${coturn.tlsPort}`
        : `turn:127.0.0.1:${coturn.port}?transport=${transport}`,
      coturn.credentials(),
      { tls: { ca: coturn.certificate.ca }, ...options },
    );

  it.each(['udp', 'tcp', 'tls'])('exchanges packets with a plain UDP peer over %s', async (transport) => {
    await using client = await allocate(transport);
    const peer = createSocket('udp4').bind(0, '127.0.0.1');
    await once(peer, 'listening');
    try {
      await client.permit('127.0.0.1');
      const atPeer = once(peer, 'message');
      client.send({ address: '127.0.0.1', port: peer.address().port }, Buffer.from('to the peer'));
      const [bytes, from] = (await atPeer) as [Buffer, TransportAddress];
      expect(bytes.toString()).toBe('to the peer');
      expect(from).toMatchObject(client.relayed);
      const back = nextData(client);
      peer.send('from the peer', client.relayed.port, client.relayed.address);
      expect(await back).toEqual({ text: 'from the peer', peer: { address: '127.0.0.1', port: peer.address().port } });
    } finally {
      peer.close();
    }
  });

  it('has the server connect to peers over TCP, unless it denies them or nobody listens there', async () => {
    await using client = await allocate('tcp', { relayedTransport: 'tcp' });
    // The server resets the connection that nobody binds.
    const listen = () => createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    const [peer, closed] = [listen(), listen()];
    await Promise.all([peer, closed].map((each) => once(each, 'listening')));
    const [port, closedPort] = [peer, closed].map((each) => (each.address() as AddressInfo).port);
    closed.close();
    await once(closed, 'close');
    try {
      const connected = once(peer, 'connection');
      await client.permit('127.0.0.1');
      const connect = (address: string, to = 0) => client.connect({ address, port: to });
      expect(await connect('127.0.0.1', port)).toBeGreaterThan(0);
      await connected;
      await expect(connect('192.0.2.1', port)).rejects.toMatchObject({ code: 'rejected', turnCode: 403 });
      await expect(connect('127.0.0.1', closedPort)).rejects.toMatchObject({ code: 'rejected', turnCode: 447 });
    } finally {
      peer.close();
    }
  });

  it.each(['udp', 'tcp', 'tls'])('exchanges packets of every length through a channel over %s', async (transport) => {
    await using one = await allocate(transport);
    await using other = await allocate(transport);
    await one.bindChannel(other.relayed);
    await other.bindChannel(one.relayed);
    for (const text of ['a', 'ab', 'abc', 'abcd', 'x'.repeat(1_000)]) {
      const received = nextData(other);
      one.send(other.relayed, Buffer.from(text));
      expect(await received).toEqual({ text, peer: one.relayed });
    }
    await one.bindChannel(other.relayed);
  });

  it('refreshes for the time that it is told', async () => {
    await using client = await allocate('udp', { lifetimeSeconds: 700 });
    expect(client.lifetimeSeconds).toBe(700);
    expect(await client.refresh(800)).toBe(800);
    expect(client.lifetimeSeconds).toBe(800);
  });

  it('says rejected with 403 for a peer that the server denies, and works on', async () => {
    await using client = await allocate('udp');
    await expect(client.permit('192.0.2.1')).rejects.toMatchObject({ code: 'rejected', turnCode: 403 });
    await client.permit('127.0.0.1');
  });

  it('says rejected with 443 for a peer of the other family', async () => {
    await using client = await allocate('udp');
    await expect(client.permit('2001:db8::1')).rejects.toMatchObject({ code: 'rejected', turnCode: 443 });
  });

  it('says closed for what is asked of it when it is closed', async () => {
    const client = await allocate('udp');
    await client.close();
    expect(client.ended.aborted).toBe(true);
    await expect(client.permit('127.0.0.1')).rejects.toMatchObject({ code: 'closed' });
    expect(() => client.send(client.relayed, Buffer.from('x'))).toThrow(expect.objectContaining({ code: 'closed' }));
  });

  it('ends a request when the caller aborts it, and lives on', async () => {
    await using client = await allocate('udp');
    const request = client.permit('127.0.0.1', { signal: AbortSignal.abort('enough') });
    await expect(request).rejects.toMatchObject({ code: 'aborted', cause: 'enough' });
    await client.permit('127.0.0.1');
  });
});

describe('a TURN client of a coturn (real) that allows one allocation for each user', () => {
  it.for(['udp', 'tcp'])('frees it when it is closed over %s', async (transport, context) => {
    if (!hasCoturn) return context.skip(COTURN_IS_MISSING);
    await using coturn = await Coturn.start({ lines: ['user-quota=1'] });
    const uri = `turn:127.0.0.1:${coturn.port}?transport=${transport}`;
    const credentials = coturn.credentials();
    const client = await TurnClient.allocate(uri, credentials);
    await expect(TurnClient.allocate(uri, credentials)).rejects.toMatchObject({ code: 'rejected', turnCode: 486 });
    await client.close();
    // Over UDP coturn counts an allocation for up to a second after it was freed.
    const again = await vi.waitFor(() => TurnClient.allocate(uri, credentials), { timeout: 5_000 });
    await again.close();
  });
});

describe('a TURN client whose coturn (real) dies', () => {
  it.for(['udp', 'tcp'])('notices it over %s', async (transport, context) => {
    if (!hasCoturn) return context.skip(COTURN_IS_MISSING);
    const isClean = await watchHandles();
    await using coturn = await Coturn.start();
    const uri = `turn:127.0.0.1:${coturn.port}?transport=${transport}`;
    const client = await TurnClient.allocate(uri, coturn.credentials());
    await coturn[Symbol.asyncDispose]();
    await expect(client.permit('127.0.0.1')).rejects.toMatchObject({ code: 'unreachable' });
    expect(client.ended.reason).toMatchObject({ code: 'unreachable' });
    await client.close();
    await isClean();
  });
});
