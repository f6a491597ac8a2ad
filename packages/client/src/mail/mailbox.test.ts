import { AnypathError, LIMITS, type Mail } from '@anypath/protocol';
import { describe, expect, it, vi } from 'vitest';
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

/** What the server answers to `relay:pull`. */
const page = (positions: readonly number[], more = false) => ({
  ok: true,
  messages: positions.map(mail).map(({ body, ...rest }) => ({ ...rest, size: body.byteLength })),
  bodies: Uint8Array.from(positions).buffer,
  more,
});

/** A mailbox that says after which readings everything has come. */
function counted() {
  const socket = new StandInSocket();
  const told: number[] = [];
  const mailbox = new Mailbox(
    socket as unknown as Asking,
    async () => undefined,
    (reading) => told.push(reading),
  );
  return { socket, told, mailbox };
}

/** A server that keeps messages until they are acknowledged, two on a page. */
function scene(positions: readonly number[]) {
  const socket = new StandInSocket();
  const kept = new Set(positions);
  let more = false;
  socket.answer = (event, payload) => {
    if (event === 'relay:pull') {
      const { after = 0 } = payload as { after?: number };
      const waiting = [...kept].filter((position) => position > after);
      return page(waiting.slice(0, 2), waiting.length > 2);
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

  it('reads the messages of a page beside each other, while the next page is on its way', async () => {
    const socket = new StandInSocket();
    const asked: unknown[] = [];
    socket.answer = (_, payload) => {
      const { after = 0 } = payload as { after?: number };
      asked.push(after);
      return page([after + 1, after + 2], after < 4);
    };
    const begun: number[] = [];
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const levels: number[] = [];
    const mailbox = new Mailbox(
      socket as unknown as Asking,
      ({ position, body }) => {
        expect([...body]).toEqual([position]);
        begun.push(position);
        return finished;
      },
      (reading) => levels.push(reading),
    );
    mailbox.lead();
    mailbox.isOpen = true;
    await vi.waitUntil(() => asked.length === 2 && begun.length === 2);
    expect({ asked, begun, levels }).toEqual({ asked: [0, 2], begun: [1, 2], levels: [] });
    finish();
    await vi.waitUntil(() => levels.length > 0);
    expect({ asked, begun }).toEqual({ asked: [0, 2, 4], begun: [1, 2, 3, 4, 5, 6] });
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

  it('pulls on the new connection also where the answer on the old one is still waited for', async () => {
    const { socket, mailbox, taken, settled } = scene([1, 2]);
    const { answer } = socket;
    let lose = () => {};
    const lost = new Promise<undefined>((resolve) => {
      lose = () => resolve(undefined);
    });
    socket.answer = () => lost;
    mailbox.lead();
    mailbox.isOpen = true;
    await settled();
    mailbox.isOpen = false;
    socket.answer = answer;
    mailbox.isOpen = true;
    lose();
    await settled();
    expect(taken).toEqual([1, 2]);
  });

  it('asks again a moment after the server could not give what waits', async () => {
    vi.useFakeTimers();
    const { socket, mailbox, taken } = scene([1]);
    const { answer } = socket;
    socket.answer = () => ({ ok: false, error: 'store_unavailable', message: '' });
    mailbox.lead();
    mailbox.isOpen = true;
    await vi.advanceTimersByTimeAsync(0);
    socket.answer = answer;
    await vi.advanceTimersByTimeAsync(1_000);
    vi.useRealTimers();
    expect(taken).toEqual([1]);
  });

  it('is level once everything that waited was taken, and as long as the server pushes whatever comes', async () => {
    const { socket, mailbox, kept, settled } = scene([1, 2, 3]);
    const levels: boolean[] = [];
    const { answer } = socket;
    mailbox.lead();
    expect(mailbox.isLevel).toBe(false);
    mailbox.isOpen = true;
    levels.push(mailbox.isLevel);
    await settled();
    levels.push(mailbox.isLevel);
    // Nothing more is pushed before some of these are acknowledged.
    let acknowledge = () => {};
    const held = new Promise<void>((resolve) => {
      acknowledge = resolve;
    });
    socket.answer = (event, payload) => held.then(() => answer(event, payload));
    for (let position = 10; position < 10 + LIMITS.pushedMaxMessages; position++) {
      kept.add(position);
      mailbox.push(mail(position));
    }
    levels.push(mailbox.isLevel);
    acknowledge();
    await settled();
    levels.push(mailbox.isLevel);
    mailbox.isOpen = false;
    levels.push(mailbox.isLevel);
    expect(levels).toEqual([false, true, false, true, false]);
  });

  it('says after each reading what has come, also while it is always asked again', async () => {
    const { socket, told, mailbox } = counted();
    socket.answer = () => {
      // As where each frame says that something waits, and the server is slower than they come.
      if (mailbox.readings < 4) mailbox.behind();
      return page([]);
    };
    mailbox.lead();
    mailbox.isOpen = true;
    await vi.waitUntil(() => mailbox.isLevel);
    expect(told).toEqual([1, 2, 3, 4, Number.POSITIVE_INFINITY]);
  });

  it('does not say so of a reading that failed', async () => {
    const { socket, told, mailbox } = counted();
    socket.answer = () => {
      const isFirst = mailbox.readings === 1;
      if (isFirst) mailbox.behind();
      return isFirst ? { ok: false, error: 'store_unavailable', message: '' } : page([]);
    };
    mailbox.lead();
    mailbox.isOpen = true;
    await vi.waitUntil(() => mailbox.isLevel);
    expect(told).toEqual([2, Number.POSITIVE_INFINITY]);
  });

  it('asks again for what was taken and not forgotten, and for nothing where there is none', async () => {
    const { socket, taken, settled } = scene([1]);
    const kept: number[] = [];
    const mailbox = new Mailbox(socket as unknown as Asking, async ({ position }) => {
      kept.push(position);
    });
    mailbox.lead();
    mailbox.isOpen = true;
    await settled();
    mailbox.pullLeft();
    await settled();
    expect(kept).toEqual([1, 1]);
    mailbox.forget([1]);
    mailbox.pullLeft();
    expect(mailbox.isLevel).toBe(true);
    await settled();
    expect(kept).toEqual([1, 1]);
    expect(taken).toEqual([]);
  });

  it('is not level before it has pulled what the server does not push', async () => {
    const { mailbox, taken, kept, settled } = scene([]);
    mailbox.lead();
    mailbox.isOpen = true;
    await settled();
    kept.add(5);
    mailbox.behind();
    expect(mailbox.isLevel).toBe(false);
    await settled();
    expect(taken).toEqual([5]);
    expect(mailbox.isLevel).toBe(true);
  });

  it('takes nothing before what cannot be read for now, pushed or pulled', async () => {
    const socket = new StandInSocket();
    const kept = [1, 2, 3];
    socket.answer = (event) => (event === 'relay:pull' ? page(kept) : { ok: true, acked: 1, more: false });
    const taken: number[] = [];
    let isReadable = true;
    // What is of one wallet is read one after the other.
    let before = Promise.resolve();
    const mailbox = new Mailbox(socket as unknown as Asking, ({ position }, turn) => {
      const read = before.then(() => {
        if (!turn.isMine()) return;
        if (position === 2 && !isReadable) {
          turn.giveUp();
          throw new AnypathError('unreachable');
        }
        taken.push(position);
      });
      before = read.catch(() => undefined);
      return read;
    });
    isReadable = false;
    mailbox.lead();
    mailbox.isOpen = true;
    await vi.waitUntil(() => taken.length > 0);
    await new Promise((resolve) => setTimeout(resolve));
    expect(taken).toEqual([1]);
    expect(mailbox.isLevel).toBe(false);
    // Nor alone, while the next reading is waited for.
    mailbox.push(mail(3));
    await new Promise((resolve) => setTimeout(resolve));
    expect(taken).not.toContain(3);
    for (const position of kept) mailbox.push(mail(position));
    await new Promise((resolve) => setTimeout(resolve));
    expect(taken.filter((position) => position > 1)).toEqual([]);
    isReadable = true;
    await vi.waitUntil(() => taken.includes(3), { timeout: 3_000 });
    expect(taken.slice(-3)).toEqual([1, 2, 3]);
  });
});
