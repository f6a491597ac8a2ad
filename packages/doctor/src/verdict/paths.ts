import type { CheckedPath, CheckRow, NetworkClass, Verdict } from '@anypath/protocol';
import { type Evidence, hasFailed, isOk } from './evidence.ts';

type State = Verdict['paths'][number]['state'];

/** Which networks may meet others without a server in between. */
const DIRECT: Readonly<Record<NetworkClass, State>> = {
  open: 'works',
  home: 'works',
  mobile: 'limited',
  corporate: 'fails',
  'proxy-only': 'fails',
  'ultra-restrictive': 'fails',
  unknown: 'unknown',
};

/** The paths that anypath can take in this network, the best first. */
export function pathsOf(evidence: Evidence, network: NetworkClass): Verdict['paths'] {
  const turn = (transport: string) => stateOf(evidence.rows('turn').filter((row) => row.transport === transport));
  const socket = (transport: string) => stateOf(evidence.rows('socket').filter((row) => row.transport === transport));
  const states: readonly [CheckedPath, State][] = [
    ['direct', DIRECT[network]],
    ['turn-udp', turn('udp')],
    ['turn-tcp', turn('tcp')],
    ['turn-tls', turn('tls')],
    ['relay-websocket', socket('websocket')],
    ['relay-polling', socket('polling')],
  ];
  const isServer = evidence.examination.target.kind === 'server';
  return states.filter(([path]) => isServer || !path.startsWith('relay')).map(([path, state]) => ({ path, state }));
}

function stateOf(rows: readonly CheckRow[]): State {
  if (rows.some(isOk)) return 'works';
  return rows.some(hasFailed) ? 'fails' : 'unknown';
}
