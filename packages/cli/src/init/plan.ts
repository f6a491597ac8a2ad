import { coturnConfig } from '@anypath/server';
import type { Answers } from './answers.ts';
import type { Placement } from './placement.ts';
import type { Secrets } from './secrets.ts';

/** Names under which the files are explained. */
export type FileTopic = 'env' | 'server' | 'coturn' | 'metrics' | 'grafana' | 'mongodb' | 'mongodbKey' | 'redis';

/** One file of a deployment. */
export interface PlannedFile {
  /** Inside the folder of the deployment. */
  readonly path: string;
  readonly topic: FileTopic;
  readonly text: string;
}

/** Whose the files are: the user that the containers run as. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Folders that the containers write into. */
export const STATE_FOLDERS = ['certificates', 'data', 'mongodb', 'redis', 'prometheus', 'grafana'] as const;

/** UDP ports of relayed calls. */
const RELAY_PORTS = { min: 49_152, max: 65_535 } as const;
const TURN_PORT = 3478;
const TURN_TLS_PORT = 5349;
/** Where compose.yaml mounts the certificate, and what coturn may write. */
const CERTIFICATES = '/certificates';
const COTURN_FOLDER = '/run/coturn';
/** This machine on the network of compose.yaml: Prometheus reaches it there, and nobody outside. */
const PROMETHEUS = { address: '172.31.250.1', port: 9641 } as const;

/** What a deployment is written from. */
export interface Plan {
  readonly answers: Answers;
  readonly secrets: Secrets;
  readonly placement: Placement;
  readonly owner: Owner;
  /** Only the server, coturn, the front and their certificate. */
  readonly small: boolean;
  /** Two nodes, with MongoDB and Redis in use. */
  readonly cluster: boolean;
}

/**
 * The files of a deployment, for `deploy/compose.yaml`.
 *
 * @returns every file with its whole text; all hold secrets or say where to find them, and are for their owner alone
 */
export function plannedFiles(plan: Plan): PlannedFile[] {
  const { secrets } = plan;
  return [
    { path: '.env', topic: 'env', text: settings(environment(plan)) },
    { path: 'secrets/server.env', topic: 'server', text: settings(serverSecrets(plan)) },
    { path: 'secrets/turnserver.conf', topic: 'coturn', text: coturn(plan) },
    { path: 'secrets/metrics_token', topic: 'metrics', text: secrets.metrics },
    { path: 'secrets/grafana_password', topic: 'grafana', text: secrets.grafana },
    { path: 'secrets/mongodb_password', topic: 'mongodb', text: secrets.mongodb },
    { path: 'secrets/redis.conf', topic: 'redis', text: redis(secrets) },
    ...(plan.cluster ? [{ path: 'secrets/mongodb_key', topic: 'mongodbKey', text: mongodbKey(secrets) } as const] : []),
  ];
}

const settings = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

function environment({ answers, placement, owner, small, cluster }: Plan): Record<string, string> {
  return {
    COMPOSE_PROJECT_NAME: 'anypath',
    DOMAIN: answers.domain,
    TURN_DOMAIN: answers.turnDomain,
    TURN_ADDRESS: placement.frontAddress,
    CERTIFICATE_EMAIL: answers.email,
    ADMIN_WALLETS: answers.adminWallets.join(','),
    ANYPATH_UID: String(owner.uid),
    ANYPATH_GID: String(owner.gid),
    ...(small ? { COMPOSE_FILE: 'compose.yaml:compose.small.yaml' } : {}),
    ...(cluster ? { COMPOSE_FILE: 'compose.yaml:compose.cluster.yaml' } : {}),
  };
}

function serverSecrets({ answers: { twilio }, secrets, cluster }: Plan): Record<string, string> {
  return {
    TURN_SECRET: secrets.turn,
    METRICS_TOKEN: secrets.metrics,
    ...(cluster
      ? {
          STORE_URL: `mongodb://anypath:${secrets.mongodb}@mongodb:27017/anypath?replicaSet=rs0&authSource=admin`,
          BUS_URL: `redis://:${secrets.redis}@redis:6379`,
        }
      : {}),
    ...(twilio
      ? {
          TWILIO_ACCOUNT_SID: twilio.accountSid,
          TWILIO_API_KEY: twilio.apiKey,
          TWILIO_API_SECRET: twilio.apiSecret,
        }
      : {}),
  };
}

const coturn = ({ answers, placement, secrets }: Plan): string =>
  coturnConfig({
    addresses: placement.addresses,
    external: placement.external,
    port: TURN_PORT,
    tls: { port: TURN_TLS_PORT, certificate: `${CERTIFICATES}/turn.crt`, key: `${CERTIFICATES}/turn.key` },
    relayPorts: RELAY_PORTS,
    secrets: [secrets.turn],
    realm: answers.turnDomain,
    folder: COTURN_FOLDER,
    loopbackOnly: false,
    prometheus: PROMETHEUS,
  });

/** By which the members of a replica set know one another: base64, and nobody's who has not the password anyway. */
const mongodbKey = (secrets: Secrets): string => `${Buffer.from(secrets.mongodb).toString('base64')}\n`;

/** What must last is flushed every second; nothing is thrown away to make room. */
const redis = (secrets: Secrets): string =>
  `${[
    'dir /data',
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory 128mb',
    'maxmemory-policy noeviction',
    `requirepass ${secrets.redis}`,
  ].join('\n')}\n`;
