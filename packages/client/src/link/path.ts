/**
 * The path that carries messages now: `mailbox` while the other side cannot be reached live, `none` while our own connection
 * to the server is down.
 */
export type Path = 'none' | 'mailbox' | 'relay' | 'turn' | 'direct';

/** The two kinds of path that need WebRTC. */
export type RtcTier = 'turn' | 'direct';

/** What a live path is made of. */
export type Via = 'rtc' | 'relay';
