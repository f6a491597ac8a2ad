import { randomBytes } from 'node:crypto';
import type { TransportAddress } from './address.ts';
import type { AllocateOptions } from './allocation.ts';
import { type BindingResult, bind } from './binding.ts';
import type { ConnectOptions } from './connect.ts';
import { within } from './deadline.ts';
import { isStunError, StunError } from './errors.ts';
import type { TurnCredentials } from './long-term-credential.ts';
import { TurnClient } from './turn-client.ts';
import type { IceUri } from './uri.ts';

/** How a TURN server is probed. */
export interface ProbeOptions extends AllocateOptions {
  /** Whether to send a packet through the allocation to itself; yes where it is left out. */
  readonly echo?: boolean | undefined;
}

/** What a working TURN server showed. */
export interface TurnProbe {
  /** From the start, with look-up and handshakes, until the allocation, milliseconds. */
  readonly allocateMs: number;
  /** Through the relay to its own relayed address and back, milliseconds; `undefined` without `echo`. */
  readonly echoMs: number | undefined;
  readonly relayed: TransportAddress;
  readonly mapped: TransportAddress;
}

const PAYLOAD_BYTES = 32;
const SEND_EVERY_MS = 200;

/**
 * Finds out whether a TURN server relays: makes an allocation, permits its own relayed address, sends a packet there until it
 * comes back, frees the allocation.
 *
 * @param uri a turn or turns URI, or its parts
 * @param options `timeoutMs` bounds it until the echo; freeing takes one second more at most
 * @throws StunError as `TurnClient.allocate`; `no_echo` where the allocation was made but no packet came back in time;
 *   `rejected` with 403 where the server does not relay to itself. What fails after the allocation has `allocateMs`.
 */
export function probeTurn(
  uri: string | IceUri,
  credentials: TurnCredentials,
  options: ProbeOptions = {},
): Promise<TurnProbe> {
  return within(options, async (signal) => {
    const startedMs = performance.now();
    const client = await TurnClient.allocate(uri, credentials, { ...options, signal, timeoutMs: Infinity });
    const allocateMs = performance.now() - startedMs;
    try {
      const echoMs = options.echo === false ? undefined : await echo(client, signal);
      return { allocateMs, echoMs, relayed: client.relayed, mapped: client.mapped };
    } catch (error) {
      throw afterAllocation(error, allocateMs);
    } finally {
      await client.close();
    }
  });
}

/**
 * Finds out whether a STUN server answers.
 *
 * @throws StunError as `bind`
 */
export const probeStun = (uri: string | IceUri, options: ConnectOptions = {}): Promise<BindingResult> =>
  bind(uri, options);

/** @returns milliseconds from the sending of the packet that came back */
async function echo(client: TurnClient, signal: AbortSignal): Promise<number> {
  await client.permit(client.relayed.address, { signal, timeoutMs: Infinity });
  const sentMs = new Map<string, number>();
  const send = () => {
    const payload = randomBytes(PAYLOAD_BYTES);
    sentMs.set(payload.toString('hex'), performance.now());
    client.send(client.relayed, payload);
  };
  const ended = AbortSignal.any([signal, client.ended]);
  const cleanUp: (() => void)[] = [];
  try {
    return await new Promise<number>((resolve, reject) => {
      const fail = () => reject(ended.reason);
      ended.addEventListener('abort', fail, { once: true });
      const stopListening = client.onData((data) => {
        const at = sentMs.get(Buffer.from(data).toString('hex'));
        if (at !== undefined) resolve(performance.now() - at);
      });
      const timer = setInterval(send, SEND_EVERY_MS);
      cleanUp.push(
        () => ended.removeEventListener('abort', fail),
        stopListening,
        () => clearInterval(timer),
      );
      send();
    });
  } finally {
    for (const each of cleanUp) each();
  }
}

function afterAllocation(error: unknown, allocateMs: number): unknown {
  if (!(error instanceof StunError)) return error;
  if (isStunError(error, 'timeout')) {
    return new StunError('no_echo', 'the allocation was made, but no packet came back', { cause: error, allocateMs });
  }
  const { code, message, turnCode, reason } = error;
  return new StunError(code, message, { cause: error, turnCode, reason, allocateMs });
}
