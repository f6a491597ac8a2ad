import type { Mail } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import type { Asking } from '../socket.ts';
import { StandInSocket } from '../stand-in-socket.ts';
import { Mailbox } from './mailbox.ts';

const mail = (position: number): Mail => ({
  position,
  id: `e${position}`,
  from: 'bob',
  to: 'alice',
  at: 0,
  forced: false,
  expiresAt: 1,
  body: new Uint8Array([1]),
});

/** A server that keeps messages until they are acknowledged, two on a page. */
function scene(positions: readonly number[]) {
  const socket = new StandInSocket();
  const kept = new Set(positions);
  let more = false;
  socket.answer = (event, payload) => {
    if (event === 'relay:pull') {
      const { after = 0 } = payload as { after?: number };
      const waiting = [...kept].filter((position) => position > after);
      return { ok: true, messages: waiting.slice(0, 2).map(mail), more: waiting.length > 2 };
    }
    for (const position of (payload as { positions: number[] }).positions) kept.delete(position);
    return { ok: true, acked: 1, more };
  };
  const taken: number[] = [];
  const mailbox = new Mailbox(socket as unknown as Asking, async ({ position }) => {
    taken.push(position);
    mailbox.forget([position]);
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  const say = (value: boolean) => {
    more = value;
  };
  return { socket, mailbox, taken, kept, settled, say };
}

describe('our mailbox (Socket.IO’s socket is a stand-in)', () => {
  it('is emptied page by page, in order, once this page leads and the connection stands', async () => {
    const { mailbox, taken, kept, settled } = scene([1, 2, 3, 4, 5]);
    mailbox.isOpen = true;
    await settled();
    expect(taken).toEqual([]);
    mailbox.lead();
    await settled();
    expect(taken).toEqual([1, 2, 3, 4, 5]);
    expect([...kept]).toEqual([]);
  });

  it('takes what is pushed, and pulls where the server says that there is more', async () => {
    const { mailbox, taken, kept, settled, say } = scene([]);
    mailbox.lead();
    mailbox.isOpen = true;
    await settled();
    say(true);
    kept.add(7).add(8).add(9);
    mailbox.push(mail(7));
    say(false);
    await settled();
    expect(taken).toEqual([7]);
    say(true);
    mailbox.push(mail(8));
    await settled();
    say(false);
    await settled();
    expect(taken).toEqual([7, 8, 9]);
  });

  it('begins anew after a lost connection, with what was not acknowledged', async () => {
    const { socket, mailbox, taken, settled } = scene([1, 2]);
    const { answer } = socket;
    socket.answer = (event, payload) => (event === 'relay:ack' ? undefined : answer(event, payload));
    mailbox.lead();
    mailbox.isOpen = true;
    await settled();
    mailbox.isOpen = false;
    socket.answer = answer;
    mailbox.isOpen = true;
    await settled();
    expect(taken).toEqual([1, 2, 1, 2]);
  });
});
