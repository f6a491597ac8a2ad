import { PATHS, RATE_LIMITS } from '@anypath/protocol';
import { startAnypath, tokenOf } from '../anypath.ts';
import { connect } from '../signalling/clients.ts';
import { BODY, PAIRS } from './senders.ts';

interface Amount {
  readonly rounds: number;
  readonly messages: number;
}

type Send = (id: string) => Promise<void>;

const SETTINGS = {
  CONTACTS: 'everyone',
  BEARER_ROUTE_WHITELIST: '^/api/',
  MAILBOX_MAX_MESSAGES: '1000000',
  MAILBOX_MAX_BYTES: '999999999',
};

/** @returns messages a second by 64 senders over sockets of the built server, for each round */
export async function overSockets(folder: string, amount: Amount, say: (line: string) => void): Promise<number[]> {
  await using server = await startAnypath(folder, SETTINGS);
  const sockets = await Promise.all(PAIRS.map(([from]) => connect(server.url, from)));
  const senders = sockets.map((socket, index): Send => {
    const to = PAIRS[index]?.[1] ?? '';
    return async (id) => {
      const answer = await socket.emitWithAck('relay:enqueue', { to, id, body: BODY });
      if (!answer.ok) throw new Error(`the message was refused: ${JSON.stringify(answer)}`);
    };
  });
  const rates = await measure(senders, amount, (line) => say(`sockets, ${line}`));
  for (const socket of sockets) socket.disconnect();
  return rates;
}

/** @returns the same over HTTP */
export async function overHttp(folder: string, amount: Amount, say: (line: string) => void): Promise<number[]> {
  await using server = await startAnypath(folder, SETTINGS);
  const body = Buffer.from(BODY).toString('base64');
  const senders = await Promise.all(
    PAIRS.map(async ([from, to]): Promise<Send> => {
      const headers = { authorization: `Bearer ${await tokenOf(from)}`, 'content-type': 'application/json' };
      return async (id) => {
        const init = { method: 'POST', headers, body: JSON.stringify({ to, id, body }) };
        const response = await fetch(`${server.url}${PATHS.enqueue}`, init);
        const text = await response.text();
        if (!response.ok) throw new Error(`the message was refused: ${text}`);
      };
    }),
  );
  // Awaited here, because the server ends with this function.
  return await measure(senders, amount, (line) => say(`HTTP, ${line}`));
}

async function measure(senders: readonly Send[], { rounds, messages }: Amount, say: (line: string) => void) {
  // Each wallet stays within its rate even where all rounds, and the one before them, take no longer than its window.
  const each = Math.min(Math.floor(RATE_LIMITS.mail.points / (rounds + 1)), Math.ceil(messages / senders.length));
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const work = async (send: Send) => {
      for (let index = 0; index < each; index++) await send(`m${round}-${index}`);
    };
    const startMs = performance.now();
    await Promise.all(senders.map(work));
    if (round === 0) continue;
    rates.push((senders.length * each) / ((performance.now() - startMs) / 1000));
    say(`round ${round} of ${rounds}: ${rates.at(-1)?.toFixed(0)} messages a second`);
  }
  return rates;
}
