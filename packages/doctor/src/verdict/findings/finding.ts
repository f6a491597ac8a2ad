import type { Finding, FindingCode } from '@anypath/protocol';

type Weight = Pick<Finding, 'severity' | 'who' | 'sure'>;

/** A finding; `params` fill the gaps of its words. */
export const finding = (
  code: FindingCode,
  { severity, who, sure }: Weight,
  params: Finding['params'] = {},
): Finding => ({ code, severity, who, sure, params });

/** What the operator must mend, and what the network or the person must. */
export const OPERATOR: Weight = { severity: 'problem', who: 'operator', sure: 'sure' };
export const NETWORK: Weight = { severity: 'problem', who: 'network', sure: 'sure' };
export const YOU: Weight = { severity: 'problem', who: 'you', sure: 'sure' };
export const NOTE: Weight = { severity: 'note', who: 'nobody', sure: 'sure' };
