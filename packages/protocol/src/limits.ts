// Sizes, counts and times that both ends hold to, read as `LIMITS.name`. Bytes and milliseconds, as the names say.
// A constant each and no object: whoever bundles the SDK carries those that it uses.

/** Body of an HTTP request, but for one that brings a message for the mailbox. */
export const httpBodyMaxBytes = 64 * 1024;
/** Body of an HTTP request that brings a message for the mailbox: the message in base64, and what is beside it. */
export const httpMailMaxBytes = 384 * 1024;
/** Headers of an HTTP request, all together. */
export const httpHeadersMaxBytes = 16 * 1024;
/** Characters of a token (JWT). */
export const tokenMaxLength = 8192;
/** How long a nonce of the wallet sign-in may be used. */
export const nonceMs = 300_000;
/** Nonces that wait to be used, at most; the oldest leave first. */
export const nonceMaxEntries = 100_000;
/** Characters of the message that a wallet signs. */
export const walletMessageMaxLength = 4096;
/** Lifetime of the credentials of a connectivity check, seconds. */
export const checkCredentialsSeconds = 60;
/** How long one entry in the history of the operations page is. */
export const opsSampleMs = 60_000;
/** Entries in that history: a day. */
export const opsSamplesMax = 1_440;
/** How long a connection of a connectivity check may last. */
export const checkConnectionMs = 30_000;
/** Echoes that one connection of a connectivity check may ask for. */
export const checkEchoesMax = 200;
/** One such echo. */
export const checkEchoMaxBytes = 1024;
/** URLs in an answer with ICE servers, STUN and TURN together. Browsers slow down from five on. */
export const iceUrlsMax = 4;
/** One Socket.IO packet; a larger one closes the connection (WebSocket close code 1009, HTTP 413). */
export const socketPacketMaxBytes = 1024 * 1024;
/** One frame of the live relay or the data channel. Every WebRTC stack in use accepts this size (RFC 8831, 6.6). */
export const frameMaxBytes = 64 * 1024;
/** The JSON header inside a frame. */
export const frameHeaderMaxBytes = 1024;
/** Body of one part of a message; with its header and its seal it fits into a frame. Longer messages travel in parts. */
export const partMaxBytes = 48 * 1024;
/** One message of the SDK, all its parts together. */
export const messageMaxBytes = 16 * 1024 * 1024;
/** Body of one message in the mailbox. */
export const mailMaxBytes = 256 * 1024;
/** Messages in one answer of `relay:pull`, over HTTP or `packed`, at most. */
export const pullMaxMessages = 100;
/** The same over the socket, not `packed`: Socket.IO's default parser refuses a packet with more than 10 binary attachments. */
export const socketPullMaxMessages = 10;
/** Bytes of messages in one answer of `relay:pull`; one message always fits. */
export const pullMaxBytes = 512 * 1024;
/** Positions in one acknowledgement of the mailbox. */
export const ackMaxPositions = 1_000;
/** Messages that are pushed to a device and not yet acknowledged; those beyond wait until it pulls. */
export const pushedMaxMessages = 64;
/** The same in bytes. */
export const pushedMaxBytes = 1024 * 1024;
/** Devices of a wallet. */
export const devicesMax = 32;
/** A device that was not connected for so long makes room for a new one where there are too many: 90 days. */
export const deviceUnusedMs = 90 * 24 * 3_600_000;
/** Contacts are told of the devices of one wallet at most once in this time. */
export const devicesEveryMs = 1_000;
/** Characters of a device's name. */
export const deviceNameMaxLength = 64;
/** SDP of one offer or answer. Browsers write 1 to 10 kB. */
export const sdpMaxBytes = 64 * 1024;
/** One ICE candidate line. */
export const candidateMaxBytes = 2 * 1024;
/** Characters of a wallet. */
export const walletMaxLength = 128;
/** Characters of a device, signal or session identifier. */
export const idMaxLength = 64;
/** Bytes that the server holds for one socket that reads too slowly; beyond it senders get `recipient_busy`. */
export const socketQueueMaxBytes = 4 * 1024 * 1024;
/** Contacts that a wallet has made: asked, mutual, blocked. As many may ask it; requests beyond go unheard. */
export const contactsMax = 5_000;
/** How long a `signalId` is remembered, so that a repeated signal is answered and not forwarded again. */
export const signalMemoryMs = 120_000;
/** How long a signal waits for a device that is between two connections. */
export const signalWaitMs = 30_000;
/** Signals that wait for one device at most. */
export const signalWaitMaxEntries = 256;
/** How long a device may be without a connection before its contacts hear that it is gone; not after a goodbye. */
export const presenceGraceMs = 2_000;
/** Presence of one wallet is told at most once in this time. */
export const presenceEveryMs = 1_000;
/** Signals remembered at most; the oldest leave first. */
export const signalMemoryMaxEntries = 100_000;
/** Messages that a sender has in flight before it waits for acknowledgements. */
export const windowMaxMessages = 256;
/** Bytes that a sender has in flight before it waits for acknowledgements. */
export const windowMaxBytes = 1024 * 1024;
/** Messages of one link that wait for the other side before `send` throws `outbox_full`. */
export const outboxMaxMessages = 4096;
/** Bytes of one stream that its reader has not taken yet, on both sides together at most twice of it. */
export const streamWindowBytes = 1024 * 1024;
/** Body of one frame of a stream. */
export const streamPieceBytes = 48 * 1024;
/** Streams that one side may have open to the other. */
export const streamsMax = 32;
/** Characters of the name of a stream. */
export const streamNameMaxLength = 256;
