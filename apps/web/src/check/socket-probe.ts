import { CHECK_NAMESPACE, type CheckReason, type CheckRow, isErrorCode } from '@anypath/protocol';
import { io, type Socket } from 'socket.io-client';
import { bounded, ProbeError } from './bounded.ts';

const ECHOES = 10;
const ECHO_BYTES = 64;
const ECHO_MS = 2_000;

/** Connects over one transport alone, and sends messages to the server and back. */
export async function probeSocket(
  transport: 'websocket' | 'polling',
  csrfToken: string | undefined,
): Promise<CheckRow[]> {
  const subject = new URL('/socket.io/', location.href).href;
  const socket = io(CHECK_NAMESPACE, {
    transports: [transport],
    upgrade: false,
    reconnection: false,
    forceNew: true,
    autoConnect: false,
    auth: csrfToken === undefined ? {} : { csrfToken },
  });
  try {
    const { value, fields } = await bounded(() => connected(socket));
    const row = { check: 'socket', subject, transport, viaProxy: false, ...fields } as const;
    if (!value) return [row];
    const relay = { check: 'relay', subject, transport } as const;
    if (value.refused) return [row, { ...relay, outcome: 'unknown', reason: value.refused, sent: 0, received: 0 }];
    return [row, { ...relay, ...(await echoed(socket)) }];
  } finally {
    socket.disconnect();
  }
}

/** A refusal of the server's comes over a transport that works. */
function connected(socket: Socket): Promise<{ readonly refused: CheckReason | undefined }> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve({ refused: undefined }));
    socket.once('connect_error', (error: Error & { data?: { error?: unknown } }) => {
      if (error.message === 'Invalid namespace') resolve({ refused: 'unsupported' });
      else if (isErrorCode(error.data?.error)) resolve({ refused: 'unauthenticated' });
      else reject(new ProbeError('unreachable'));
    });
    socket.connect();
  });
}

async function echoed(socket: Socket) {
  const trips: number[] = [];
  let sent = 0;
  const { fields } = await bounded(async (signal) => {
    while (sent < ECHOES && !signal.aborted) {
      sent += 1;
      const startedMs = performance.now();
      await socket.timeout(ECHO_MS).emitWithAck('check:echo', new Uint8Array(ECHO_BYTES));
      trips.push(performance.now() - startedMs);
    }
  }, ECHO_MS);
  const numbers = { sent, received: trips.length };
  if (trips.length === 0) return { ...fields, ...numbers };
  return { outcome: 'ok', ms: fields.ms, ...numbers, rttMs: meanOf(trips) } as const;
}

/** Mean of milliseconds, to a tenth. */
export const meanOf = (values: readonly number[]): number =>
  Math.round((10 * values.reduce((sum, value) => sum + value, 0)) / values.length) / 10;
