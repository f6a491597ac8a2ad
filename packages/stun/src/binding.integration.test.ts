import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bind } from './binding.ts';
import { COTURN_IS_MISSING, Coturn, hasCoturn } from './testing/coturn.ts';
import { LossyForwarder } from './testing/lossy-forwarder.ts';
import { watchHandles } from './testing/open-handles.ts';
import type { IceUri } from './uri.ts';

describe('a Binding request to coturn (real)', () => {
  let coturn: Coturn;
  beforeAll(async () => {
    if (hasCoturn) coturn = await Coturn.start();
  });
  afterAll(() => coturn?.[Symbol.asyncDispose]());
  beforeEach((context) => {
    if (!hasCoturn) context.skip(COTURN_IS_MISSING);
  });

  const server = (transport: 'udp' | 'tcp' | 'tls'): IceUri => ({
    scheme: 'stun',
    host: '127.0.0.1',
    port: transport === 'tls' ? coturn.tlsPort : coturn.port,
    transport,
  });

  it.each(['udp', 'tcp', 'tls'] as const)('learns its own address over %s', async (transport) => {
    const isClean = await watchHandles();
    const result = await bind(server(transport), { tls: { ca: coturn.certificate.ca } });
    expect(result.mapped).toEqual(result.local);
    expect(result.mapped.address).toBe('127.0.0.1');
    expect(result.roundTripMs).toBeGreaterThan(0);
    expect(result.transmissions).toBe(1);
    await isClean();
  });

  it('goes to a stun URI, whose host is a name', async () => {
    const result = await bind(`stun:localhost:${coturn.port}`, { family: 4 });
    expect(result.mapped.address).toBe('127.0.0.1');
  });

  it('is repeated until one and its answer get through', async () => {
    await using forwarder = await LossyForwarder.start(coturn.port, { toServer: 2, toClient: 1 });
    const result = await bind(`stun:127.0.0.1:${forwarder.port}`, { rtoMs: 20 });
    expect(result.transmissions).toBeGreaterThanOrEqual(4);
  });

  it('uses the local port that it is told, so that mappings can be compared', async () => {
    const first = await bind(server('udp'));
    const again = await bind(server('udp'), { localPort: first.mapped.port });
    expect(again.mapped).toEqual(first.mapped);
  });

  it.each(['tcp', 'tls'] as const)('goes through a stream that is connected already, as %s', async (transport) => {
    const isClean = await watchHandles();
    const { port } = server(transport);
    const stream = connect({ host: '127.0.0.1', port });
    await once(stream, 'connect');
    const result = await bind(server(transport), { stream, tls: { ca: coturn.certificate.ca } });
    expect(result.mapped.address).toBe('127.0.0.1');
    expect(stream.destroyed).toBe(true);
    await isClean();
  });
});
