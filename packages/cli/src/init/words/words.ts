import type { Question } from '../answers.ts';
import type { FileTopic } from '../plan.ts';

/** Everything that `anypath init` says, in one language. */
export interface InitWords {
  readonly title: string;
  readonly questions: Readonly<Record<Question, string>>;
  /** What is wrong with an answer: what it may be. */
  readonly wrong: Readonly<Record<Question, string>>;
  readonly useTwilio: string;
  readonly notSaved: string;
  /** What each file is for. */
  readonly files: Readonly<Record<FileTopic, string>>;
  readonly secretsAreNew: string;
  readonly secretsAreKept: string;
  /** Followed by commands. */
  readonly next: string;
  readonly nextUp: string;
  readonly nextDoctor: string;
  readonly needsTerminal: string;
  readonly needsDomain: string;
  readonly smallCluster: string;
  readonly noComposeFile: (folder: string) => string;
  readonly filesExist: (files: readonly string[]) => string;
  readonly unresolved: (name: string) => string;
  readonly noAddress: string;
  readonly portsTaken: (ports: readonly string[]) => string;
  readonly behindNat: (name: string, publicAddress: string, privateAddress: string) => string;
  readonly elsewhere: (name: string, addresses: readonly string[]) => string;
  readonly notWritten: (reason: string) => string;
}
