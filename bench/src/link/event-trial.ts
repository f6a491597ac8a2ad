import { setTimeout as delay } from 'node:timers/promises';
import { type Happening, judge, type Verdict } from './judge.ts';
import type { LinkLab, Pages, Station } from './link-lab.ts';
import { type BenchEvent, NO_MEDIA, NO_RTC } from './plan.ts';
import type { PageName } from './subjects.ts';
import { watch } from './watch.ts';

/** How a trial is run. */
export interface TrialOptions {
  /** Whether both sides send their cameras, too. */
  readonly media: boolean;
  /** Whether what the subject wrote down of it is kept. */
  readonly traces?: boolean | undefined;
  /** When a trial is given up: from the opening until messages flow, and from the event until all is back. */
  readonly giveUpMs: number;
}

/** What a trial found out. */
export type EventTrial =
  | { readonly connected: false }
  | {
      readonly connected: true;
      readonly verdict: Verdict;
      /** Why there was no media. */
      readonly noMedia: string | undefined;
      readonly happening: Happening;
      /** What both sides wrote down, where that is kept. */
      readonly traces?: readonly (readonly unknown[])[];
    };

/** So long everything flows before the event. */
const BEFORE_MS = 2_000;
/** And so long it is watched after it at least: what flows again may stop again. */
const AFTER_MS = 5_000;
/** How long the last messages may take where messages flow. */
const LAST_MS = 15_000;

/** Lets two clients talk by fresh pages, has something happen to the first, and judges what both of them noted. */
export async function runEventTrial(
  lab: LinkLab,
  name: PageName,
  { event, outage, hasRtc }: BenchEvent,
  { a, b }: { readonly a: Station; readonly b: Station },
  { media, traces, giveUpMs }: TrialOptions,
): Promise<EventTrial> {
  await using pages = await lab.converse(name, a, b);
  const openedMs = Date.now();
  await pages.a.talk();
  const talk = await watch(
    pages,
    { sinceMs: openedMs, untilMs: openedMs + giveUpMs },
    ({ messages, rtc }) => messages && (rtc || !hasRtc),
  );
  if (!talk.messages || (hasRtc && !talk.rtc)) return { connected: false };
  const noMedia = await startMedia(pages, { wanted: media, hasRtc, giveUpMs });
  await delay(BEFORE_MS);
  const startMs = Date.now();
  const undo = await event.happen(lab.scene(name), a);
  const doneMs = Date.now();
  try {
    await watch(
      pages,
      { sinceMs: doneMs, untilMs: doneMs + giveUpMs },
      (reached) =>
        Date.now() - doneMs >= AFTER_MS &&
        reached.messages &&
        (reached.rtc || !hasRtc) &&
        (reached.frames || noMedia !== undefined),
    );
    const endMs = Date.now();
    await Promise.all([pages.a.hush(), pages.b.hush()]);
    const happening = { startMs, doneMs, endMs, missingFromMs: outage === 'none' ? startMs : doneMs };
    const verdict = await lastVerdict(pages, happening);
    const kept = traces ? { traces: [await pages.a.trace(), await pages.b.trace()] } : {};
    return { connected: true, noMedia, verdict, happening, ...kept };
  } finally {
    await undo?.();
  }
}

/** @returns why there is no media, or `undefined` where frames come on both sides */
async function startMedia(
  pages: Pages,
  { wanted, hasRtc, giveUpMs }: { readonly wanted: boolean; readonly hasRtc: boolean; readonly giveUpMs: number },
): Promise<string | undefined> {
  if (!wanted) return NO_MEDIA;
  if (!hasRtc) return NO_RTC;
  const startMs = Date.now();
  try {
    await pages.a.call();
  } catch (error) {
    return messageOf(error);
  }
  const { frames } = await watch(pages, { sinceMs: startMs, untilMs: startMs + giveUpMs }, (reached) => reached.frames);
  return frames ? undefined : `no frames within ${giveUpMs / 1000} s of the call`;
}

const PREFIX = /^page\.evaluate: Error: /;

/** The first line, without what the driver of the browser puts before it. */
export const messageOf = (error: unknown): string =>
  ((error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '').replace(PREFIX, '');

/** The verdict once everything that was sent has arrived, or the time is over; at once where messages do not flow. */
async function lastVerdict({ a, b }: Pages, happening: Happening): Promise<Verdict> {
  const untilMs = Date.now() + LAST_MS;
  for (;;) {
    const verdict = judge(await a.account(), await b.account(), happening);
    if (verdict.lost === 0 || verdict.gapMs === null || Date.now() >= untilMs) return verdict;
    await delay(POLL_MS);
  }
}

const POLL_MS = 200;
