import type {
  CheckedPath,
  CheckName,
  CheckOutcome,
  CheckReason,
  Confidence,
  Finding,
  FindingCode,
  NetworkClass,
  NetworkTrait,
  Verdict,
} from '@anypath/protocol';

/** What was found, and what to do about it. */
export interface FindingWords {
  readonly cause: string;
  readonly todo: string;
}

/** The gaps of a sentence. */
export type Params = Finding['params'];

/** Everything that the doctor says, in one language. */
export interface DoctorWords {
  readonly status: Readonly<Record<Verdict['status'], string>>;
  readonly network: Readonly<Record<NetworkClass, { readonly name: string; readonly meaning: string }>>;
  readonly traits: Readonly<Record<NetworkTrait, string>>;
  readonly sure: Readonly<Record<Confidence, string>>;
  readonly who: Readonly<Record<Finding['who'], string>>;
  readonly severity: Readonly<Record<Finding['severity'], string>>;
  readonly paths: Readonly<Record<CheckedPath, string>>;
  readonly states: Readonly<Record<Verdict['paths'][number]['state'], string>>;
  readonly checks: Readonly<Record<CheckName, string>>;
  readonly outcomes: Readonly<Record<CheckOutcome, string>>;
  readonly reasons: Readonly<Record<CheckReason, string>>;
  readonly findings: Readonly<Record<FindingCode, (params: Params) => FindingWords>>;
  readonly headings: {
    readonly network: string;
    readonly paths: string;
    readonly findings: string;
    readonly checks: string;
    readonly nothing: string;
    readonly todo: string;
  };
}
