import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchAnypath } from '@anypath/bench/anypath';
import type { Launched } from '@anypath/bench/child';
import { PATHS } from '@anypath/protocol';
import { Device } from '../device.ts';
import { freePort } from '../free-port.ts';
import { type Counts, Ledger } from '../ledger.ts';
import { type Random, randomOf } from '../random.ts';
import { type Conversation, receiving, sendingTo } from './conversation.ts';

/** How much is broken. */
export interface MailboxFaults {
  /** How often the server is killed. */
  readonly kills: number;
  readonly senders: number;
  readonly recipients: number;
  /** The same seed makes the same plan, as far as programs and disks keep its time. */
  readonly seed: number;
}

/** What was done, and counted. */
export interface MailboxReport extends Counts {
  readonly seed: number;
  readonly kills: number;
  /** Kills before the server listened. */
  readonly killsAtStart: number;
  /** Programs of senders and recipients that were closed, and that were killed. */
  readonly closed: number;
  readonly crashed: number;
  /** Messages that were still in mailboxes at the end. */
  readonly left: number;
  readonly seconds: number;
  /** What went wrong, in words. */
  readonly complaints: readonly string[];
}

/** A share of the kills falls into the start of the server, which takes up to about so long. */
const KILLED_AT_START = 0.2;
const START_MS = 500;
/** The others come after so many messages were acknowledged, or after so long. */
const ACKED_MAX = 120;
const LIFE_MAX_MS = 1_500;
/** A recipient runs until so many messages came for all of them, or for so long; then it is away for a while. */
const SEEN_MAX = 120;
const ON_MS = [1_000, 3_000] as const;
const OFF_MS = [150, 1_500] as const;
/** How long until the next program of a sender ends. */
const SENDER_MS = [200, 800] as const;
/** In the end, nothing has moved for so long: what is missing will not come. */
const STILL_MS = 20_000;
const LOOK_EVERY_MS = 25;

/** Kills the server while clients send to mailboxes and come and go themselves; in the end everybody comes back. */
export async function breakMailbox(options: MailboxFaults, say: (line: string) => void): Promise<MailboxReport> {
  const folder = mkdtempSync(join(tmpdir(), 'anypath-faults-'));
  const startedMs = performance.now();
  const scene = await sceneOf(folder, options, say);
  try {
    const killsAtStart = await killRepeatedly(scene);
    await calmDown(scene);
    const left = await drain(scene);
    await comeBack(scene);
    const { ledger, closed, crashed } = scene;
    const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
    const { kills, seed } = options;
    return {
      seed,
      kills,
      killsAtStart,
      closed,
      crashed,
      ...ledger.counts(),
      left,
      seconds,
      complaints: ledger.complaints(),
    };
  } finally {
    scene.conversation.isOpen = false;
    scene.isCalm = true;
    for (const device of [...scene.senders, ...scene.recipients]) device.crash();
    await scene.server?.end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Scene {
  readonly folder: string;
  readonly options: MailboxFaults;
  readonly port: number;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly conversation: Conversation;
  readonly senders: readonly Device[];
  readonly recipients: readonly Device[];
  readonly say: (line: string) => void;
  /** Those who break the devices. */
  unrest: Promise<unknown>;
  isCalm: boolean;
  server: Launched | undefined;
  closed: number;
  crashed: number;
}

async function sceneOf(folder: string, options: MailboxFaults, say: (line: string) => void): Promise<Scene> {
  const port = await freePort();
  const random = randomOf(options.seed);
  const ledger = new Ledger();
  const conversation: Conversation = { ledger, random, isOpen: true };
  const names = (kind: string, count: number) => Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`);
  const to = names('recipient', options.recipients);
  const recipients = to.map((wallet) => new Device(wallet, { port }, receiving(conversation, wallet)));
  const senders = names('sender', options.senders).map(
    (wallet) => new Device(wallet, { port }, sendingTo(conversation, wallet, to)),
  );
  const counters = { isCalm: false, server: undefined, closed: 0, crashed: 0, unrest: Promise.resolve() };
  return { folder, options, port, random, ledger, conversation, senders, recipients, say, ...counters };
}

/** @returns how many kills came before the server listened */
async function killRepeatedly(scene: Scene): Promise<number> {
  const { options, random, ledger, say } = scene;
  let killsAtStart = 0;
  await startServer(scene).listening;
  // A recipient has a device before the first message for it.
  for (const device of [...scene.recipients, ...scene.senders]) await device.start();
  scene.unrest = Promise.all([...scene.recipients.map((device) => comeAndGo(scene, device)), endSenders(scene)]);
  for (let kill = 1; kill <= options.kills; kill++) {
    const server = scene.server ?? startServer(scene);
    if (kill > 1 && random.next() < KILLED_AT_START) {
      await Promise.race([sleep(random.between(0, START_MS)), server.listening]);
      killsAtStart++;
    } else {
      await server.listening;
      const enough = ledger.counts().acked + random.between(1, ACKED_MAX);
      await until(() => ledger.counts().acked >= enough, random.between(LIFE_MAX_MS / 2, LIFE_MAX_MS));
    }
    await server.end('SIGKILL');
    scene.server = undefined;
    if (kill % 10 === 0 || kill === options.kills)
      say(`${kill} of ${options.kills} kills: ${wordsOf(ledger.counts())}`);
  }
  return killsAtStart;
}

function startServer(scene: Scene): Launched {
  const env = { PORT: String(scene.port), CONTACTS: 'everyone' };
  const server = launchAnypath(scene.folder, env, (line) => scene.say(`server: ${line}`));
  scene.server = server;
  return server;
}

/** A recipient is there for a while, and away for a while. */
async function comeAndGo(scene: Scene, device: Device): Promise<void> {
  const { ledger, random } = scene;
  while (!scene.isCalm) {
    await device.start();
    const enough = ledger.counts().seen + random.between(0, SEEN_MAX);
    await until(() => ledger.counts().seen >= enough, random.between(...ON_MS));
    await end(scene, device);
    await sleep(random.between(...OFF_MS));
  }
}

/** Now and then the program of a sender ends, and the next one starts at once. */
async function endSenders(scene: Scene): Promise<void> {
  while (!scene.isCalm) {
    await sleep(scene.random.between(...SENDER_MS));
    const device = scene.random.oneOf(scene.senders);
    await end(scene, device);
    await device.start();
  }
}

async function end(scene: Scene, device: Device): Promise<void> {
  if (scene.random.next() < 0.5) {
    scene.crashed++;
    return device.crash();
  }
  scene.closed++;
  await device.close();
}

async function calmDown(scene: Scene): Promise<void> {
  scene.isCalm = true;
  scene.conversation.isOpen = false;
  await startServer(scene).listening;
  await scene.unrest;
  for (const device of [...scene.senders, ...scene.recipients]) await device.start();
}

/** Waits until every mailbox is empty, or nothing moves any more. @returns how many messages are left in them */
async function drain({ port, ledger, say }: Scene): Promise<number> {
  let movedMs = performance.now();
  let before = '';
  let looks = 0;
  for (;;) {
    const left = await waiting(port);
    const counts = ledger.counts();
    if (left === 0 && counts.lost === 0) return 0;
    const now = JSON.stringify([left, counts]);
    if (now !== before) movedMs = performance.now();
    else if (performance.now() - movedMs > STILL_MS) return left;
    before = now;
    await sleep(LOOK_EVERY_MS * 10);
    if (++looks % 20 === 0) say(`draining, ${left} left: ${wordsOf(counts)}`);
  }
}

/** Everybody starts once more: nothing is shown again. */
async function comeBack(scene: Scene): Promise<void> {
  const devices = [...scene.senders, ...scene.recipients];
  await Promise.all(devices.map((device) => device.close()));
  for (const device of devices) await device.start();
  await Promise.all(devices.map((device) => device.close()));
}

async function waiting(port: number): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}${PATHS.metrics}`)).text();
  return Number(/^anypath_mail_waiting_messages (\S+)$/m.exec(metrics)?.[1]);
}

const wordsOf = ({ acked, enqueued, seen, lost, repeated, reordered }: Counts): string =>
  `${acked} acknowledged (${enqueued} kept by the mailbox), ${seen} seen, ${lost} not seen yet, ${repeated} repeated, ${reordered} reordered`;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function until(isSo: () => boolean, withinMs: number): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!isSo() && performance.now() < endMs) await sleep(LOOK_EVERY_MS);
}
