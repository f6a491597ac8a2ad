import { AnypathError, LIMITS, type Mail, type PackedMail } from '@anypath/protocol';
import type { Socket } from '../socket/connection.ts';
import type { Handlers } from '../socket/events.ts';
import type { Mailbox, Reader } from './mailbox.ts';
import type { Pushes } from './pushes.ts';

/** The mailbox over the socket. */
export const mailboxEvents = (
  mailbox: Pick<Mailbox, 'enqueue' | 'pull' | 'acknowledge'>,
  pushes: Pick<Pushes, 'pulled' | 'hasMore'>,
): Pick<Handlers, 'relay:enqueue' | 'relay:pull' | 'relay:ack'> => ({
  'relay:enqueue': async ({ data }, message) => {
    const sender = { wallet: data.device.wallet, keyId: data.keyId, rtc: data.rtc, order: data.leaving };
    return { ok: true, ...(await mailbox.enqueue(sender, message)) };
  },
  'relay:pull': async (socket, { packed, after, max = LIMITS.pullMaxMessages }) => {
    const range = { after, max: packed ? max : Math.min(max, LIMITS.socketPullMaxMessages) };
    const { messages, more } = await mailbox.pull(readerOf(socket), range);
    const bytes = messages.reduce((sum, { body }) => sum + body.byteLength, 0);
    if (!socket.data.queue.reserve(bytes)) {
      throw new AnypathError('recipient_busy', 'this connection reads too slowly; pull again later');
    }
    const content = packed ? packedOf(messages) : { messages };
    return { ok: true, ...content, more: pushes.pulled(socket, messages, more) };
  },
  'relay:ack': async (socket, { positions }) => {
    const acked = await mailbox.acknowledge(readerOf(socket), positions);
    return { ok: true, acked, more: await pushes.hasMore(socket) };
  },
});

const packedOf = (messages: readonly Mail[]): PackedMail => ({
  messages: messages.map(({ body, ...mail }) => ({ ...mail, size: body.byteLength })),
  bodies: Buffer.concat(messages.map(({ body }) => body)),
});

const readerOf = ({ data }: Socket): Reader => ({ wallet: data.device.wallet, keyId: data.keyId });
