/** The generated parts of docs/protocol.md, between `<!-- generated: NAME -->` and `<!-- end -->`. */
import { ERRORS, encodeFrame, LIMITS, RATE_LIMITS, RULES } from '../packages/protocol/dist/index.js';

/** @typedef {import('../packages/protocol/dist/index.js').ErrorCode} ErrorCode */

/** What a client does, where it is more or other than the advice of the table. @type {Partial<Record<ErrorCode, string>>} */
const ON_THE_SOCKET = {
  unauthenticated: 'Sign in; at the handshake only.',
  session_ended: 'Sign in again; at the handshake, or in `session:end`.',
  csrf_failed: 'Send the `csrfToken` of this session; at the handshake only.',
  replaced: 'In `session:end` only: stay away, this device is connected from another place.',
  shutting_down: 'In `session:end` only: connect again.',
  invalid_payload: 'A fault of the client: `message` begins with the field.',
  unknown_event: 'A fault of the client, or an event that the operator has switched off.',
  rate_limited: 'Pause; `message` says for how long, `data.retryAfterMs` at the handshake.',
  forbidden: 'The other wallet is no mutual contact: ask it first.',
  not_asking: 'That wallet has not asked, or no longer: ask it instead.',
  contacts_full: 'Remove a contact first.',
  device_unknown: 'Ask for the devices again: this one was revoked, or made room.',
  device_revoked: 'Make a new key, and sign in again; in `session:end`, too.',
  devices_full: 'Revoke a device that is not used any more.',
  signature_invalid: 'A fault of the client: the `proof` is not by this wallet, or for this key and server.',
  signal_reused: 'A fault of the client: every signal has a `signalId` of its own.',
  sender_not_rtc_eligible: 'Use the relay.',
  target_not_rtc_eligible: 'Use the relay; try again when presence is told again.',
  taken: 'Stop ringing: another device of this wallet has the call.',
  target_offline: 'Wait for `presence:update`; a signal then takes a new `signalId`.',
  payload_too_large: 'Send frames of at most 65,536 bytes, and messages for the mailbox of at most 262,144.',
  feature_disabled: 'The operator has switched the mailbox off for this wallet.',
  rtc_available: 'Try WebRTC, or send the message with `force: true`.',
  no_devices: 'Wait until the other side has signed in for the first time.',
  devices_changed: 'Ask for the devices of both wallets, seal the message for them, and send it again.',
  mailbox_full: 'Keep the message, and send it again later.',
  store_unavailable: 'Keep the message, and send it again later.',
  recipient_busy:
    'Pause, then send again; acknowledgements say what arrived. For a pull: read what is on its way first.',
  unreachable: 'The server cannot check the token now: connect again later.',
  internal: 'Try again once; report it to the operator.',
};

/** What a client has to know of LIMITS. @type {readonly (readonly [keyof typeof LIMITS, string])[]} */
const TO_KNOW = [
  ['frameMaxBytes', 'bytes in one frame'],
  ['frameHeaderMaxBytes', 'bytes in the header of a frame'],
  ['partMaxBytes', 'bytes in the body of a frame of the SDK'],
  ['mailMaxBytes', 'bytes in a message for the mailbox'],
  ['socketPullMaxMessages', 'messages in an answer to `relay:pull`'],
  ['pullMaxMessages', 'messages in the same over HTTP, or `packed`'],
  ['pullMaxBytes', 'bytes of messages in any'],
  ['ackMaxPositions', 'positions in one acknowledgement'],
  ['pushedMaxMessages', 'messages that are pushed and not acknowledged'],
  ['pushedMaxBytes', 'bytes of them'],
  ['sdpMaxBytes', 'bytes in the SDP of a signal'],
  ['candidateMaxBytes', 'bytes in a candidate'],
  ['socketPacketMaxBytes', 'bytes in one Socket.IO packet'],
  ['socketQueueMaxBytes', 'bytes that wait for a device that reads slowly'],
  ['walletMaxLength', 'characters in a wallet'],
  ['idMaxLength', 'characters in a device, signal or session identifier'],
  ['contactsMax', 'contacts of a wallet'],
  ['devicesMax', 'devices of a wallet'],
  ['deviceNameMaxLength', 'characters in the name of a device'],
  ['devicesEveryMs', 'ms between two updates about the devices of a contact'],
  ['signalMemoryMs', 'ms for which a `signalId` is remembered'],
  ['signalWaitMs', 'ms for which a signal waits for a device'],
  ['signalWaitMaxEntries', 'signals that wait for a wallet'],
  ['presenceGraceMs', 'ms until a lost device is told as gone'],
  ['presenceEveryMs', 'ms between two updates about one wallet'],
  ['windowMaxMessages', 'messages of the SDK on their way without an acknowledgement; it drops numbers beyond'],
];

/** @type {readonly (keyof typeof RATE_LIMITS)[]} */
const RATES = ['connections', 'refusedConnections', 'signals', 'frames', 'contacts', 'devices', 'mail', 'mailbox'];

/** @param {readonly (readonly string[])[]} rows */
const table = (rows) =>
  rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');

function limits() {
  const rows = TO_KNOW.map(([name, what]) => [LIMITS[name].toLocaleString('en'), what]);
  const rates = RATES.map((name) => {
    const { points, windowMs, doc } = RATE_LIMITS[name];
    return [`${points.toLocaleString('en')} in ${windowMs / 1000} s`, doc];
  });
  return table([['at most', 'of what'], ['---', '---'], ...rows, ...rates]);
}

function errors() {
  const rows = Object.entries(ON_THE_SOCKET).map(([code, what]) => {
    return [`\`${code}\``, what, ERRORS[/** @type {ErrorCode} */ (code)].retry ? 'yes' : 'no'];
  });
  return table([['code', 'what to do', 'may help to retry'], ['---', '---', '---'], ...rows]);
}

const BYTES_IN_LINE = 16;

function frame() {
  const header = /** @type {const} */ ({
    t: 'data',
    id: 'm1',
    epoch: '1',
    seq: 1,
    acked: 0,
    at: 1795319541242,
    text: true,
  });
  const bytes = Buffer.from(encodeFrame(header, new TextEncoder().encode('hi')));
  const lines = Array.from({ length: Math.ceil(bytes.length / BYTES_IN_LINE) }, (_, index) => {
    const line = bytes.subarray(index * BYTES_IN_LINE, (index + 1) * BYTES_IN_LINE);
    const hex = [...line].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return `${hex.padEnd(BYTES_IN_LINE * 3)} ${line.toString('latin1').replaceAll(/[^ -~]/g, '.')}`;
  });
  return ['```', ...lines, '```'].join('\n');
}

const rules = () =>
  Object.entries(RULES)
    .map(([id, sentence]) => `- **[${id}]** ${sentence}`)
    .join('\n');

/** @type {Readonly<Record<string, () => string>>} */
const PARTS = { frame, errors, limits, rules };

/**
 * Puts the generated parts into the document.
 *
 * @param {string} text of docs/protocol.md
 */
export function withGeneratedParts(text) {
  const done = new Set();
  const filled = text.replace(/<!-- generated: (\w+) -->\n[\s\S]*?<!-- end -->/g, (_, name) => {
    const part = PARTS[name];
    if (!part) throw new Error(`docs/protocol.md asks for ${name}, which nobody writes`);
    done.add(name);
    return `<!-- generated: ${name} -->\n\n${part()}\n\n<!-- end -->`;
  });
  const missing = Object.keys(PARTS).filter((name) => !done.has(name));
  if (missing.length > 0) throw new Error(`docs/protocol.md has no place for ${missing.join(', ')}`);
  return filled;
}
