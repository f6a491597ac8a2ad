import { type Spread, spreadOf } from '../spread.ts';
import { STAGES, type Stage, type StageName } from './stages.ts';

/** When a part of connecting began and ended, milliseconds from the opening of the link; before it where it is below zero. */
export interface ProfileRow {
  readonly stage: StageName;
  readonly fromMs: Spread;
  readonly toMs: Spread;
  readonly tookMs: Spread;
  readonly trials: number;
}

/** The parts of several connections, put together; a part that none of them reached is left out. */
export function profileRows(found: readonly (readonly Stage[])[]): ProfileRow[] {
  return STAGES.flatMap((stage) => {
    const mine = found.flatMap((stages) => stages.filter((one) => one.stage === stage));
    if (mine.length === 0) return [];
    const spread = (read: (one: Stage) => number) => spreadOf(mine.map(read));
    return [
      {
        stage,
        fromMs: spread(({ fromMs }) => fromMs),
        toMs: spread(({ toMs }) => toMs),
        tookMs: spread(({ fromMs, toMs }) => toMs - fromMs),
        trials: mine.length,
      },
    ];
  });
}
