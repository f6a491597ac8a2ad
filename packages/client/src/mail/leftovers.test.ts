import { AnypathError, decodeFrame } from '@anypath/protocol';
import { expect, it } from 'vitest';
import { memoryDurable } from '../durable/durable-store.ts';
import { LinkMemory } from '../durable/link-memory.ts';
import { memoryStore } from '../storage.ts';
import { sendLeftovers } from './leftovers.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

async function left(entries: readonly (readonly [peer: string, epoch: string, seq: number, at?: number])[]) {
  const own = { wallet: 'alice', tab: 't1' };
  const memory = new LinkMemory({ durable: memoryDurable(), marks: memoryStore() }, own, () => undefined);
  for (const [peer, epoch, seq, at = 40 * DAY_MS] of entries) {
    memory.sending(peer, epoch, { seq, id: `${epoch}-${seq}`, body: new Uint8Array([seq]), text: true, at });
  }
  await memory.settled();
  return memory;
}

async function send(
  memory: LinkMemory,
  enqueue: (peer: string, frame: Uint8Array<ArrayBuffer>) => Promise<unknown>,
  again: (error: AnypathError) => Promise<boolean> = async () => false,
) {
  const told: string[] = [];
  const queued = (peer: string, id: string) => void told.push(`${peer} ${id}`);
  const sending = await sendLeftovers({ memory, isGone: () => true, enqueue, again, queued }, 41 * DAY_MS);
  await Promise.all(sending.values());
  return told;
}

it('sends what earlier pages left, with the identity that it had, and forgets it then', async () => {
  const memory = await left([
    ['bob', 'E2', 1],
    ['bob', 'E1', 4],
    ['bob', 'E1', 3],
  ]);
  const frames: unknown[] = [];
  const queued = await send(memory, async (peer, frame) => frames.push([peer, decodeFrame(frame).header]));
  expect(frames).toMatchObject([
    ['bob', { id: 'E1-3', epoch: 'E1', seq: 3, acked: 2 }],
    ['bob', { id: 'E1-4', epoch: 'E1', seq: 4, acked: 2 }],
    ['bob', { id: 'E2-1', epoch: 'E2', seq: 1, acked: 0 }],
  ]);
  expect(queued).toEqual(['bob E1-3', 'bob E1-4', 'bob E2-1']);
  await memory.settled();
  expect(await memory.leftovers(() => true)).toEqual([]);
});

it('keeps what is refused, in its order, and does not hold up what is for others', async () => {
  const memory = await left([
    ['bob', 'E1', 1],
    ['bob', 'E1', 2],
    ['carol', 'E3', 1],
  ]);
  const queued = await send(memory, async (peer) => {
    if (peer === 'bob') throw new AnypathError('mailbox_full');
  });
  expect(queued).toEqual(['carol E3-1']);
  await memory.settled();
  expect((await memory.leftovers(() => true)).map(({ entry }) => entry.id)).toEqual(['E1-1', 'E1-2']);
});

it('goes on in the same order after the server was away', async () => {
  const memory = await left([
    ['bob', 'E1', 1],
    ['bob', 'E1', 2],
  ]);
  let losses = 2;
  const enqueue = async () => {
    if (losses-- > 0) throw new AnypathError('unreachable');
  };
  expect(await send(memory, enqueue, async ({ code }) => code === 'unreachable')).toEqual(['bob E1-1', 'bob E1-2']);
  await memory.settled();
  expect(await memory.leftovers(() => true)).toEqual([]);
});

it('does not send what is a month old', async () => {
  const memory = await left([['bob', 'E1', 1, 10 * DAY_MS]]);
  expect(await send(memory, () => Promise.reject(new Error('nothing is to be sent')))).toEqual([]);
  await memory.settled();
  expect(await memory.leftovers(() => true)).toEqual([]);
});
