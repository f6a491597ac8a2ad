import { AnypathError, encodeFrame } from '@anypath/protocol';
import type { Leftover, LinkMemory } from '../durable/link-memory.ts';
import { dataHeader } from '../link/step.ts';

/** Nobody waits for what is older, milliseconds. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Sends what pages that are gone did not get through: to the mailbox, in its order. What cannot be sent now is kept.
 *
 * @param isGone tells which pages are
 * @param enqueue puts a frame into the mailbox of a wallet
 * @param serverMs the server's clock, Unix milliseconds
 * @param queued told of each message that the mailbox has now, all its parts
 */
export async function sendLeftovers(
  memory: LinkMemory,
  isGone: (tab: string) => boolean,
  enqueue: (peer: string, frame: Uint8Array<ArrayBuffer>) => Promise<unknown>,
  serverMs: number,
  queued: (peer: string, id: string) => void,
): Promise<void> {
  const byPeer = new Map<string, Leftover[]>();
  for (const leftover of await memory.leftovers(isGone)) {
    if (leftover.entry.at < serverMs - KEPT_MS) memory.forget(leftover.key);
    else byPeer.set(leftover.peer, [...(byPeer.get(leftover.peer) ?? []), leftover]);
  }
  const send = async (leftovers: readonly Leftover[]) => {
    const firstSeq = new Map<string, number>();
    for (const { key, peer, epoch, entry } of leftovers) {
      if (!firstSeq.has(epoch)) firstSeq.set(epoch, entry.seq);
      await enqueue(peer, encodeFrame(dataHeader(epoch, (firstSeq.get(epoch) ?? 1) - 1, entry), entry.body));
      memory.forget(key);
      const [index, count] = entry.part ?? [0, 1];
      if (index === count - 1) queued(peer, entry.id);
    }
  };
  const refused = (error: unknown) => {
    if (!(error instanceof AnypathError)) throw error;
  };
  await Promise.all([...byPeer.values()].map((leftovers) => send(leftovers).catch(refused)));
}
