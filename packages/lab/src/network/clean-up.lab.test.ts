import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { labOf } from './lab-id.ts';
import { LabNetwork } from './lab-network.ts';
import { type LabProcess, startLabProcess } from './lab-process.ts';
import { kernelNameOf, NETNS_ETC, NETNS_HANDLES, networkOf } from './netns.ts';
import { evaluate, Probe } from './probe.ts';
import { sweep } from './teardown.ts';
import { home, TOPOLOGIES, ultra } from './topologies.ts';
import { router, topology } from './topology.ts';
import { countAnswers, ECHO_PORT, udpEcho } from './udp-probes.ts';

/** Whatever carries the name of a lab on this machine. */
function traces(id: string): string[] {
  return [NETNS_HANDLES, NETNS_ETC, '/dev/shm', tmpdir()].flatMap((place) =>
    list(place)
      .filter((name) => labOf(name) === id)
      .map((name) => `${place}/${name}`),
  );
}

function list(place: string): string[] {
  try {
    return readdirSync(place);
  } catch {
    return [];
  }
}

/** What the kernel calls the namespaces of a lab, which holds when their names are gone. */
function networks(id: string): Set<string | undefined> {
  return new Set(
    list(NETNS_HANDLES)
      .filter((name) => labOf(name) === id)
      .map(kernelNameOf),
  );
}

function processesIn(inside: Set<string | undefined>): string[] {
  return list('/proc').filter((entry) => /^\d+$/.test(entry) && inside.has(networkOf(entry) ?? 'gone'));
}

async function endOf({ child }: LabProcess, action: () => void): Promise<number | string> {
  const ended = once(child, 'exit');
  action();
  const [code, signal] = await ended;
  return code ?? signal;
}

describe('clearing up real namespaces and processes', () => {
  it('dispose leaves nothing', async () => {
    let id = '';
    let inside = new Set<string | undefined>();
    {
      await using network = await LabNetwork.open();
      const { anna } = await network.join({ anna: home(), bert: ultra() });
      anna.spawn('sleep', ['1000'], { detached: true });
      id = network.id;
      inside = networks(id);
      // Three hosts, the bridge, two clients and their routers.
      expect(inside.size).toBe(8);
      expect(processesIn(inside).length).toBeGreaterThan(1);
    }
    expect(traces(id)).toEqual([]);
    expect(processesIn(inside)).toEqual([]);
  });

  it('a lab that cannot be built says why, and leaves nothing', async () => {
    const network = await LabNetwork.open();
    const odd = topology('odd', [router({ outbound: { tcp: [70_000] } })]);
    await expect(network.join({ anna: odd, bert: ultra() })).rejects.toThrow(
      /anna-router1 timeout 20 sh -e ended with 1: .*70000/s,
    );
    expect(traces(network.id)).toEqual([]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s leaves nothing', async (signal, code) => {
    const lab = await startLabProcess();
    const inside = networks(lab.id);
    expect(processesIn(inside).length).toBeGreaterThan(1);
    expect(await endOf(lab, () => lab.child.kill(signal))).toBe(code);
    expect(traces(lab.id)).toEqual([]);
    expect(processesIn(inside)).toEqual([]);
  });

  it('SIGTERM in the middle of building leaves nothing', async () => {
    const lab = await startLabProcess('building');
    const before = networks(lab.id).size;
    while (networks(lab.id).size <= before) await setImmediate();
    expect(await endOf(lab, () => lab.child.kill('SIGTERM'))).toBe(143);
    expect(traces(lab.id)).toEqual([]);
  });

  it('an uncaught exception leaves nothing', async () => {
    const lab = await startLabProcess();
    const inside = networks(lab.id);
    expect(await endOf(lab, () => lab.child.stdin?.write('now\n'))).toBe(1);
    expect(traces(lab.id)).toEqual([]);
    expect(processesIn(inside)).toEqual([]);
  });

  it('after kill -9 a sweep leaves nothing, and spares the labs of processes that live', async () => {
    const [dead, alive] = await Promise.all([startLabProcess(), startLabProcess()]);
    const inside = networks(dead.id);
    const living = networks(alive.id).size;
    await endOf(dead, () => dead.child.kill('SIGKILL'));
    // Another lab that opens meanwhile sweeps, too.
    sweep();
    expect(traces(dead.id)).toEqual([]);
    expect(processesIn(inside)).toEqual([]);
    expect(networks(alive.id).size).toBe(living);
    await endOf(alive, () => alive.child.kill('SIGINT'));
  });
});

describe('several labs on one machine', () => {
  it('two labs with the same addresses do not hear each other, and outlive each other', async () => {
    await using first = await LabNetwork.open();
    const { anna } = await first.join({ anna: home() });
    const to = { address: first.hosts.server.ipv4, port: ECHO_PORT };
    const ask = (client: typeof anna) => evaluate(client.namespace, countAnswers, { to, packets: 10, patienceMs: 300 });
    {
      await using second = await LabNetwork.open();
      const { bert } = await second.join({ bert: home() });
      expect(bert.publicAddress).toBe(anna.publicAddress);
      await Probe.start(first.hosts.server.namespace, udpEcho, { port: ECHO_PORT, type: 'udp4' }).next();
      expect(await ask(anna)).toBe(10);
      expect(await ask(bert)).toBe(0);
    }
    expect(await ask(anna)).toBe(10);
  });
});

describe('building', () => {
  it('builds the ten classes', async () => {
    const opening = performance.now();
    await using network = await LabNetwork.open();
    const joining = performance.now();
    const clients = await network.join(
      Object.fromEntries(Object.entries(TOPOLOGIES).map(([name, topology]) => [name, topology()])),
    );
    const built = performance.now();
    expect(Object.keys(clients)).toHaveLength(10);
    await network[Symbol.asyncDispose]();
    const [open, join, dispose] = [joining - opening, built - joining, performance.now() - built].map(Math.round);
    console.log(
      `ten classes with their proxies: opened in ${open} ms, joined in ${join} ms, disposed in ${dispose} ms`,
    );
  });
});
