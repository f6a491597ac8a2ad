import { type Account, type Arrival, type Progress, progressOf } from './account.ts';
import { startCamera, watchFrames } from './camera.ts';
import type { Ears, Identity, Join, Profile, Subject, Way } from './subject.ts';

/** What the page of every subject can be told to do, by the same words. */
export interface Conversation {
  join(identity: Identity): Promise<void>;
  isPeerOnline(): Promise<boolean>;
  /** Opens the conversation, sends a message at once and then one after each pause. The other side answers in the same way. */
  talk(): void;
  call(): Promise<void>;
  /** Stops sending. */
  hush(): void;
  progress(sinceMs: number): Progress;
  account(): Account;
  /** @throws Error where the subject cannot tell */
  profile(): Profile;
  /** What happened to the connection; nothing where the subject does not write it down. */
  trace(): readonly unknown[];
  leave(): void;
}

declare global {
  interface Window {
    conversation: Conversation;
  }
}

/** 50 messages a second. */
const EVERY_MS = 20;

const now = (): number => performance.timeOrigin + performance.now();

/** Makes a page out of a subject. */
export function converse(join: Join): void {
  let subject: Subject | undefined;
  const sentAtMs: number[] = [];
  const seen: Arrival[] = [];
  const ways: { way: Way; atMs: number }[] = [];
  const framesAtMs: number[] = [];
  let openedAtMs: number | undefined;
  let refused = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  let camera: Promise<MediaStream> | undefined;

  const joined = (): Subject => {
    if (!subject) throw new Error('nobody has joined');
    return subject;
  };
  const say = () => {
    const atMs = now();
    try {
      joined().send(`${sentAtMs.length} ${atMs}`);
      sentAtMs.push(atMs);
    } catch {
      refused++;
    }
  };
  const speak = () => {
    say();
    timer ??= setInterval(say, EVERY_MS);
  };
  const ears: Ears = {
    opened: () => {
      if (timer === undefined) speak();
    },
    heard: (text, way) => {
      const [number = Number.NaN, sent = Number.NaN] = text.split(' ').map(Number);
      seen.push({ number, sentAtMs: sent, atMs: now(), way });
    },
    way: (way) => ways.push({ way, atMs: now() }),
    sees: (stream) => watchFrames(stream, () => framesAtMs.push(now())),
    camera: () => {
      camera ??= startCamera();
      return camera;
    },
  };
  const account = (): Account => ({ openedAtMs, sentAtMs, refused, seen, ways, framesAtMs });
  window.conversation = {
    join: async (identity) => {
      subject = await join(identity, ears);
    },
    isPeerOnline: () => joined().isPeerOnline(),
    talk: () => {
      openedAtMs = now();
      joined().open();
      speak();
    },
    call: () => joined().call(),
    hush: () => clearInterval(timer),
    progress: (sinceMs) => progressOf(account(), sinceMs, now()),
    account,
    profile: () => {
      const told = joined().profile?.();
      if (!told || openedAtMs === undefined) throw new Error('there is no profile');
      return { ...told, openedAtMs, directAtMs: ways.find(({ way }) => way === 'direct')?.atMs };
    },
    trace: () => joined().trace?.() ?? [],
    leave: () => joined().leave(),
  };
}
