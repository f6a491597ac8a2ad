import { convIdOf, PATHS } from '@anypath/protocol';
import { io, type Socket } from 'socket.io-client';
import { tokenOf } from '../anypath.ts';
import type { Child } from '../child.ts';

/** Two sockets that signal each other. */
export interface Pair {
  readonly from: Socket;
  readonly to: Socket;
  readonly wallets: readonly [string, string];
}

/** A connected socket of a wallet; both sides of the benchmark take what they need of the handshake. */
export async function connect(url: string, wallet: string): Promise<Socket> {
  const auth = { token: await tokenOf(wallet), deviceId: 'd', wallet, legacy: false };
  const socket = io(url, { auth, forceNew: true, reconnection: false, transports: ['websocket'] });
  await started(socket);
  return socket;
}

/** Resolves with the first event of the server. */
export const started = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('session:start', () => resolve());
    socket.once('connect_error', reject);
  });

/** Makes two wallets contacts, as their owners would. */
export async function befriend({ url }: Child, [one, other]: readonly [string, string]): Promise<void> {
  for (const [wallet, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    const headers = { authorization: `Bearer ${await tokenOf(wallet)}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ wallet: peer });
    const response = await fetch(`${url}${PATHS.contactsAsk}`, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(`the contact was refused: ${await response.text()}`);
    await response.body?.cancel();
  }
}

/** A candidate as browsers send it. */
export const CANDIDATE =
  'candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 0.0.0.0 rport 0 generation 0';
let next = 0;

/**
 * One signal from one side to the other.
 *
 * @returns milliseconds until both the answer and the signal have arrived
 */
export async function signal({ from, to, wallets }: Pair): Promise<number> {
  const [sender, recipient] = wallets;
  const startedMs = performance.now();
  const arrival = new Promise<void>((resolve) => to.once('rtc:candidate', () => resolve()));
  const candidate = { candidate: CANDIDATE, sdpMid: '0', sdpMLineIndex: 0 };
  const payload = { convId: convIdOf(sender, recipient), to: recipient, signalId: `s${next++}`, candidate };
  const answer = (await from.emitWithAck('rtc:candidate', payload)) as { ok: boolean; error?: string };
  if (!answer.ok) throw new Error(`a signal was refused: ${answer.error}`);
  await arrival;
  return performance.now() - startedMs;
}
