import type { OpsAnswer } from '@anypath/protocol';
import type { Hours } from './columns.ts';
import type { Concern } from './concerns.ts';
import type { LineId, Panel } from './panels.ts';

type Urls = OpsAnswer['readiness']['providers'][number]['urls'][number];

/** What the operations page says. Numbers come written. */
export interface OpsTexts {
  readonly title: string;
  readonly lead: string;
  readonly back: string;
  readonly appearance: string;
  readonly states: {
    readonly loading: string;
    readonly 'signed-out': string;
    readonly refused: string;
    readonly failed: string;
  };
  readonly signIn: string;
  readonly retry: string;
  readonly stale: string;
  readonly range: string;
  readonly ranges: Readonly<Record<Hours, string>>;
  readonly well: string;
  readonly attention: string;
  readonly concern: { readonly [C in Concern['is']]: (name: string, amount: string) => string };
  readonly tilesTitle: string;
  readonly tiles: Readonly<Record<'success' | 'share' | 'openTime' | 'sockets' | 'mailbox' | 'relayed', string>>;
  readonly lastHour: string;
  readonly attempts: (count: string) => string;
  readonly most: (time: string) => string;
  readonly oldest: (age: string) => string;
  readonly cost: (sum: string) => string;
  readonly noPrice: string;
  readonly since: (time: string) => string;
  readonly panels: Readonly<Record<Panel['id'], { readonly title: string; readonly hint: string }>>;
  readonly lines: Readonly<Record<LineId, string>>;
  readonly plotOf: (title: string, values: string) => string;
  readonly nothing: string;
  readonly asTable: string;
  readonly time: string;
  readonly tables: Readonly<Record<'providers' | 'certificates' | 'networks' | 'relayed' | 'refusals', string>>;
  readonly none: Readonly<Record<'providers' | 'certificates' | 'networks' | 'relayed' | 'refusals', string>>;
  readonly columns: Readonly<
    Record<
      | 'provider'
      | 'address'
      | 'state'
      | 'allocation'
      | 'reason'
      | 'ends'
      | 'left'
      | 'network'
      | 'direct'
      | 'turn'
      | 'failed'
      | 'bytes'
      | 'price'
      | 'sum'
      | 'code'
      | 'count',
      string
    >
  >;
  readonly urlStates: Readonly<Record<Urls['state'], string>>;
  readonly networks: Readonly<Record<OpsAnswer['networks'][number]['network'], string>>;
  readonly unread: string;
  readonly thisProcess: (version: string, since: string) => string;
}
