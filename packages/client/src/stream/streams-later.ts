import { type AbortHeader, AnypathError, type CreditHeader, LIMITS, type StreamHeader } from '@anypath/protocol';
import { Later } from '../later.ts';
import type { Lines } from '../link/lines.ts';
import { ulid } from '../ulid.ts';
import type { IncomingStream, OutgoingStream, Streams } from './streams.ts';

/**
 * The streams of one link, with their code: it is loaded when the application listens for streams, opens one, or gets one. What is written
 * meanwhile waits.
 */
export class StreamsLater extends Later<Streams> {
  readonly #lines: Lines;
  /** Streams of ours whose writers have not heard of their end. */
  #open = 0;

  /** @param opened tells the application of a stream. @returns whether anybody listens */
  constructor(lines: Lines, opened: (stream: IncomingStream) => boolean) {
    super(async () => new (await import('./streams.ts')).Streams(lines, opened));
    this.#lines = lines;
  }

  /**
   * Opens a stream to the device that the link talks to.
   *
   * @throws AnypathError `target_offline` where there is none, `outbox_full` beyond 32 streams, `invalid_payload` for a name that is too long
   */
  open(name: string): OutgoingStream {
    const device = this.#lines.device();
    if (device === undefined) throw new AnypathError('target_offline');
    if (this.#open >= LIMITS.streamsMax) throw new AnypathError('outbox_full', 'too many streams are open');
    if (name.length > LIMITS.streamNameMaxLength) throw new AnypathError('invalid_payload', 'the name is too long');
    const id = ulid();
    this.#open++;
    const over = () => void this.#open--;
    if (this.made) return this.made.open({ id, name, device, over });
    const stream = this.load().then((streams) => streams.open({ id, name, device, over }));
    stream.catch(over);
    return { id, writable: written(stream) };
  }

  /** A frame of the other side. Where it is lost here, it is said again. */
  received(fromDevice: string, header: StreamHeader | CreditHeader | AbortHeader, body: Uint8Array): void {
    this.use((streams) => streams.received(fromDevice, header, body));
  }
}

/** Writes into a stream that is not there yet: no more than a piece before it is. */
function written(stream: Promise<OutgoingStream>): WritableStream<Uint8Array> {
  const writer = stream.then(({ writable }) => writable.getWriter());
  return new WritableStream<Uint8Array>(
    {
      start: (controller) => {
        const fail = (error: unknown) => controller.error(error);
        writer.then(({ closed }) => closed).catch(fail);
        // Not `abort` below: that is called after a write that waits for room.
        controller.signal.addEventListener('abort', () => {
          writer.then((inner) => inner.abort(controller.signal.reason)).catch(() => undefined);
        });
      },
      write: async (bytes) => (await writer).write(bytes),
      close: async () => (await writer).close(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: LIMITS.streamPieceBytes }),
  );
}
