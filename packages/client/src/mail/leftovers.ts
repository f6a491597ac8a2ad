import { AnypathError, encodeFrame } from '@anypath/protocol';
import type { Leftover, LinkMemory } from '../durable/link-memory.ts';
import { dataHeader } from '../link/step-messages.ts';

/** Nobody waits for what is older, milliseconds. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** What sending what earlier pages left needs. */
export interface LeftoverParts {
  readonly memory: LinkMemory;
  /** Tells which pages are gone. */
  isGone(tab: string): boolean;
  /** Puts a frame into the mailbox of a wallet. */
  enqueue(peer: string, frame: Uint8Array<ArrayBuffer>): Promise<unknown>;
  /**
   * Waits after a refusal.
   *
   * @param tries how often the same message was refused
   * @returns whether to try again; what is not is kept for the next page
   */
  again(error: AnypathError, tries: number): Promise<boolean>;
  /** Told of each message that the mailbox has now, all its parts. */
  queued(peer: string, id: string): void;
}

/**
 * Sends what pages that are gone did not get through: to the mailbox, in its order.
 *
 * @param serverMs the server's clock, Unix milliseconds
 * @returns when all for a wallet is sent or given up, by wallet: nothing new is to be sent to it before, or it would come first
 */
export async function sendLeftovers(
  { memory, isGone, enqueue, again, queued }: LeftoverParts,
  serverMs: number,
): Promise<ReadonlyMap<string, Promise<void>>> {
  const byPeer = new Map<string, Leftover[]>();
  for (const leftover of await memory.leftovers(isGone)) {
    if (leftover.entry.at < serverMs - KEPT_MS) memory.forget(leftover.key);
    else byPeer.set(leftover.peer, [...(byPeer.get(leftover.peer) ?? []), leftover]);
  }
  const send = async (leftovers: readonly Leftover[]) => {
    const firstSeq = new Map<string, number>();
    for (const { key, peer, epoch, entry } of leftovers) {
      if (!firstSeq.has(epoch)) firstSeq.set(epoch, entry.seq);
      const frame = encodeFrame(dataHeader(epoch, (firstSeq.get(epoch) ?? 1) - 1, entry), entry.body);
      if (!(await isTaken(() => enqueue(peer, frame), again))) return;
      memory.forget(key);
      const [index, count] = entry.part ?? [0, 1];
      if (index === count - 1) queued(peer, entry.id);
    }
  };
  return new Map([...byPeer].map(([peer, leftovers]) => [peer, send(leftovers)]));
}

/** Whether something was taken in the end. */
async function isTaken(enqueue: () => Promise<unknown>, again: LeftoverParts['again']): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      await enqueue();
      return true;
    } catch (error) {
      if (!(error instanceof AnypathError)) throw error;
      if (!(await again(error, tries))) return false;
    }
  }
}
