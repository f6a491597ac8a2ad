/** A way that messages take from one page to the other. */
export type Way = 'relay' | 'turn' | 'direct';

/** Who a page is, whom it talks to, and what it needs for that. */
export interface Identity {
  readonly me: string;
  readonly peer: string;
  /** For a subject that signs in. */
  readonly token: string;
  /** For a subject that gets no ICE servers of its own. */
  readonly iceServers: RTCIceServer[];
}

/** What a subject tells, and where it gets its camera. */
export interface Ears {
  /** The other side has opened the conversation. */
  opened(): void;
  heard(text: string, way: Way): void;
  /** Messages take this way from now on. */
  way(way: Way): void;
  /** The other side's camera. */
  sees(stream: MediaStream): void;
  camera(): Promise<MediaStream>;
}

/** A time from one moment to another, Unix milliseconds. */
export interface Time {
  readonly fromAtMs: number;
  readonly toAtMs: number;
}

/** Where the time of a connection went, as its page knows it. Unix milliseconds. */
export interface Profile {
  readonly openedAtMs: number;
  /** Until the server had accepted the page. */
  readonly connect: Time;
  readonly iceFetches: readonly Time[];
  /** What the first attempt of WebRTC reached, and when. */
  readonly milestones: readonly { readonly step: string; readonly atMs: number }[];
  /** When messages took the direct path. */
  readonly directAtMs: number | undefined;
}

/** One of the programs that are measured, within a page and connected to its server. It has one conversation in its life. */
export interface Subject {
  isPeerOnline(): Promise<boolean>;
  /** Begins the conversation. Whoever is on the other side does not have to. */
  open(): void;
  /**
   * Sends, at once or as soon as it can.
   *
   * @throws where it does not take the message
   */
  send(text: string): void;
  /** Begins a call, with the camera; the other side answers with its own. Rejects where it cannot. */
  call(): Promise<void>;
  /** Where the time of its connection went, for the subject that can tell: all but the opening and the path. */
  profile?(): Omit<Profile, 'openedAtMs' | 'directAtMs'>;
  /** What happened to its connection, for the subject that writes it down. */
  trace?(): readonly unknown[];
  leave(): void;
}

/** Connects a subject to its server; resolves when it can be reached. */
export type Join = (identity: Identity, ears: Ears) => Promise<Subject>;
