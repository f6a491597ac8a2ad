import { AnypathError } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { PendingReceipt } from './receipt.ts';

describe('a receipt', () => {
  it('[S5.3] moves from sending over queued to delivered, and says over which path and whether it was forced', async () => {
    const receipt = new PendingReceipt('m1');
    expect(receipt.status).toBe('sending');
    expect(receipt.keep(0, true)).toBe(true);
    expect([receipt.status, receipt.forced]).toEqual(['queued', true]);
    await receipt.queued;
    expect(receipt.settle(0, 'mailbox', 12)).toEqual({ path: 'mailbox', via: 'relay', forced: true, ms: 12 });
    expect(receipt.status).toBe('delivered');
    expect((await receipt.delivered).via).toBe('relay');
  });

  it('[S5.3] says rtc where a data channel carried it, although the mailbox has it, too', () => {
    const receipt = new PendingReceipt('m1');
    receipt.keep(0, true);
    expect(receipt.settle(0, 'turn', 5)).toEqual({ path: 'turn', via: 'rtc', forced: false, ms: 5 });
  });

  it('waits for every part, each counted once', () => {
    const receipt = new PendingReceipt('m1', 2);
    expect([receipt.keep(0, false), receipt.keep(0, false), receipt.keep(1, false), receipt.keep(1, false)]).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect(receipt.settle(1, 'relay', 1)).toBeUndefined();
    expect(receipt.settle(1, 'relay', 1)).toBeUndefined();
    expect(receipt.settle(0, 'relay', 2)?.ms).toBe(2);
  });

  it('fails with the reason, and not once it is delivered', async () => {
    const failed = new PendingReceipt('m1');
    failed.fail(new AnypathError('message_expired'));
    await expect(failed.delivered).rejects.toMatchObject({ code: 'message_expired' });
    await expect(failed.queued).rejects.toMatchObject({ code: 'message_expired' });
    const done = new PendingReceipt('m2');
    done.settle(0, 'direct', 1);
    done.fail(new AnypathError('link_closed'));
    expect(done.status).toBe('delivered');
  });
});
