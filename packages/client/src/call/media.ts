import type { ErrorCode, RtcReport } from '@anypath/protocol';
import { isDescribedBy } from '../rtc/fingerprint.ts';
import { MediaConnection } from '../rtc/media-connection.ts';
import type { SelectedPair } from '../rtc/selected-pair.ts';
import { Flow } from './flow.ts';
import { CandidateBody, DescribeBody, decodeWord, type Session } from './words.ts';

/** What media needs from the call that it belongs to. */
export interface MediaHome {
  /** Our device, and the other side's. */
  readonly self: string;
  readonly device: string;
  /** Configuration of the next connection, with credentials that are still good. */
  config(): Promise<RTCConfiguration>;
  say(word: 'describe' | 'candidate', body: unknown): void;
  /** A track of the other side is to be seen or heard, in place of another where the connection has changed. */
  track(track: MediaStreamTrack): void;
  removed(track: MediaStreamTrack): void;
  failed(error: ErrorCode): void;
  /** The other side could not be reached for long. */
  lost(): void;
  /** What was relayed. */
  report(report: RtcReport): void;
}

/** One connection of a call. */
interface Generation {
  readonly session: Session;
  readonly connection: MediaConnection;
  readonly tracks: Set<MediaStreamTrack>;
}

/** A call without a connection is over after so long, milliseconds. */
const LOST_MS = 30_000;
/** The pause before a connection is tried again that failed, milliseconds; doubled each time. */
const RETRY = { firstMs: 250, maxMs: 4_000 } as const;

/**
 * The media of one call. It moves to a new connection when the one that it uses dies: the new one is made beside the old one, with all
 * tracks, and takes over when it is connected (docs/decisions/calls.md). Where both sides begin a new one at once, the device whose name
 * sorts lower goes first.
 */
export class Media {
  readonly #home: MediaHome;
  readonly #stream: MediaStream;
  /** Kinds that the other side wants to send, as far as it has said so. */
  readonly #expected: readonly ('audio' | 'video')[];
  /** The one in use, and the one that is to take over. */
  #generations: Generation[] = [];
  #number = 0;
  #failures = 0;
  #isRenewing = false;
  #over = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #lostTimer: ReturnType<typeof setTimeout> | undefined;
  #turn: Promise<void> = Promise.resolve();
  readonly #flow: Flow;

  /** @param stream holds our tracks, and changes when they do */
  constructor(home: MediaHome, stream: MediaStream, expected: readonly ('audio' | 'video')[]) {
    this.#home = home;
    this.#stream = stream;
    this.#expected = expected;
    this.#flow = new Flow(
      () => this.#generations[0]?.connection,
      () => void this.renew(),
    );
    this.#awaitConnection();
  }

  /** Makes a new connection, beside the one that there may be. */
  async renew(): Promise<void> {
    if (this.#isRenewing || this.#over) return;
    this.#isRenewing = true;
    clearTimeout(this.#retry);
    this.#awaitConnection();
    await this.#inTurn(async () => {
      const session = { number: this.#number + 1, by: this.#home.self };
      const generation = await this.#begin(session, true);
      if (!generation) return;
      const kinds = new Set([...this.#expected, ...this.#remoteKinds()]);
      for (const track of this.#stream.getTracks()) kinds.delete(track.kind as 'audio' | 'video');
      this.#attach(generation.connection);
      for (const kind of kinds) generation.connection.expect(kind);
    });
    this.#isRenewing = false;
  }

  /** Something has been said about the connections. */
  heard(word: 'describe' | 'candidate', bytes: Uint8Array): void {
    void this.#inTurn(async () => {
      if (word === 'describe') return this.#onDescription(decodeWord(DescribeBody, bytes));
      const said = decodeWord(CandidateBody, bytes);
      const generation = said && this.#generationOf(said.session);
      await generation?.connection.addCandidate(said?.candidate as RTCIceCandidateInit);
    });
  }

  /** Sends one more track. */
  add(track: MediaStreamTrack): void {
    for (const { connection } of this.#generations) connection.add(track, this.#stream);
  }

  remove(track: MediaStreamTrack): void {
    for (const { connection } of this.#generations) connection.remove(track);
  }

  async replace(track: MediaStreamTrack, by: MediaStreamTrack): Promise<void> {
    await Promise.all(this.#generations.map(({ connection }) => connection.replace(track, by)));
  }

  /** The link has lost its path: media may have lost the same. */
  suspect(): void {
    this.#flow.suspect();
  }

  /** There are fresh credentials: a connection over TURN is replaced before those that it uses end (SPEC S6.2). */
  async renewed(): Promise<void> {
    if ((await this.pair())?.tier === 'turn') await this.renew();
  }

  /** What comes may change in quantity, without being cut off. */
  changed(): void {
    this.#flow.reset();
  }

  async stats(): Promise<RTCStatsReport | undefined> {
    return (this.#connected ?? this.#generations[0])?.connection.stats();
  }

  /** The pair that carries media, where there is one. */
  async pair(): Promise<SelectedPair | undefined> {
    return this.#connected?.connection.pair();
  }

  close(): void {
    this.#over = true;
    this.#flow.close();
    clearTimeout(this.#retry);
    clearTimeout(this.#lostTimer);
    for (const { connection } of this.#generations.splice(0)) connection.close();
  }

  async #onDescription(said: DescribeBody | undefined): Promise<void> {
    if (!said) return;
    if (!isDescribedBy(said.sdp, said.fingerprints)) return this.#home.failed('fingerprint_mismatch');
    const generation = this.#generationOf(said.session) ?? (await this.#follow(said));
    await generation?.connection.take(said.type, said.sdp);
  }

  /** The other side has begun a connection. */
  async #follow({ session, type }: DescribeBody): Promise<Generation | undefined> {
    const latest = this.#generations.at(-1)?.session;
    const { self, device } = this.#home;
    const isGlare = session.number === this.#number && latest?.by === self && session.by === device;
    const isNewer = session.number > this.#number;
    if (type !== 'offer' || session.by !== device || !(isNewer || (isGlare && device < self))) return undefined;
    if (isGlare) this.#generations.pop()?.connection.close();
    return this.#begin(session, false);
  }

  async #begin(session: Session, offers: boolean): Promise<Generation | undefined> {
    this.#number = session.number;
    const config = await this.#home.config().catch(() => ({}));
    const certificate = await RTCPeerConnection.generateCertificate(CERTIFICATE);
    if (this.#over) return undefined;
    const isPolite = this.#home.self > this.#home.device;
    const generation: Generation = {
      session,
      tracks: new Set(),
      connection: new MediaConnection(
        { ...config, certificates: [certificate] },
        { offers, isPolite },
        {
          described: (description) => this.#home.say('describe', { session, ...description }),
          candidate: (candidate) => this.#home.say('candidate', { session, candidate }),
          attach: () => this.#attach(generation.connection),
          connected: () => this.#onConnected(generation),
          track: (track) => this.#onTrack(generation, track),
          removed: (track) => this.#onRemoved(generation, track),
          failed: () => this.#onFailed(generation),
          reported: (report) => this.#home.report(report),
        },
      ),
    };
    // The one that was to take over is given up; the one in use stays until another is connected.
    for (const idle of this.#generations.splice(1)) idle.connection.close();
    this.#generations.push(generation);
    return generation;
  }

  #attach(connection: MediaConnection): void {
    for (const track of this.#stream.getTracks()) connection.add(track, this.#stream);
  }

  #onConnected(generation: Generation): void {
    if (!this.#generations.includes(generation)) return;
    this.#failures = 0;
    clearTimeout(this.#lostTimer);
    this.#lostTimer = undefined;
    clearTimeout(this.#retry);
    const older = this.#generations.filter((other) => other !== generation && other.session.number < this.#number);
    this.#generations = this.#generations.filter((other) => !older.includes(other));
    // First the new ones, so that there is never nothing to see.
    for (const track of generation.tracks) this.#home.track(track);
    for (const { connection, tracks } of older) {
      connection.close();
      for (const track of tracks) this.#home.removed(track);
    }
    this.#flow.reset();
  }

  #onTrack(generation: Generation, track: MediaStreamTrack): void {
    generation.tracks.add(track);
    this.#flow.reset();
    if (generation.connection.isConnected) this.#home.track(track);
  }

  #onRemoved(generation: Generation, track: MediaStreamTrack): void {
    generation.tracks.delete(track);
    this.#flow.reset();
    if (this.#generations[0] === generation) this.#home.removed(track);
  }

  #onFailed(generation: Generation): void {
    const isLatest = this.#generations.at(-1) === generation;
    if (!isLatest || this.#over) return;
    const pauseMs = Math.min(RETRY.maxMs, RETRY.firstMs * 2 ** this.#failures++);
    this.#awaitConnection();
    clearTimeout(this.#retry);
    // Who carried media and broke is replaced at once.
    if (this.#failures === 1) return void this.renew();
    this.#retry = setTimeout(() => void this.renew(), pauseMs);
  }

  #awaitConnection(): void {
    this.#lostTimer ??= setTimeout(() => {
      this.#lostTimer = undefined;
      if (!this.#generations.some(({ connection }) => connection.isConnected)) this.#home.lost();
    }, LOST_MS);
  }

  get #connected(): Generation | undefined {
    return this.#generations.find(({ connection }) => connection.isConnected);
  }

  #generationOf({ number, by }: Session): Generation | undefined {
    return this.#generations.find(({ session }) => session.number === number && session.by === by);
  }

  #remoteKinds(): ('audio' | 'video')[] {
    return this.#generations.flatMap(({ tracks }) => [...tracks].map(({ kind }) => kind as 'audio' | 'video'));
  }

  /** What is said is taken in one after the other. */
  #inTurn(task: () => Promise<unknown>): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (!this.#over) await task();
    });
    return this.#turn;
  }
}

/** As browsers make it by themselves; known here, so that its fingerprint is. */
const CERTIFICATE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
