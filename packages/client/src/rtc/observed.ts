import type { RtcReport } from '@anypath/protocol';
import type { NetworkFacts } from '../network/preset.ts';

/**
 * What an attempt to connect shows of the network.
 *
 * @param before what was known
 * @param report how the attempt went, as this side saw it
 * @param hadTurn whether there was a TURN server to reach: without one, nothing that is missing means anything
 * @returns what is known now; something that worked once counts until the network changes
 */
export function observed(before: NetworkFacts, report: RtcReport, hadTurn: boolean): NetworkFacts {
  // What is relayed later shows nothing new.
  if (!hadTurn || report.outcome === 'carried') return before;
  const { local } = report.candidates;
  const relayed = local.filter(({ type }) => type === 'relay');
  const cameBack = local.some(({ type, protocol }) => type === 'srflx' && protocol === 'udp');
  const hasUdp = cameBack || relayed.some(({ relayProtocol }) => relayProtocol === 'udp');
  // An attempt that nobody waited for has not shown what it could not do.
  const isThorough = report.outcome === 'failed' || report.pair?.local.type === 'relay';
  // Some browsers do not say how a TURN server is reached.
  const isSure = relayed.every(({ relayProtocol }) => relayProtocol !== undefined);
  return {
    ...before,
    ...(hasUdp || (isThorough && isSure && before.hasUdp === undefined) ? { hasUdp } : {}),
    ...(relayed.length > 0 || (isThorough && before.hasTurn === undefined) ? { hasTurn: relayed.length > 0 } : {}),
  };
}
