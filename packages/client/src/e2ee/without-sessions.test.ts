import { beforeAll, expect, it, vi } from 'vitest';
import { utf8 } from './bytes.ts';
import { PACKET } from './packet.ts';
import { SealedChannel } from './sealed-channel.ts';
import { devices, recipient } from './stand-in-devices.ts';

// As a file of the page that the network does not bring.
vi.mock('./handshake.ts', () => {
  throw new Error('not loaded');
});

let all: Awaited<ReturnType<typeof devices<'alice' | 'bob'>>>;
beforeAll(async () => {
  all = await devices('alice', 'bob');
});

it('a sealed channel goes on in envelopes where the code of sessions cannot be loaded', async () => {
  const between = (self: 'alice' | 'bob', peer: 'alice' | 'bob') =>
    new SealedChannel({
      key: all[self],
      self,
      peer,
      recipients: async () => [recipient(all[peer])],
      publicKeyOf: async (keyId) => (keyId === all[peer].keyId ? all[peer].publicKey : undefined),
    });
  const [alice, bob] = [between('alice', 'bob'), between('bob', 'alice')];
  for (const what of ['first', 'second']) {
    const packet = await alice.outgoing(utf8(what));
    expect(packet[0]).toBe(PACKET.envelope);
    const { content, reply } = await bob.incoming(packet);
    expect(content).toEqual(utf8(what));
    expect(await reply).toBeUndefined();
  }
  expect([alice.hasSession, bob.hasSession]).toEqual([false, false]);
});
