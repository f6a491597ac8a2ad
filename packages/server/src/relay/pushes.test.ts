import type { Mail } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import type { Socket } from '../socket/connection.ts';
import { Pushes } from './pushes.ts';

const mail = (position: number): Mail => ({
  position,
  id: `m${position}`,
  from: 'alice',
  to: 'bob',
  at: 0,
  forced: false,
  expiresAt: 1,
  body: Uint8Array.of(1),
});

/** A socket of Bob's, and a mailbox whose answers can be held back. */
function scene() {
  const pushed: number[] = [];
  const socket = {
    connected: true,
    data: { device: { wallet: 'bob', deviceId: 'b1' }, keyId: 'k1', queue: { reserve: () => true } },
    emit: (_event: string, { position }: Mail) => pushed.push(position),
  } as unknown as Socket;
  const stored: Mail[] = [];
  const store = (position: number) => {
    stored.push(mail(position));
    pushes.push({ wallet: 'bob', keyIds: ['k1'], mail: mail(position) });
  };
  const pushes = new Pushes(
    {
      firstWaiting: async (_reader, after) => stored.find(({ position }) => position > after)?.position,
      pull: async () => ({ messages: [...stored], more: false }),
    },
    () => [socket],
  );
  return { pushes, socket, pushed, stored, store };
}

describe('what is pushed to a socket (socket and mailbox are stand-ins)', () => {
  it('is asked for again where it was stored while the others were read, and pushed from then on', () => {
    const { pushes, socket, pushed, stored, store } = scene();
    store(1);
    store(2);
    // Bob has both before it is known that nothing waited before them; the third comes after it was read what waits.
    const read = [...stored];
    store(3);
    expect(pushes.pulled(socket, read, false)).toBe(true);
    expect(pushes.isBehind(socket)).toBe(true);
    expect(pushes.pulled(socket, [mail(3)], false)).toBe(false);
    store(4);
    expect(pushed).toEqual([4]);
  });

  it('is not asked for for ever where it is gone by then', () => {
    const { pushes, socket, store } = scene();
    store(1);
    expect(pushes.pulled(socket, [], false)).toBe(true);
    expect(pushes.pulled(socket, [], false)).toBe(false);
    expect(pushes.isBehind(socket)).toBe(false);
  });
});
