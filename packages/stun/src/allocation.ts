import type { TransportAddress } from './address.ts';
import { type AgentEvents, StunAgent } from './agent.ts';
import { ATTRIBUTE } from './attributes.ts';
import { type ConnectOptions, connectTransport, type Server } from './connect.ts';
import { within } from './deadline.ts';
import { StunError } from './errors.ts';
import { METHOD } from './header.ts';
import { LongTermCredential, type TurnCredentials } from './long-term-credential.ts';
import { attribute, type ReceivedMessage, readAttribute } from './message.ts';
import { ERROR_CODE, ErrorResponse, sendRequest } from './request.ts';
import { type IceUri, parseIceUri } from './uri.ts';

/** How an allocation is made. */
export interface AllocateOptions extends ConnectOptions {
  /** The family of the relayed address; the server chooses, usually IPv4, where it is left out (RFC 8656 section 18.6). */
  readonly relayedFamily?: 4 | 6 | undefined;
  /** How the server talks to peers: UDP where it is left out, or TCP (RFC 6062), which needs a stream to the server, too. */
  readonly relayedTransport?: 'udp' | 'tcp' | undefined;
  /** Lifetime to ask for, seconds; the server's default, usually 600, where it is left out. */
  readonly lifetimeSeconds?: number | undefined;
}

/** An allocation that was just made. */
export interface Allocation {
  readonly agent: StunAgent;
  readonly relayed: TransportAddress;
  readonly mapped: TransportAddress;
  readonly lifetimeSeconds: number;
  /** Says who is told what arrives. To be called before anything else can arrive. */
  receive(events: AgentEvents): void;
}

const PROTOCOL = { udp: 17, tcp: 6 } as const;
const FAMILY = { 4: 1, 6: 2 } as const;
/** RFC 8656 section 7.2. */
const DEFAULT_LIFETIME_SECONDS = 600;

/**
 * Makes an allocation (RFC 8656 section 7): at the alternate server where the first one says so, and from another port where
 * it still knows ours.
 *
 * @throws StunError as `TurnClient.allocate`
 */
export function allocate(
  uri: string | IceUri,
  credentials: TurnCredentials,
  options: AllocateOptions,
): Promise<{ allocation: Allocation; credential: LongTermCredential }> {
  return within(options, async (signal) => {
    const server = typeof uri === 'string' ? parseIceUri(uri) : uri;
    if (server.scheme !== 'turn' && server.scheme !== 'turns') {
      throw new StunError('unsupported', 'an allocation needs a turn or turns URI');
    }
    const credential = new LongTermCredential(credentials);
    try {
      return { allocation: await allocateAt(server, credential, options, signal), credential };
    } catch (error) {
      const next = secondTry(error, server, options);
      if (!next) throw error;
      const fresh = new LongTermCredential(credentials);
      return { allocation: await allocateAt(next, fresh, options, signal), credential: fresh };
    }
  });
}

async function allocateAt(
  server: Server,
  credential: LongTermCredential,
  options: AllocateOptions,
  signal: AbortSignal,
): Promise<Allocation> {
  let events: AgentEvents = {};
  const agent = new StunAgent(await connectTransport(server, options, signal), {
    indication: (message) => events.indication?.(message),
    channelData: (message) => events.channelData?.(message),
  });
  try {
    const { relayedFamily, relayedTransport = 'udp', lifetimeSeconds, rtoMs } = options;
    const attributes = [
      attribute(ATTRIBUTE.requestedTransport, PROTOCOL[relayedTransport]),
      ...(relayedFamily ? [attribute(ATTRIBUTE.requestedAddressFamily, FAMILY[relayedFamily])] : []),
      ...(lifetimeSeconds === undefined ? [] : [attribute(ATTRIBUTE.lifetime, lifetimeSeconds)]),
    ];
    const { message } = await sendRequest(agent, { method: METHOD.allocate, attributes, credential, signal, rtoMs });
    const receive = (given: AgentEvents) => {
      events = given;
    };
    return { agent, ...granted(message), receive };
  } catch (error) {
    await agent.close();
    throw error;
  }
}

function granted(message: ReceivedMessage): Pick<Allocation, 'relayed' | 'mapped' | 'lifetimeSeconds'> {
  const relayed = readAttribute(message, ATTRIBUTE.xorRelayedAddress);
  const mapped = readAttribute(message, ATTRIBUTE.xorMappedAddress);
  if (!relayed || !mapped) throw new StunError('malformed', 'the allocation has no relayed or no mapped address');
  return { relayed, mapped, lifetimeSeconds: readAttribute(message, ATTRIBUTE.lifetime) ?? DEFAULT_LIFETIME_SECONDS };
}

/** Where to ask once more after an error, from a socket of its own. */
function secondTry(error: unknown, server: IceUri, options: AllocateOptions): Server | undefined {
  if (options.stream || !(error instanceof ErrorResponse)) return undefined;
  const isMismatch = error.turnCode === ERROR_CODE.allocationMismatch;
  // RFC 8656 section 7.4: the port was another allocation's a moment ago.
  return isMismatch && options.localPort === undefined ? server : alternateOf(error, server);
}

/** RFC 8489 section 10: the same transport, and a certificate for the domain that is named, or for the same host. */
function alternateOf(error: ErrorResponse, server: IceUri): Server | undefined {
  if (error.turnCode !== ERROR_CODE.tryAlternate) return undefined;
  const alternate = readAttribute(error.response, ATTRIBUTE.alternateServer);
  if (!alternate) return undefined;
  const tlsName = readAttribute(error.response, ATTRIBUTE.alternateDomain) ?? server.host;
  return { host: alternate.address, port: alternate.port, transport: server.transport, tlsName };
}
