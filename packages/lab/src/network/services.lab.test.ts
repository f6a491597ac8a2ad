import { coturnConfig } from '@anypath/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { startCoturn } from './coturn.ts';
import { changePublicAddress } from './events.ts';
import { type FrontEnvironment, startFront } from './haproxy.ts';
import { LabNetwork } from './lab-network.ts';
import { evaluate, Probe } from './probe.ts';
import type { Service } from './service.ts';
import { corporate, corporateProxy, home, ipv6only, ultra, ultraNoWs } from './topologies.ts';
import { type Visit, type Visited, visit, webServer } from './web-probes.ts';

const HOSTS = {
  server: ['server.lab.test'],
  turn: ['turn.lab.test'],
  front: ['rtc.lab.test', 'turn-front.lab.test'],
} as const;

describe('real coturn, haproxy and squid', () => {
  let network: LabNetwork<keyof typeof HOSTS>;
  let client: Record<'home' | 'corporate' | 'corporateProxy' | 'ultra' | 'ultraNoWs' | 'ipv6only', Client>;
  let coturn: Service;
  let environment: FrontEnvironment;

  beforeAll(async () => {
    network = await LabNetwork.open({ hosts: HOSTS });
    const { server, turn, front } = network.hosts;
    const turnCertificate = await network.authority.issue(['turn.lab.test', 'turn-front.lab.test'], [turn.ipv4]);
    const webCertificate = await network.authority.issue(['rtc.lab.test']);
    const configuration = coturnConfig({
      addresses: [turn.ipv4, turn.ipv6],
      port: 3478,
      extraPorts: [80],
      tls: { port: 443, ...turnCertificate },
      relayPorts: { min: 49_152, max: 65_535 },
      secrets: ['secret'],
      realm: 'lab.test',
      folder: turn.namespace.folder,
      loopbackOnly: false,
    });
    environment = {
      WEB_CERTIFICATE: webCertificate.bundle,
      WEB_BACKEND: `${server.ipv4}:8080`,
      TURN_NAME: 'turn-front.lab.test',
      TURN_TLS_BACKEND: `${turn.ipv4}:443`,
      TURN_TCP_BACKEND: `${turn.ipv4}:3478`,
    };
    [client, coturn] = await Promise.all([
      network.join({
        home: home(),
        corporate: corporate(),
        corporateProxy: corporateProxy(),
        ultra: ultra(),
        ultraNoWs: ultraNoWs(),
        ipv6only: ipv6only(),
      }),
      startCoturn(turn.namespace, configuration),
      startFront(front.namespace, environment),
      Probe.start(server.namespace, webServer, { port: 8080 }).next(),
    ]);
  });

  afterAll(() => network[Symbol.asyncDispose]());

  function go(who: Client, to: Pick<Visit, 'host' | 'port' | 'ask' | 'tls'>, timeoutMs = 5_000): Promise<Visited> {
    const env = { NODE_EXTRA_CA_CERTS: network.trustFile };
    return evaluate(who.namespace, visit, { ...to, proxy: who.proxy, timeoutMs }, env);
  }

  const page = { host: 'rtc.lab.test', port: 443, tls: true, ask: 'page' } as const;
  const websocket = { ...page, ask: 'websocket' } as const;
  const turns = { host: 'turn.lab.test', port: 443, tls: true, ask: 'stun' } as const;
  const turnTcp = { host: 'turn.lab.test', port: 443, ask: 'stun' } as const;

  const served = { issuer: 'Lab authority', status: 200, answer: 'hello rtc.lab.test' };
  const upgraded = { issuer: 'Lab authority', status: 101, answer: 'word' };

  it('the front serves HTTPS and WebSocket with a certificate that verifies', async () => {
    expect(await go(client.home, page)).toEqual(served);
    expect(await go(client.home, websocket)).toEqual(upgraded);
  });

  it('the front passes TURN on by its name in TLS, and over plain TCP', async () => {
    const front = { host: 'turn-front.lab.test', port: 443, ask: 'stun' } as const;
    const throughFront = { answer: network.hosts.front.ipv4 };
    expect(await go(client.home, { ...front, tls: true })).toEqual({ ...throughFront, issuer: 'Lab authority' });
    expect(await go(client.home, front)).toEqual(throughFront);
  });

  it('coturn answers on 443 over TLS and TCP, on 80 and on 3478', async () => {
    const seen = { answer: client.home.publicAddress };
    expect(await go(client.home, turns)).toEqual({ ...seen, issuer: 'Lab authority' });
    expect(await go(client.home, turnTcp)).toEqual(seen);
    expect(await go(client.home, { ...turnTcp, port: 80 })).toEqual(seen);
    expect(await go(client.home, { ...turnTcp, port: 3478 })).toEqual(seen);
  });

  it('a killed coturn refuses, and answers once it is restarted', async () => {
    await coturn.kill();
    expect(coturn.pid).toBeUndefined();
    expect((await go(client.home, turnTcp)).failure).toContain('ECONNREFUSED');
    await coturn.restart();
    expect(await go(client.home, turnTcp)).toEqual({ answer: client.home.publicAddress });
    expect(coturn.log()).toContain('turn server id=0 created');
  });

  it('a service that does not come up says why', async () => {
    const start = startFront(network.hosts.server.namespace, { ...environment, WEB_CERTIFICATE: '/nonsense' });
    await expect(start).rejects.toThrow(/haproxy on server ended before it was ready: .*nonsense/s);
  });

  it('corporate: TCP to 80 and 443, and to no other port', async () => {
    expect(await go(client.corporate, page)).toEqual(served);
    expect(await go(client.corporate, turns)).toMatchObject({ answer: client.corporate.publicAddress });
    expect(await go(client.corporate, { ...turnTcp, port: 80 })).toEqual({ answer: client.corporate.publicAddress });
    expect(await go(client.corporate, { ...turnTcp, port: 3478 }, 500)).toEqual({ failure: 'timeout' });
  });

  it('corporateProxy: nothing without the proxy', async () => {
    const direct = { ...page, timeoutMs: 500 };
    expect(await evaluate(client.corporateProxy.namespace, visit, direct)).toEqual({ failure: 'timeout' });
  });

  it('corporateProxy: the proxy tunnels to 443 and refuses any other port', async () => {
    const tunnelled = { connectStatus: 200 };
    expect(await go(client.corporateProxy, page)).toEqual({ ...served, ...tunnelled });
    expect(await go(client.corporateProxy, websocket)).toEqual({ ...upgraded, ...tunnelled });
    expect(await go(client.corporateProxy, turns)).toMatchObject({ answer: client.corporateProxy.publicAddress });
    expect(await go(client.corporateProxy, turnTcp)).toMatchObject({ answer: client.corporateProxy.publicAddress });
    for (const port of [80, 3478]) {
      expect(await go(client.corporateProxy, { ...turnTcp, port })).toMatchObject({ connectStatus: 403 });
    }
  });

  it('corporateProxy: the proxy reaches the internet from its next public address, too', async () => {
    const old = client.corporateProxy.publicAddress;
    const address = await changePublicAddress(client.corporateProxy, { oldTcp: 'reset' });
    expect(address).not.toBe(old);
    expect(await go(client.corporateProxy, turnTcp)).toMatchObject({ answer: address });
  });

  it('ultra: HTTPS and WebSocket pass under a certificate of the proxy', async () => {
    const intercepted = { connectStatus: 200, issuer: 'Lab intercepting proxy' };
    expect(await go(client.ultra, page)).toEqual({ ...served, ...intercepted });
    expect(await go(client.ultra, websocket)).toEqual({ ...upgraded, ...intercepted });
  });

  it('ultra: TURN passes neither over TLS nor over TCP', async () => {
    expect(await go(client.ultra, turns, 1_000)).not.toHaveProperty('answer');
    expect(await go(client.ultra, turnTcp, 1_000)).not.toHaveProperty('answer');
  });

  it('ultraNoWs: HTTPS passes, and an upgrade does not', async () => {
    expect(await go(client.ultraNoWs, page)).toMatchObject({ status: 200, issuer: 'Lab intercepting proxy' });
    const { status, answer } = await go(client.ultraNoWs, websocket);
    expect(status).not.toBe(101);
    expect(answer).toBeUndefined();
  });

  it('ipv6only: reaches the front and coturn by their names', async () => {
    expect(await go(client.ipv6only, page)).toEqual(served);
    expect(await go(client.ipv6only, turns)).toEqual({ issuer: 'Lab authority', answer: 'IPv6' });
  });
});
