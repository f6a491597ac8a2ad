import { type Frame, LIMITS } from '@anypath/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isSame } from '../e2ee/bytes.ts';
import type { Lines, SideHeader } from '../link/lines.ts';
import type { IncomingStream } from './streams.ts';
import { StreamsLater } from './streams-later.ts';

/** Two ends, with the code of streams where it is not said otherwise, and between them a wire that passes frames on as `fate` says. */
async function wired(isLoaded = true) {
  const opened: IncomingStream[] = [];
  const wire = {
    /** How often a frame arrives. */
    fate: (_header: SideHeader): number => 1,
    isUp: true,
    isHeard: true,
    doubts: 0,
    pieces: 0,
    opened,
  };
  const lines = (other: () => StreamsLater): Lines => {
    const transmit = (_device: string, header: SideHeader, body: Uint8Array = new Uint8Array(0)) => {
      if (header.t === 'stream') wire.pieces++;
      const times = wire.isUp ? wire.fate(header) : 0;
      const frame = { header, body: body.slice() } as Frame;
      for (let time = 0; time < times; time++) {
        queueMicrotask(() => {
          if (header.t !== 'call' && header.t !== 'call-ack') other().received('page', header, frame.body);
        });
      }
    };
    return {
      devices: () => ['page'],
      device: () => 'page',
      isLive: () => wire.isUp,
      transmit,
      transmitBulk: async (device, header, body) => transmit(device, header, body),
      doubt: () => void wire.doubts++,
    };
  };
  const reader: StreamsLater = new StreamsLater(
    lines(() => writer),
    (stream) => {
      if (wire.isHeard) opened.push(stream);
      return wire.isHeard;
    },
  );
  const writer: StreamsLater = new StreamsLater(
    lines(() => reader),
    () => false,
  );
  if (isLoaded) await Promise.all([reader.load(), writer.load()]);
  return { wire, reader, writer };
}

const numbered = (bytes: number): Uint8Array => new Uint8Array(bytes).map((_, index) => index % 251);

/** Writes in chunks that fit no window. */
async function write(writable: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = writable.getWriter();
  for (let at = 0; at < bytes.byteLength; at += 77_777) await writer.write(bytes.subarray(at, at + 77_777));
  await writer.close();
}

async function readAll({ readable }: IncomingStream): Promise<Uint8Array> {
  return new Uint8Array(await new Response(readable).arrayBuffer());
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: { code?: string }) => error.code,
  );

describe('a stream', { timeout: 20_000 }, () => {
  afterEach(() => void vi.useRealTimers());

  it('brings the bytes with the name that the writer gave it', async () => {
    const { wire, writer } = await wired();
    const bytes = numbered(3 * LIMITS.streamWindowBytes + 5);
    const written = write(writer.open('film').writable, bytes);
    await vi.waitUntil(() => wire.opened.length > 0, 5_000);
    const [stream] = wire.opened;
    expect(stream?.name).toBe('film');
    expect(isSame(await readAll(stream as IncomingStream), bytes)).toBe(true);
    await written;
  });

  it('takes what is written before its code is there, and tells of its end as any other', async () => {
    const { wire, writer } = await wired(false);
    const bytes = numbered(LIMITS.streamWindowBytes);
    const [first, second] = [writer.open('first'), writer.open('second').writable.getWriter()];
    const written = write(first.writable, bytes);
    await vi.waitUntil(() => wire.opened.length > 0, 5_000);
    expect(wire.opened[0]).toMatchObject({ id: first.id, name: 'first' });
    expect(isSame(await readAll(wire.opened[0] as IncomingStream), bytes)).toBe(true);
    await written;
    void second.write(numbered(10)).catch(() => undefined);
    await vi.waitUntil(() => wire.opened.length > 1, 5_000);
    await wire.opened[1]?.readable.cancel();
    expect(await codeOf(second.closed)).toBe('stream_aborted');
  });

  it('may be empty', async () => {
    const { wire, writer } = await wired();
    const written = writer.open('nothing').writable.close();
    await vi.waitUntil(() => wire.opened.length > 0, 5_000);
    expect((await readAll(wire.opened[0] as IncomingStream)).byteLength).toBe(0);
    await written;
  });

  it('keeps the writer waiting while nobody reads', async () => {
    const { wire, writer } = await wired();
    let written = 0;
    const target = writer.open('').writable.getWriter();
    const writing = (async () => {
      for (; written < 64; written++) await target.write(numbered(64 * 1024));
    })();
    await vi.waitUntil(() => wire.pieces >= Math.floor(LIMITS.streamWindowBytes / LIMITS.streamPieceBytes), 5_000);
    // No more than what both ends hold together.
    const most = (2 * LIMITS.streamWindowBytes) / (64 * 1024);
    expect(written).toBeLessThanOrEqual(most);
    const reader = wire.opened[0]?.readable.getReader();
    while (written < 64) await reader?.read();
    await writing;
  });

  it('loses and repeats nothing on a wire that does both, and changes order', async () => {
    const { wire, writer } = await wired();
    let count = 0;
    // Of every seven frames one is lost, one comes twice.
    wire.fate = () => [1, 1, 0, 1, 2, 1, 1][count++ % 7] as number;
    vi.useFakeTimers();
    const bytes = numbered(2 * LIMITS.streamWindowBytes);
    const written = write(writer.open('').writable, bytes);
    await vi.advanceTimersByTimeAsync(5_000);
    const all = readAll(wire.opened[0] as IncomingStream);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(isSame(await all, bytes)).toBe(true);
    await written;
    expect(wire.doubts).toBeGreaterThan(0);
  });

  it('goes on when a path is there again, from what has arrived', async () => {
    const { wire, writer, reader } = await wired();
    const bytes = numbered(4 * LIMITS.streamWindowBytes);
    const written = write(writer.open('').writable, bytes);
    await vi.waitUntil(() => wire.opened.length > 0, 5_000);
    const all = readAll(wire.opened[0] as IncomingStream);
    wire.isUp = false;
    await vi.waitUntil(() => wire.pieces > 0, 5_000);
    wire.isUp = true;
    for (const end of [writer, reader]) end.useIfAny((streams) => streams.pathLost());
    expect(isSame(await all, bytes)).toBe(true);
    await written;
  });

  it('fails for the writer where the reader gives up', async () => {
    const { wire, writer } = await wired();
    const target = writer.open('').writable.getWriter();
    void target.write(numbered(10)).catch(() => undefined);
    await vi.waitUntil(() => wire.opened.length > 0, 5_000);
    await wire.opened[0]?.readable.cancel();
    expect(await codeOf(target.closed)).toBe('stream_aborted');
  });

  it('fails for the reader where the writer gives up, also while that one waits for room', async () => {
    const { wire, writer } = await wired();
    const target = writer.open('').writable.getWriter();
    const writing = target.write(numbered(3 * LIMITS.streamWindowBytes)).catch(() => undefined);
    await vi.waitUntil(() => wire.opened.length > 0, 5_000);
    await target.abort();
    await writing;
    expect(await codeOf(readAll(wire.opened[0] as IncomingStream))).toBe('stream_aborted');
  });

  it('fails for the writer where the page that reads was reloaded', async () => {
    const { wire, writer, reader } = await wired();
    const target = writer.open('').writable.getWriter();
    await target.write(numbered(10));
    await vi.waitUntil(() => wire.opened.length > 0, 5_000);
    const header = { t: 'stream', id: '01J', offset: 100 } as const;
    const answers: SideHeader[] = [];
    wire.fate = (said) => {
      answers.push(said);
      return 0;
    };
    reader.received('page', header, numbered(5));
    expect(answers).toEqual([{ t: 'abort', id: '01J', by: 'reader' }]);
  });

  it('waits for somebody who listens', async () => {
    const { wire, writer } = await wired();
    wire.isHeard = false;
    vi.useFakeTimers();
    const written = write(writer.open('').writable, numbered(100));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(wire.pieces).toBeGreaterThan(1);
    wire.isHeard = true;
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    expect((await readAll(wire.opened[0] as IncomingStream)).byteLength).toBe(100);
    await written;
  });

  it('ends with the link', async () => {
    const { wire, writer, reader } = await wired();
    const target = writer.open('').writable.getWriter();
    void target.write(numbered(10)).catch(() => undefined);
    await vi.waitUntil(() => wire.opened.length > 0, 5_000);
    for (const end of [writer, reader]) end.useIfAny((streams) => streams.close());
    expect(await codeOf(target.closed)).toBe('link_closed');
    expect(await codeOf(readAll(wire.opened[0] as IncomingStream))).toBe('link_closed');
  });
});
