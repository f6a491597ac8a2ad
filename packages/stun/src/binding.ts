import type { TransportAddress } from './address.ts';
import { StunAgent } from './agent.ts';
import { ATTRIBUTE } from './attributes.ts';
import { type ConnectOptions, connectTransport } from './connect.ts';
import { within } from './deadline.ts';
import { StunError } from './errors.ts';
import { METHOD } from './header.ts';
import { type ReceivedMessage, readAttribute } from './message.ts';
import { sendRequest } from './request.ts';
import { type IceUri, parseIceUri } from './uri.ts';

/** What a Binding request found out. */
export interface BindingResult {
  /** Our address as the server sees it. */
  readonly mapped: TransportAddress;
  /** Our address as we see it; `undefined` for a stream of the caller's without one. */
  readonly local: TransportAddress | undefined;
  /** From the first transmission to the answer, milliseconds. */
  readonly roundTripMs: number;
  /** How often the request was sent; above 1 some of it was lost, and `roundTripMs` has waited for that. */
  readonly transmissions: number;
  /** Another address of the server, to compare mappings with (RFC 5780 section 7.4). */
  readonly otherAddress: TransportAddress | undefined;
}

/**
 * Asks a STUN or TURN server for our address (RFC 8489 section 3) on a socket of its own.
 *
 * @param uri a URI, or its parts, to choose a transport that a stun URI cannot name
 * @throws StunError `invalid_uri`, `unsupported`, `unresolvable`, `refused`, `unreachable`, `tls`, `timeout`, `rejected`,
 *   `malformed`, `aborted`
 */
export function bind(uri: string | IceUri, options: ConnectOptions = {}): Promise<BindingResult> {
  return within(options, async (signal) => {
    const server = typeof uri === 'string' ? parseIceUri(uri) : uri;
    const agent = new StunAgent(await connectTransport(server, options, signal));
    try {
      const request = { method: METHOD.binding, attributes: [], signal, rtoMs: options.rtoMs };
      const { message, roundTripMs, transmissions } = await sendRequest(agent, request);
      const otherAddress = readAttribute(message, ATTRIBUTE.otherAddress);
      return { mapped: mappedAddress(message), local: agent.transport.local, roundTripMs, transmissions, otherAddress };
    } finally {
      await agent.close();
    }
  });
}

function mappedAddress(message: ReceivedMessage): TransportAddress {
  const mapped = readAttribute(message, ATTRIBUTE.xorMappedAddress) ?? readAttribute(message, ATTRIBUTE.mappedAddress);
  if (!mapped) throw new StunError('malformed', 'the answer has no mapped address');
  return mapped;
}
