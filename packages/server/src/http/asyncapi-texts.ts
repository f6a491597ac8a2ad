import {
  type ClientEvent,
  Contact,
  ContactUpdate,
  DeviceList,
  Enqueued,
  Failure,
  Id,
  Mail,
  MailAcked,
  PackedMail,
  type ServerEvent,
} from '@anypath/protocol';
import * as v from 'valibot';

/** What each event of a client asks for. */
export const CLIENT_DOCS: Readonly<Record<ClientEvent, string>> = {
  'session:check': 'Asks whether the server is there.',
  'rtc:offer': 'Offers a connection: to every device of a wallet, or to the one that `toDevice` names.',
  'rtc:answer': 'Answers an offer. The first device that does has the call.',
  'rtc:candidate': 'One ICE candidate; an empty one ends them.',
  'rtc:hangup': 'Ends a call, also one that still rings.',
  'rtc:report': 'How an attempt to connect went, for the metrics of the operator.',
  'relay:frame': 'One frame of the live relay, for one device.',
  'contacts:list': 'Asks for the contacts.',
  'contacts:change': 'Asks a wallet to be a contact, accepts, removes or blocks it.',
  'devices:register':
    'Registers the device that this connection belongs to: messages are sealed for its key, and pushed to it.',
  'devices:list': 'Asks for the devices of the own wallet, or of a mutual contact.',
  'devices:rename': 'Names a device of the own wallet.',
  'devices:revoke': 'Revokes a device of the own wallet.',
  'relay:enqueue': 'A message for the mailbox of a wallet; answered once it is synced to disk.',
  'relay:pull': 'Asks for the oldest messages that wait for this device.',
  'relay:ack': 'Acknowledges messages of the mailbox.',
  signal: 'Deprecated: an offer, an answer or a candidate, told apart by its fields.',
};

/** What each event of the server tells. */
export const SERVER_DOCS: Readonly<Record<ServerEvent, string>> = {
  'session:start': 'The first event on every connection.',
  'session:end': 'Why the server is about to close the connection.',
  'presence:update': 'Which devices of a mutual contact are connected: once after connecting, then at each change.',
  'contacts:update': 'How another wallet stands to this one from now on.',
  'devices:update': 'The devices of the own wallet or of a mutual contact, after a change.',
  'relay:message': 'A message of the mailbox, as soon as it is stored.',
  'rtc:offer': 'An offer of a mutual contact.',
  'rtc:answer': 'An answer of a mutual contact.',
  'rtc:candidate': 'A candidate of a mutual contact.',
  'rtc:hangup': 'A mutual contact ends the call.',
  'rtc:taken': 'Another device of this wallet has answered or declined; this one stops ringing.',
  'rtc:error': 'A refusal, for an event that was sent without an acknowledgement callback.',
  'relay:frame': 'One frame of the live relay.',
  signal: 'Deprecated: a signal once more, for a device that has used the event `signal`.',
  deprecation: 'Told once on a connection that uses a deprecated event.',
  presence: 'Deprecated: `presence:update` in its older form.',
  user_connected: 'Deprecated: a wallet is online.',
  user_disconnected: 'Deprecated: a wallet is offline.',
};

/** What acknowledgement callbacks carry. */
export const ANSWERS: Readonly<Record<string, { readonly doc: string; readonly schema: v.GenericSchema }>> = {
  answer: { doc: 'Accepted.', schema: v.object({ ok: v.literal(true) }) },
  answer_contacts: {
    doc: 'The contacts, sorted by wallet.',
    schema: v.object({ ok: v.literal(true), contacts: v.array(Contact) }),
  },
  answer_contact: {
    doc: 'How the other wallet stands to this one now.',
    schema: v.object({ ok: v.literal(true), ...ContactUpdate.entries }),
  },
  answer_devices: {
    doc: 'The devices of the wallet, the oldest first.',
    schema: v.object({ ok: v.literal(true), ...DeviceList.entries }),
  },
  answer_device: {
    doc: 'The device of this connection, among those of the wallet.',
    schema: v.object({ ok: v.literal(true), keyId: Id, ...DeviceList.entries }),
  },
  answer_enqueued: {
    doc: 'Stored, and synced to disk.',
    schema: v.object({ ok: v.literal(true), ...Enqueued.entries }),
  },
  answer_mail: {
    doc: 'The oldest messages, and whether there are more behind them; their bodies in one where they are `packed`.',
    schema: v.union([
      v.object({ ok: v.literal(true), messages: v.array(Mail), more: v.boolean() }),
      v.object({ ok: v.literal(true), ...PackedMail.entries, more: v.boolean() }),
    ]),
  },
  answer_acked: {
    doc: 'How many had waited, and whether messages wait that were not pushed.',
    schema: v.object({ ok: v.literal(true), ...MailAcked.entries }),
  },
  answer_refused: { doc: 'Refused; the connection is kept.', schema: Failure },
};

/** What a refused handshake gets. */
export const ConnectError = v.object({
  message: v.string(),
  data: v.object({
    error: Failure.pipe[0].entries.error,
    /** How long to wait, milliseconds, with `rate_limited`. */
    retryAfterMs: v.optional(v.number()),
  }),
});
