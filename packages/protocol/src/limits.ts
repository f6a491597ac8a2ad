/** Sizes, counts and times that both ends hold to. Bytes and milliseconds, as the names say. */
export const LIMITS = {
  /** Body of an HTTP request, but for one that brings a message for the mailbox. */
  httpBodyMaxBytes: 64 * 1024,
  /** Body of an HTTP request that brings a message for the mailbox: the message in base64, and what is beside it. */
  httpMailMaxBytes: 384 * 1024,
  /** Headers of an HTTP request, all together. */
  httpHeadersMaxBytes: 16 * 1024,
  /** Characters of a token (JWT). */
  tokenMaxLength: 8192,
  /** How long a nonce of the wallet sign-in may be used. */
  nonceMs: 300_000,
  /** Nonces that wait to be used, at most; the oldest leave first. */
  nonceMaxEntries: 100_000,
  /** Characters of the message that a wallet signs. */
  walletMessageMaxLength: 4096,
  /** Lifetime of the credentials of a connectivity check, seconds. */
  checkCredentialsSeconds: 60,
  /** How long one entry in the history of the operations page is. */
  opsSampleMs: 60_000,
  /** Entries in that history: a day. */
  opsSamplesMax: 1_440,
  /** How long a connection of a connectivity check may last. */
  checkConnectionMs: 30_000,
  /** Echoes that one connection of a connectivity check may ask for. */
  checkEchoesMax: 200,
  /** One such echo. */
  checkEchoMaxBytes: 1024,
  /** URLs in an answer with ICE servers, STUN and TURN together. Browsers slow down from five on. */
  iceUrlsMax: 4,
  /** One Socket.IO packet; a larger one closes the connection (WebSocket close code 1009, HTTP 413). */
  socketPacketMaxBytes: 1024 * 1024,
  /** One frame of the live relay or the data channel. Every WebRTC stack in use accepts this size (RFC 8831, 6.6). */
  frameMaxBytes: 64 * 1024,
  /** The JSON header inside a frame. */
  frameHeaderMaxBytes: 1024,
  /** Body of one part of a message; with its header and its seal it fits into a frame. Longer messages travel in parts. */
  partMaxBytes: 48 * 1024,
  /** One message of the SDK, all its parts together. */
  messageMaxBytes: 16 * 1024 * 1024,
  /** Body of one message in the mailbox. */
  mailMaxBytes: 256 * 1024,
  /** Messages in one answer of `relay:pull` over HTTP, at most. */
  pullMaxMessages: 100,
  /** The same over the socket: Socket.IO's default parser refuses a packet with more than 10 binary attachments. */
  socketPullMaxMessages: 10,
  /** Bytes of messages in one answer of `relay:pull`; one message always fits. */
  pullMaxBytes: 512 * 1024,
  /** Positions in one acknowledgement of the mailbox. */
  ackMaxPositions: 1_000,
  /** Messages that are pushed to a device and not yet acknowledged; those beyond wait until it pulls. */
  pushedMaxMessages: 64,
  /** The same in bytes. */
  pushedMaxBytes: 1024 * 1024,
  /** Devices of a wallet. */
  devicesMax: 32,
  /** A device that was not connected for so long makes room for a new one where there are too many: 90 days. */
  deviceUnusedMs: 90 * 24 * 3_600_000,
  /** Contacts are told of the devices of one wallet at most once in this time. */
  devicesEveryMs: 1_000,
  /** Characters of a device's name. */
  deviceNameMaxLength: 64,
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
  /** Contacts that a wallet has made: asked, mutual, blocked. As many may ask it; requests beyond go unheard. */
  contactsMax: 5_000,
  /** How long a `signalId` is remembered, so that a repeated signal is answered and not forwarded again. */
  signalMemoryMs: 120_000,
  /** How long a signal waits for a device that is between two connections. */
  signalWaitMs: 30_000,
  /** Signals that wait for one device at most. */
  signalWaitMaxEntries: 256,
  /** How long a device may be without a connection before its contacts hear that it is gone; not after a goodbye. */
  presenceGraceMs: 2_000,
  /** Presence of one wallet is told at most once in this time. */
  presenceEveryMs: 1_000,
  /** Signals remembered at most; the oldest leave first. */
  signalMemoryMaxEntries: 100_000,
  /** Messages that a sender has in flight before it waits for acknowledgements. */
  windowMaxMessages: 256,
  /** Bytes that a sender has in flight before it waits for acknowledgements. */
  windowMaxBytes: 1024 * 1024,
  /** Messages of one link that wait for the other side before `send` throws `outbox_full`. */
  outboxMaxMessages: 4096,
  /** Bytes of one stream that its reader has not taken yet, on both sides together at most twice of it. */
  streamWindowBytes: 1024 * 1024,
  /** Body of one frame of a stream. */
  streamPieceBytes: 48 * 1024,
  /** Streams that one side may have open to the other. */
  streamsMax: 32,
  /** Characters of the name of a stream. */
  streamNameMaxLength: 256,
} as const;

/** How often something may be done. */
export interface RateLimit {
  readonly points: number;
  readonly windowMs: number;
  /** What is counted, and for whom. */
  readonly doc: string;
}

/** Rate limits; the first is set by `ICE_RATE_LIMIT`. An IPv6 client counts by its /64. */
export const RATE_LIMITS = {
  ice: { points: 10, windowMs: 60_000, doc: 'ICE requests of a wallet; of an address where nobody is signed in' },
  check: { points: 6, windowMs: 60_000, doc: 'connectivity checks without a session, of an address' },
  checks: { points: 120, windowMs: 60_000, doc: 'connectivity checks without a session, of everybody together' },
  checkConnections: {
    points: 60,
    windowMs: 60_000,
    doc: 'socket connections of the connectivity check, of an address',
  },
  signIn: { points: 60, windowMs: 60_000, doc: 'nonces, sign-ins and sign-outs of an address' },
  session: { points: 60, windowMs: 60_000, doc: 'questions for the session, of an address' },
  contacts: { points: 120, windowMs: 60_000, doc: 'questions for and changes of the contacts of a wallet' },
  connections: { points: 120, windowMs: 60_000, doc: 'socket connections of a wallet' },
  refusedConnections: { points: 60, windowMs: 60_000, doc: 'socket connections of an address that were not signed in' },
  signals: { points: 500, windowMs: 10_000, doc: 'offers, answers and candidates of a device' },
  mail: { points: 1_000, windowMs: 10_000, doc: 'messages that a wallet sends to mailboxes' },
  mailbox: { points: 1_000, windowMs: 10_000, doc: 'questions for and acknowledgements of the mailbox of a wallet' },
  devices: { points: 600, windowMs: 60_000, doc: 'questions for and changes of devices by a wallet' },
  reports: { points: 120, windowMs: 60_000, doc: 'reports of connections by a wallet' },
  ops: { points: 120, windowMs: 60_000, doc: 'questions for how the server does, by a wallet' },
  frames: { points: 50_000, windowMs: 10_000, doc: 'frames of the live relay of a device' },
} as const satisfies Record<string, RateLimit>;

/** Name of a rate limit. */
export type RateLimitName = keyof typeof RATE_LIMITS;
