/** Sizes, counts and times that both ends hold to. Bytes and milliseconds, as the names say. */
export const LIMITS = {
  /** Body of an HTTP request. The largest request of today is a sign-in. */
  httpBodyMaxBytes: 64 * 1024,
  /** One Socket.IO packet; a larger one closes the connection (WebSocket close code 1009, HTTP 413). */
  socketPacketMaxBytes: 1024 * 1024,
  /** One frame of the live relay or the data channel. Every WebRTC stack in use accepts this size (RFC 8831, 6.6). */
  frameMaxBytes: 64 * 1024,
  /** The JSON header inside a frame. */
  frameHeaderMaxBytes: 1024,
  /** Body of one message: a frame less its header. */
  messageMaxBytes: 63 * 1024 - 2,
  /** SDP of one offer or answer. Browsers write 1 to 10 kB. */
  sdpMaxBytes: 64 * 1024,
  /** One ICE candidate line. */
  candidateMaxBytes: 2 * 1024,
  /** Characters of a wallet. */
  walletMaxLength: 128,
  /** Characters of a device, signal or session identifier. */
  idMaxLength: 64,
  /** Bytes that the server holds for one socket that reads too slowly; beyond it senders get `recipient_busy`. */
  socketQueueMaxBytes: 4 * 1024 * 1024,
  /** How long a `signalId` is remembered, so that a repeated signal is answered and not forwarded again. */
  signalMemoryMs: 120_000,
  /** Signals remembered at most; the oldest leave first. */
  signalMemoryMaxEntries: 100_000,
  /** Messages that a sender has in flight before it waits for acknowledgements. */
  windowMaxMessages: 256,
  /** Bytes that a sender has in flight before it waits for acknowledgements. */
  windowMaxBytes: 1024 * 1024,
  /** Messages of one link that wait for the other side before `send` throws `outbox_full`. */
  outboxMaxMessages: 4096,
} as const;
