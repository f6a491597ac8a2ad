import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { TurnClient } from '@anypath/stun';
import { connected, tcpAllocation } from './relay.ts';
import type { AttackRow, Judgement } from './report.ts';
import { type AttackScene, allocateOn, answered, judged } from './scene.ts';

/**
 * What an administrator may have on the machine: SSH, a database, coturn's console and web page, Docker, Prometheus and its
 * exporters.
 */
const TCP_PORTS = [22, 2375, 3306, 5432, 5766, 6379, 8080, 9090, 9100, 9641, 11_211, 27_017] as const;

/** Services over UDP that answer a packet which somebody may send without knowing anything: DNS, NTP, SNMP, memcached. */
const UDP_QUESTIONS: readonly { readonly port: number; readonly hex: string }[] = [
  { port: 53, hex: '000101000001000000000000076578616d706c6503636f6d0000010001' },
  { port: 123, hex: `1b${'00'.repeat(47)}` },
  { port: 161, hex: '302602010104067075626c6963a019020100020100020100300e300c06082b060102010101000500' },
  { port: 11_211, hex: `0000000000010000${Buffer.from('version\r\n').toString('hex')}` },
];

/** A packet that comes back through the relay takes less; a service that answers, too. */
const MACHINE_MS = 5_000;
const ASK_EVERY_MS = 200;
const QUIET_MS = 500;

/**
 * Tries to reach what else runs on the machine through the relay, which comes from the inside, where no firewall looks. The
 * address itself must be allowed, because two clients of the relay meet there; what counts is whether a service answers.
 */
export function attackMachine(scene: AttackScene): Promise<AttackRow> {
  return judged(
    scene,
    { attack: 'machine', subject: 'services of the machine' },
    async (signal) => {
      const overTcp = await servicesOverTcp(scene, signal);
      const overUdp = await servicesOverUdp(scene, signal);
      const found = [...overTcp, ...overUdp];
      return found.length > 0
        ? { outcome: 'through', detail: `reached ${found.join(', ')}` }
        : { outcome: 'refused', detail: 'nothing answered' };
    },
    MACHINE_MS,
  );
}

async function servicesOverTcp(scene: AttackScene, signal: AbortSignal): Promise<string[]> {
  const client = await tcpAllocation(scene, signal);
  if (isRefused(client)) return [];
  try {
    const { address } = client.relayed;
    await client.permit(address, { signal }).catch(() => undefined);
    setMaxListeners(0, signal);
    const open = await Promise.all(TCP_PORTS.map((port) => connected(client, address, port, signal)));
    return TCP_PORTS.filter((_, at) => open[at]).map((port) => `TCP ${port}`);
  } finally {
    await client.close();
  }
}

const isRefused = (client: TurnClient | Judgement): client is Judgement => 'outcome' in client;

/** @throws where the relay itself does not answer, so that silence says nothing */
async function servicesOverUdp(scene: AttackScene, signal: AbortSignal): Promise<string[]> {
  const client = await allocateOn(scene, signal);
  try {
    const { address } = client.relayed;
    const permission = await answered(client.permit(address, { signal }));
    if (permission.outcome === 'refused') return [];
    const answering = await portsThatAnswer(client, signal);
    return UDP_QUESTIONS.filter(({ port }) => answering.has(port)).map(({ port }) => `UDP ${port}`);
  } finally {
    await client.close();
  }
}

/** Asks every service, and itself, to know that packets come back: then silence means that nobody is there. */
async function portsThatAnswer(client: TurnClient, signal: AbortSignal): Promise<ReadonlySet<number>> {
  const { relayed } = client;
  const echo = randomBytes(16);
  const answering = new Set<number>();
  const ask = () => {
    for (const { port, hex } of UDP_QUESTIONS) client.send({ ...relayed, port }, Buffer.from(hex, 'hex'));
    client.send(relayed, echo);
  };
  const timer = setInterval(ask, ASK_EVERY_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      client.onData((data, peer) => {
        if (peer.port !== relayed.port) answering.add(peer.port);
        else if (Buffer.compare(data, echo) === 0) setTimeout(resolve, QUIET_MS);
      });
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      ask();
    });
    return answering;
  } finally {
    clearInterval(timer);
  }
}
