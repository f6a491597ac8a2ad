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
