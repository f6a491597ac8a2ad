import { join } from 'node:path';
import { type Spread, spreadOf } from '../spread.ts';
import { messageFor, openMailbox } from './senders.ts';

const ROUNDS = 3;

/** Messages a second, for one device that pulls and acknowledges a hundred at a time. */
export interface DrainResult {
  readonly messages: number;
  readonly firstTenth: Spread;
  readonly lastTenth: Spread;
}

/** Fills a mailbox and drains it, three times. */
export async function drain(folder: string, messages: number, say: (line: string) => void): Promise<DrainResult> {
  const rows: { first: number; last: number }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const row = await drainOnce(join(folder, String(round)), messages);
    rows.push(row);
    say(
      `drained ${round} of ${ROUNDS}: ${row.first.toFixed(0)} a second in the first tenth, ${row.last.toFixed(0)} in the last`,
    );
  }
  return {
    messages,
    firstTenth: spreadOf(rows.map(({ first }) => first)),
    lastTenth: spreadOf(rows.map(({ last }) => last)),
  };
}

async function drainOnce(folder: string, messages: number): Promise<{ first: number; last: number }> {
  const { mailbox, close } = await openMailbox(folder, [['from', 'to']]);
  const keyId = messageFor('to', 0).keys[0];
  for (let sent = 0; sent < messages; sent += 500) {
    const count = Math.min(500, messages - sent);
    const sender = { wallet: 'from', keyId, rtc: true };
    await Promise.all(
      Array.from({ length: count }, (_, index) => mailbox.enqueue(sender, messageFor('to', sent + index))),
    );
  }
  const reader = { wallet: 'to', keyId };
  const marks = [performance.now()];
  for (let tenth = 1; tenth <= 10; tenth++) {
    for (let drained = 0; drained < messages / 10; ) {
      const { messages: page } = await mailbox.pull(reader, {});
      if (page.length === 0) break;
      drained += await mailbox.acknowledge(
        reader,
        page.map(({ position }) => position),
      );
    }
    marks.push(performance.now());
  }
  await close();
  const rate = (tenth: number): number => (messages / 10 / ((marks[tenth] ?? 0) - (marks[tenth - 1] ?? 0))) * 1000;
  return { first: rate(1), last: rate(10) };
}
