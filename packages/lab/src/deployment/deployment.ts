import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type CoturnOptions, coturnConfig, deployedCoturn } from '@anypath/server';
import { SignJWT } from 'jose';
import type { Certificate } from '../network/authority.ts';
import { startCoturn } from '../network/coturn.ts';
import { startFront } from '../network/haproxy.ts';
import type { LabNetwork } from '../network/lab-network.ts';
import { Service } from '../network/service.ts';

const MAIN = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));

/** The machines of a deployment, and the names that clients know. */
export const DEPLOYMENT_HOSTS = {
  server: ['server.lab.test'],
  turn: ['turn.lab.test'],
  front: ['rtc.lab.test', 'turns.lab.test'],
} as const satisfies Record<string, readonly string[]>;

const [WEB_NAME, TURN_NAME] = DEPLOYMENT_HOSTS.front;
const SERVER_PORT = 3000;
const TURN_PORT = 3478;
const TURN_TLS_PORT = 5349;
const [TURN_HOST] = DEPLOYMENT_HOSTS.turn;
const STUN_URI = `stun:${TURN_HOST}:${TURN_PORT}`;
const TURN_URIS = [
  `turn:${TURN_HOST}:${TURN_PORT}?transport=udp`,
  `turn:${TURN_HOST}:80?transport=tcp`,
  `turns:${TURN_NAME}:443?transport=tcp`,
];
const DAY_SECONDS = 86_400;

/** anypath as operators deploy it: the built server, coturn from the template, and the TLS front from `deploy/`. */
export interface Deployment {
  /** Where clients find it. */
  readonly url: string;
  readonly server: Service;
  readonly coturn: Service;
  readonly front: Service;
  /** What coturn was started with, for whoever attacks it. */
  readonly turn: { readonly configuration: string; readonly secret: string; readonly tlsPort: number };
  /** Ends all of it, so that another can be started in its place. */
  stop(): Promise<void>;
  /** A token for a wallet, as a backend of the operator's own would issue it. */
  token(wallet: string): Promise<string>;
  /** STUN and TURN as the server hands them out, for pages that get them elsewhere. The credentials are good for a day. */
  iceServers(user: string): IceServer[];
}

/** As `RTCPeerConnection` takes it. */
export interface IceServer {
  readonly urls: string[];
  readonly username?: string;
  readonly credential?: string;
}

/** What is deployed otherwise than it should be. */
export interface DeploymentFault {
  /** Settings of the server. */
  readonly server?: Readonly<Record<string, string>>;
  /** What coturn is configured with. */
  readonly coturn?: Partial<CoturnOptions>;
  /** The certificate of the web. */
  readonly certificate?: Certificate;
  /** The configuration of the front. */
  readonly front?: (configuration: string) => string;
}

/**
 * Starts everything on the machines of a lab.
 *
 * @param network a lab with the hosts of `DEPLOYMENT_HOSTS`
 * @param fault what is wrong with it; nothing where it is left out
 */
export async function deploy(
  network: LabNetwork<keyof typeof DEPLOYMENT_HOSTS>,
  fault: DeploymentFault = {},
): Promise<Deployment> {
  const jwtSecret = randomBytes(32).toString('hex');
  const turnSecret = randomBytes(24).toString('hex');
  const { turn } = network.hosts;
  const [web, turns] = await Promise.all([network.authority.issue([WEB_NAME]), network.authority.issue([TURN_NAME])]);
  mkdirSync(turn.namespace.folder, { recursive: true });
  // The front has port 443; coturn is on a machine of its own and has port 80.
  const options = deployedCoturn({
    domain: TURN_HOST,
    externalIps: [turn.ipv4, turn.ipv6],
    secrets: [turnSecret],
    port: TURN_PORT,
    tlsPorts: [TURN_TLS_PORT],
    ...turns,
    folder: turn.namespace.folder,
  });
  const configuration = coturnConfig({ ...options, ...fault.coturn });
  const [coturn, server, front] = await Promise.all([
    startCoturn(turn.namespace, configuration),
    startServer(network, { JWT_SECRET: jwtSecret, TURN_SECRET: turnSecret, ...fault.server }),
    startFront(
      network.hosts.front.namespace,
      {
        WEB_CERTIFICATE: (fault.certificate ?? web).bundle,
        WEB_BACKEND: `${network.hosts.server.ipv4}:${SERVER_PORT}`,
        TURN_NAME,
        TURN_TLS_BACKEND: `${turn.ipv4}:${TURN_TLS_PORT}`,
        TURN_TCP_BACKEND: `${turn.ipv4}:${TURN_PORT}`,
      },
      fault.front,
    ),
  ]);
  const key = Buffer.from(jwtSecret);
  return {
    url: `https://${WEB_NAME}`,
    server,
    coturn,
    front,
    turn: { configuration, secret: turnSecret, tlsPort: TURN_TLS_PORT },
    stop: async () => {
      await Promise.all([coturn, server, front].map((service) => service.stop()));
    },
    token: (wallet) =>
      new SignJWT().setProtectedHeader({ alg: 'HS256' }).setSubject(wallet).setExpirationTime('2h').sign(key),
    iceServers: (user) => [{ urls: [STUN_URI] }, { urls: TURN_URIS, ...turnCredentials(user, turnSecret) }],
  };
}

/** The expiry as a name and its HMAC, as coturn checks them with `use-auth-secret`. */
function turnCredentials(user: string, secret: string): Pick<IceServer, 'username' | 'credential'> {
  const username = `${Math.floor(Date.now() / 1000) + DAY_SECONDS}:${user}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

function startServer(
  network: LabNetwork<keyof typeof DEPLOYMENT_HOSTS>,
  settings: Record<string, string>,
): Promise<Service> {
  const { namespace, ipv4 } = network.hosts.server;
  return Service.start(namespace, {
    name: 'anypath',
    command: process.execPath,
    args: [MAIN, 'serve'],
    env: {
      HOST: ipv4,
      PORT: String(SERVER_PORT),
      DATA_DIR: `${namespace.folder}/data`,
      LOG_FORMAT: 'json',
      PUBLIC_URL: `https://${WEB_NAME}`,
      TRUST_PROXY: network.hosts.front.ipv4,
      // The lab's clients present tokens of a backend, and each page asks again for every pair.
      ALLOW_BEARER_AUTH: 'true',
      CONTACTS: 'everyone',
      ICE_RATE_LIMIT: '1000',
      // The server probes TURN over TLS as browsers use it: the certificate must be good.
      NODE_EXTRA_CA_CERTS: network.authority.certificate,
      TURN_STUN_FALLBACK: STUN_URI,
      TURN_URIS: TURN_URIS.join(','),
      ...settings,
    },
    ports: { udp: [], tcp: [SERVER_PORT] },
  });
}
