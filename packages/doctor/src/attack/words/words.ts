import type { AttackName, AttackOutcome } from '../report.ts';

/** Everything that the attack says, in one language. */
export interface AttackWords {
  readonly attacks: Readonly<Record<AttackName, string>>;
  readonly outcomes: Readonly<Record<AttackOutcome, string>>;
  /** What to do about an attack that got through. */
  readonly todo: Readonly<Record<AttackName, string>>;
  readonly headings: { readonly todo: string; readonly all: string };
  /** The verdict, in a sentence. */
  summary(tried: number, through: number, unknown: number): string;
  /** Where the server cannot be used at all, so that nothing was tried. */
  useless(host: string, reason: string): string;
}
