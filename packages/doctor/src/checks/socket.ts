import { CHECK_NAMESPACE, type CheckReason, type CheckRow, isErrorCode, type RowOf } from '@anypath/protocol';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { io, type Socket } from 'socket.io-client';
import { type Attempt, attempt, outcomeOf } from '../net/bounded.ts';
import { CheckError, detailOf, reasonOf } from '../net/reason.ts';
import { CHECK_MS, type Scene } from '../scene.ts';
import { round } from './stun.ts';

/** How the server is reached, and as whom. */
export interface SocketAccess {
  readonly base: URL;
  readonly proxy: string | undefined;
  readonly token: string | undefined;
}

type Transport = RowOf<'socket'>['transport'];

const ECHOES = 10;
const ECHO_BYTES = 64;
const ECHO_MS = 2_000;

/** Connects by Socket.IO over one transport alone, and sends messages to the server and back. */
export async function checkSocket(scene: Scene, access: SocketAccess, transport: Transport): Promise<CheckRow[]> {
  const { base, proxy } = access;
  const subject = `${base.origin}/socket.io/`;
  const row = { check: 'socket', subject, transport, viaProxy: proxy !== undefined } as const;
  const socket = open(access, transport);
  try {
    const connected = await attempt(scene.signal, CHECK_MS, (signal) => connection(socket, signal));
    if (!connected.ok) return [{ ...row, ...outcomeOf(connected), ...statusOf(connected) }];
    const relay = { check: 'relay', subject, transport } as const;
    const refusal = connected.value;
    const relayed: RowOf<'relay'> =
      refusal === undefined
        ? { ...relay, ...(await echoes(scene, socket)) }
        : { ...relay, outcome: 'unknown', reason: refusal, sent: 0, received: 0 };
    return [{ ...row, outcome: 'ok', ms: Math.round(connected.ms) }, relayed];
  } finally {
    socket.disconnect();
  }
}

function open({ base, proxy, token }: SocketAccess, transport: Transport): Socket {
  // The types of Socket.IO know agents as names alone; in Node it hands them to `http` and `ws`.
  const agent = proxy === undefined ? {} : { agent: new HttpsProxyAgent(proxy) as unknown as string };
  return io(new URL(CHECK_NAMESPACE, base.origin).href, {
    transports: [transport],
    upgrade: false,
    reconnection: false,
    forceNew: true,
    autoConnect: false,
    timeout: CHECK_MS,
    auth: token === undefined ? {} : { token },
    ...agent,
  });
}

/**
 * @returns why the namespace refuses, which it does over a transport that works; `undefined` where it lets us in
 * @throws CheckError where the transport does not work
 */
function connection(socket: Socket, signal: AbortSignal): Promise<CheckReason | undefined> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(undefined));
    socket.once('connect_error', (error: Error) => {
      const refusal = refusalOf(error);
      if (refusal) resolve(refusal);
      else reject(transportError(error));
    });
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    socket.connect();
  });
}

/** A refusal of the server's own carries data, or is about the namespace, which older servers do not have. */
function refusalOf(error: Error & { data?: { error?: unknown } }): CheckReason | undefined {
  if (error.message === 'Invalid namespace') return 'unsupported';
  const code = error.data?.error;
  if (!isErrorCode(code)) return undefined;
  return code === 'rate_limited' ? 'rate_limited' : 'unauthenticated';
}

/** Engine.IO hides the HTTP status in one place for polling, and in a sentence for WebSocket. */
function transportError(error: Error & { description?: unknown }): CheckError {
  const { description } = error;
  const hidden = (description as { error?: unknown; message?: unknown } | undefined)?.error;
  const said = String((description as { message?: unknown } | undefined)?.message ?? '');
  const inWords = /Unexpected server response: (\d{3})/.exec(said)?.[1];
  const status =
    typeof description === 'number' && description >= 100
      ? description
      : inWords === undefined
        ? undefined
        : Number(inWords);
  const cause = hidden ?? error;
  const reason = status === undefined ? reasonOf(cause) : 'not_anypath';
  const words = status === undefined ? detailOf(cause) : `HTTP status ${status}`;
  return new CheckError(reason === 'failed' ? 'unreachable' : reason, words, status);
}

const statusOf = (result: Attempt<unknown>) =>
  !result.ok && result.error instanceof CheckError && result.error.status !== undefined
    ? { status: result.error.status }
    : {};

async function echoes(scene: Scene, socket: Socket) {
  const payload = new Uint8Array(ECHO_BYTES);
  const trips: number[] = [];
  let sent = 0;
  const result = await attempt(scene.signal, ECHO_MS, async (signal) => {
    for (; sent < ECHOES && !signal.aborted; ) {
      sent += 1;
      const startedMs = performance.now();
      await socket.timeout(ECHO_MS).emitWithAck('check:echo', payload);
      trips.push(performance.now() - startedMs);
    }
  });
  const mean = trips.reduce((sum, ms) => sum + ms, 0) / trips.length;
  const numbers = { sent, received: trips.length, ...(trips.length > 0 ? { rttMs: round(mean) } : {}) };
  if (trips.length > 0) return { outcome: 'ok', ms: Math.round(result.ms), ...numbers } as const;
  return { ...outcomeOf(result), ...numbers };
}
