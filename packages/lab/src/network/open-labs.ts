import { constants } from 'node:os';
import { killCommands } from './command.ts';
import type { LabId } from './lab-id.ts';
import { tearDown } from './teardown.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const open = new Set<LabId>();

/** Has the lab torn down when the process ends, by whatever way leaves it a last word. */
export function tearDownAtExit(id: LabId): void {
  if (open.size === 0) listen();
  open.add(id);
}

/** Tears a lab down now. Does nothing the second time. */
export function tearDownNow(id: LabId): void {
  if (!open.delete(id)) return;
  if (open.size === 0) listenNoMore();
  tearDown(id);
}

function listen(): void {
  // `exit` also follows an uncaught exception and an unhandled rejection.
  process.on('exit', tearDownAll);
  for (const signal of SIGNALS) process.on(signal, endBySignal);
}

function listenNoMore(): void {
  process.off('exit', tearDownAll);
  for (const signal of SIGNALS) process.off(signal, endBySignal);
}

function tearDownAll(): void {
  // One that is building would go on after the lab has been torn down.
  killCommands();
  for (const id of [...open]) tearDownNow(id);
}

function endBySignal(signal: NodeJS.Signals): void {
  tearDownAll();
  // Listening to a signal takes its usual end away; where others listen too, the end is theirs to decide.
  if (process.listenerCount(signal) === 0) process.exit(128 + constants.signals[signal]);
}
