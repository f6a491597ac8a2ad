import { describe, expect, it } from 'vitest';
import { MailboxLedger } from './mailbox-ledger.ts';

const QUOTA = { messages: 100, bytes: 10_000 };
const use = (messages: number) => ({ messages, bytes: messages * 10 });

/** A ledger with a clock of its own, and answers that are counted. */
function scene() {
  const clock = { nowMs: 0 };
  const asked = { last: 0, use: 0 };
  const ledger = new MailboxLedger(() => clock.nowMs);
  const last = (position: number) =>
    ledger.lastOf('bob', async () => {
      asked.last++;
      return position;
    });
  const counted = (messages: number) =>
    ledger.useOf('bob', QUOTA, async () => {
      asked.use++;
      return use(messages);
    });
  return { clock, asked, ledger, last, counted };
}

describe('what is remembered of a mailbox', () => {
  it('is its highest position for a minute, whatever was added meanwhile', async () => {
    const { clock, asked, ledger, last } = scene();
    expect(await last(5)).toBe(5);
    ledger.added('bob', 8, use(3));
    clock.nowMs = 59_000;
    expect([await last(0), asked.last]).toEqual([8, 1]);
    clock.nowMs = 60_000;
    expect([await last(9), asked.last]).toEqual([9, 2]);
  });

  it('is asked for again once somebody else was quicker', async () => {
    const { asked, ledger, last } = scene();
    await last(5);
    ledger.overtaken('bob');
    expect([await last(6), asked.last]).toEqual([6, 2]);
  });

  it('is what waits, exactly for what was done here, and a second old at most where there is little room', async () => {
    const { clock, asked, ledger, counted } = scene();
    expect(await counted(10)).toEqual(use(10));
    ledger.changed('bob', use(5));
    clock.nowMs = 9_000;
    expect([await counted(0), asked.use]).toEqual([use(15), 1]);
    clock.nowMs = 10_000;
    expect([await counted(50), asked.use]).toEqual([use(50), 2]);
    clock.nowMs = 11_000;
    expect([await counted(52), asked.use]).toEqual([use(52), 3]);
  });

  it('is not replaced by a count during which something was done here', async () => {
    const { clock, ledger } = scene();
    await ledger.useOf('bob', QUOTA, async () => use(10));
    clock.nowMs = 20_000;
    const counting = ledger.useOf('bob', QUOTA, async () => {
      ledger.changed('bob', use(1));
      return use(10);
    });
    expect(await counting).toEqual(use(11));
  });

  it('is nothing once it was forgotten', async () => {
    const { asked, ledger, last, counted } = scene();
    await last(5);
    await counted(5);
    ledger.forget('bob');
    await last(6);
    await counted(6);
    expect(asked).toEqual({ last: 2, use: 2 });
  });
});
