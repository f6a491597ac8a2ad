import { describe, expect, it } from 'vitest';
import { MailboxTotal } from './mailbox-total.ts';

const use = (messages: number) => ({ messages, bytes: messages * 10 });

describe('what waits altogether', () => {
  it('is what was counted, and what was done since', async () => {
    const total = new MailboxTotal();
    await total.recount(async () => use(10));
    total.changed(use(2));
    total.changed(use(-5));
    expect(total.use).toEqual(use(7));
  });

  it('is not counted while something is done, but for a minute at most', async () => {
    let nowMs = 0;
    const total = new MailboxTotal(() => nowMs);
    await total.recount(async () => use(10));
    const disturbed = (counted: number) =>
      total.recount(async () => {
        total.changed(use(1));
        return use(counted);
      });
    await disturbed(50);
    expect(total.use).toEqual(use(11));
    nowMs = 60_001;
    await disturbed(50);
    expect(total.use).toEqual(use(50));
  });

  it('is never less than nothing', () => {
    const total = new MailboxTotal();
    total.changed(use(-3));
    expect(total.use).toEqual(use(0));
  });
});
