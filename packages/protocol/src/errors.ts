/** One error of the protocol: what HTTP answers with, whether the same request may succeed later, and what to do. */
export interface ErrorRow {
  /** HTTP status where the error leaves over HTTP. */
  readonly status: number;
  /** Whether repeating the same request later can help. */
  readonly retry: boolean;
  /** One sentence for the reader of the answer. */
  readonly advice: string;
}

/** Every error code of anypath. Both ends switch on the code; the sentence is for people. */
export const ERRORS = {
  invalid_payload: { status: 400, retry: false, advice: 'Send the fields that the reference lists for this call.' },
  invalid_json: { status: 400, retry: false, advice: 'Send a body that parses as JSON.' },
  unauthenticated: { status: 401, retry: false, advice: 'Sign in, and send the session cookie or the token.' },
  nonce_invalid: {
    status: 401,
    retry: false,
    advice: 'Ask for a new nonce and sign again; each works once, for minutes.',
  },
  signature_invalid: {
    status: 401,
    retry: false,
    advice: 'Sign the message of this site with the key of the address in it.',
  },
  session_ended: { status: 401, retry: false, advice: 'Sign in again; the session was ended or has expired.' },
  csrf_failed: { status: 403, retry: false, advice: 'Send the csrfToken of this session in the header X-CSRF-Token.' },
  forbidden: { status: 403, retry: false, advice: 'This wallet may not do that here.' },
  feature_disabled: { status: 403, retry: false, advice: 'Ask the operator to switch the feature on.' },
  not_found: { status: 404, retry: false, advice: 'Check the path and the method against the reference.' },
  sender_not_rtc_eligible: {
    status: 403,
    retry: false,
    advice: 'This device cannot or may not use WebRTC; use the relay.',
  },
  target_not_rtc_eligible: { status: 409, retry: true, advice: 'The other side cannot use WebRTC now; use the relay.' },
  not_asking: { status: 409, retry: false, advice: 'That wallet has not asked; ask it instead.' },
  contacts_full: {
    status: 409,
    retry: false,
    advice: 'Remove contacts that are not needed; the limit is in the reference.',
  },
  rtc_available: {
    status: 409,
    retry: true,
    advice: 'The other side is online: try WebRTC first, or send with force: true.',
  },
  mailbox_full: { status: 409, retry: true, advice: 'Wait until the other side has read its messages.' },
  message_expired: {
    status: 410,
    retry: false,
    advice: 'The message waited for too long and was removed; send it again.',
  },
  store_unavailable: { status: 503, retry: true, advice: 'The server cannot store messages now; send it again later.' },
  no_devices: {
    status: 409,
    retry: true,
    advice: 'The other side has never signed in: there is no device to seal a message for.',
  },
  devices_changed: {
    status: 409,
    retry: true,
    advice: 'Ask for the devices of both wallets again, and seal the message for them.',
  },
  devices_full: { status: 409, retry: false, advice: 'Revoke a device that is not used any more.' },
  device_unknown: { status: 404, retry: false, advice: 'Register the device, or check its keyId.' },
  device_revoked: { status: 403, retry: false, advice: 'This device was revoked; sign in again as a new device.' },
  seal_broken: {
    status: 400,
    retry: false,
    advice: 'The message was changed on its way, or sealed for other keys; it was dropped.',
  },
  crypto_unsupported: {
    status: 501,
    retry: false,
    advice: 'Use a current browser, or Node 20 or newer: this one has no X25519 to encrypt messages with.',
  },
  taken: { status: 409, retry: false, advice: 'Another device of this wallet has answered.' },
  target_offline: { status: 409, retry: true, advice: 'Wait until the other side is online.' },
  payload_too_large: { status: 413, retry: false, advice: 'Send less at a time; the limit is in the reference.' },
  unsupported_media_type: { status: 415, retry: false, advice: 'Send Content-Type: application/json.' },
  unknown_event: { status: 400, retry: false, advice: 'Send one of the events that the reference lists.' },
  signal_reused: { status: 409, retry: false, advice: 'Give every signal a signalId of its own.' },
  rate_limited: { status: 429, retry: true, advice: 'Wait for as long as Retry-After says.' },
  request_timeout: { status: 408, retry: true, advice: 'Send the request without long pauses.' },
  headers_too_large: {
    status: 431,
    retry: false,
    advice: 'Send shorter headers; a token has at most 8192 characters.',
  },
  recipient_busy: { status: 429, retry: true, advice: 'The other side reads too slowly; send again later.' },
  replaced: { status: 409, retry: false, advice: 'This device is connected from another place.' },
  outbox_full: { status: 429, retry: true, advice: 'Wait for receipts before sending more.' },
  stream_aborted: { status: 409, retry: false, advice: 'The other side has given the stream up; open another.' },
  busy: { status: 409, retry: true, advice: 'This device is in a call already; end it first.' },
  call_ended: { status: 409, retry: false, advice: 'The call is over; start another.' },
  media_refused: {
    status: 403,
    retry: false,
    advice: 'Allow the microphone, the camera or the screen to be used, and try again.',
  },
  media_unavailable: {
    status: 501,
    retry: false,
    advice: 'There is no such microphone or camera, it is in use, or this program has no WebRTC.',
  },
  fingerprint_mismatch: {
    status: 403,
    retry: false,
    advice:
      'Somebody changed the description of the media on its way; the media was closed before anything was played.',
  },
  link_closed: { status: 409, retry: false, advice: 'Open the link again.' },
  ice_unavailable: { status: 503, retry: true, advice: 'No TURN or STUN server can be offered now; the relay works.' },
  unreachable: { status: 503, retry: true, advice: 'The server did not answer; check the address and the network.' },
  shutting_down: { status: 503, retry: true, advice: 'Connect again; another process takes over.' },
  internal: { status: 500, retry: true, advice: 'Report the requestId to the operator.' },
} as const satisfies Record<string, ErrorRow>;

/** A code of the error table. */
export type ErrorCode = keyof typeof ERRORS;

/** Whether a value is a code of the error table. */
export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(ERRORS, value);

/** The one error class that leaves anypath's public functions. Switch on `code`. */
export class AnypathError extends Error {
  override readonly name = 'AnypathError';
  /** The code in the error table. */
  readonly code: ErrorCode;

  /**
   * @param code a code of the error table
   * @param message what went wrong, for people; the table's advice where it is left out
   * @param options the underlying `cause`
   */
  constructor(code: ErrorCode, message: string = ERRORS[code].advice, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
