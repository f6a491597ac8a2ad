import type { Finding, NetworkClass } from '@anypath/protocol';
import { partsOfUri } from '../addresses.ts';
import { type Evidence, isOk } from '../evidence.ts';
import { blameOf, largestPacket, lossOf } from '../network-class.ts';
import { finding, NETWORK, NOTE, OPERATOR } from './finding.ts';

/** Loss from which calls suffer, percent of packets there and back. */
const LOSS_PERCENT = 3;
const NEEDED_BYTES = 1200;

/** What becomes of UDP: cut here or there, lossy, small, or mapped to another port for each destination. */
export function udpFindings(evidence: Evidence, network: NetworkClass): Finding[] {
  return [...cutFindings(evidence, network), ...qualityFindings(evidence), ...natFindings(network)];
}

function cutFindings(evidence: Evidence, network: NetworkClass): Finding[] {
  if (!evidence.udpFails) return [];
  // Nothing at all gets through; then UDP is not what to speak of.
  if (!evidence.tcpPasses && !evidence.webWorks) return [];
  const { subject } = evidence.udpRows[0] ?? { subject: '' };
  const { host, port } = partsOfUri(subject);
  const params = { host, port };
  const blame = network === 'proxy-only' || network === 'ultra-restrictive' ? 'here' : blameOf(evidence);
  if (blame === 'server') return [finding('udp_blocked_server', OPERATOR, params)];
  if (blame === 'unknown') {
    return [finding('udp_blocked_somewhere', { severity: 'warning', who: 'network', sure: 'guess' }, params)];
  }
  const sure = otherPortsPass(evidence) ? 'likely' : 'sure';
  return [finding('udp_blocked_here', { ...NETWORK, severity: 'warning', sure }, params)];
}

/** A firewall that cuts UDP on purpose seldom lets TCP out to any port. */
const otherPortsPass = (evidence: Evidence): boolean =>
  evidence.rows('stun').some((row) => row.transport === 'tcp' && ![80, 443].includes(row.port) && isOk(row));

function qualityFindings(evidence: Evidence): Finding[] {
  const percent = Math.round(lossOf(evidence));
  const bytes = largestPacket(evidence);
  return [
    ...(percent >= LOSS_PERCENT
      ? [finding('packet_loss', { severity: 'warning', who: 'network', sure: 'sure' }, { percent })]
      : []),
    ...(bytes !== undefined && bytes < NEEDED_BYTES
      ? [finding('small_packets', { ...NETWORK, sure: 'likely' }, { bytes })]
      : []),
  ];
}

const natFindings = (network: NetworkClass): Finding[] =>
  network === 'mobile' ? [finding('symmetric_nat', NOTE)] : [];
