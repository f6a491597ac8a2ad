import { BlockList, isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { coturnConfig } from './template.ts';

const options = {
  addresses: ['203.0.113.7', '2001:db8::7'],
  port: 3478,
  relayPorts: { min: 50_000, max: 50_100 },
  secrets: ['shared'],
  realm: 'anypath',
  folder: '/data',
  loopbackOnly: false,
};

/** As coturn reads its ranges: an address belongs to a range of its own family alone. */
function deniedRanges(text: string): (address: string) => boolean {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const [, first = '', last = ''] of text.matchAll(/^denied-peer-ip=([^-]+)-(.+)$/gm)) {
    const family = isIPv6(first) ? 'ipv6' : 'ipv4';
    lists[family].addRange(first, last, family);
  }
  return (address) => (isIPv6(address) ? lists.ipv6.check(address, 'ipv6') : lists.ipv4.check(address));
}

describe('the coturn configuration', () => {
  it('closes every range that is not public, and allows its own address', () => {
    const lines = coturnConfig(options).split('\n');
    for (const range of ['10.0.0.0-10.255.255.255', '127.0.0.0-127.255.255.255', '169.254.0.0-169.254.255.255']) {
      expect(lines).toContain(`denied-peer-ip=${range}`);
    }
    expect(lines).toContain('allowed-peer-ip=203.0.113.7');
    expect(lines).not.toContain('allow-loopback-peers');
  });

  it('has no range that begins at "::", which coturn takes for every IPv4 address', () => {
    expect(coturnConfig(options)).not.toMatch(/denied-peer-ip=::-/);
  });

  it('opens further ports and TLS where they are asked for', () => {
    const tls = { port: 443, certificate: '/cert.pem', key: '/key.pem' };
    const lines = coturnConfig({ ...options, extraPorts: [80], tls }).split('\n');
    expect(lines).toEqual(expect.arrayContaining(['aux-server=203.0.113.7:80', 'aux-server=[2001:db8::7]:80']));
    expect(lines).toEqual(expect.arrayContaining(['tls-listening-port=443', 'cert=/cert.pem', 'no-tlsv1_1']));
    expect(coturnConfig(options)).toContain('\nno-tls\n');
  });

  it('[S3.1] serves TLS on 443 and 5349 where the machine has both, and no older than 1.2', () => {
    const tls = { port: 443, certificate: '/cert.pem', key: '/key.pem' };
    const lines = coturnConfig({ ...options, extraPorts: [80, 5349], tls }).split('\n');
    for (const line of ['tls-listening-port=443', 'aux-server=203.0.113.7:5349', 'no-tlsv1', 'no-tlsv1_1', 'no-dtls']) {
      expect(lines).toContain(line);
    }
  });

  it('denies whatever holds a private address: mapped, NAT64, 6to4, Teredo, and the metadata of every cloud', () => {
    const denied = deniedRanges(coturnConfig(options));
    for (const address of [
      ...['10.0.0.1', '100.100.100.200', '127.0.0.1', '169.254.169.254', '168.63.129.16', '192.0.0.192', '0.0.0.1'],
      ...[
        '::1',
        '::ffff:10.0.0.1',
        '::10.0.0.1',
        '64:ff9b::a00:1',
        '64:ff9b:1::a00:1',
        '2002:a00:1::',
        '2001:0:a00:1::',
      ],
      ...['fd00:ec2::254', 'fe80::1', 'fec0::1', 'ff02::1', '100::1'],
    ]) {
      expect({ address, denied: denied(address) }).toEqual({ address, denied: true });
    }
    for (const address of ['8.8.8.8', '203.0.113.9', '2001:4860:4860::8888', '2a00:1450::1']) {
      expect({ address, denied: denied(address) }).toEqual({ address, denied: false });
    }
  });

  it('denies what an operator names besides, and tells private from public addresses behind a NAT', () => {
    const external = [{ publicAddress: '203.0.113.7', privateAddress: '10.0.0.5' }];
    const lines = coturnConfig({
      ...options,
      addresses: ['10.0.0.5'],
      external,
      deniedPeers: ['192.0.2.0-192.0.2.255'],
    });
    for (const line of [
      ...['listening-ip=10.0.0.5', 'relay-ip=10.0.0.5', 'external-ip=203.0.113.7/10.0.0.5', 'allowed-peer-ip=10.0.0.5'],
      'denied-peer-ip=192.0.2.0-192.0.2.255',
    ]) {
      expect(lines.split('\n')).toContain(line);
    }
  });

  it('has limits for a wallet and for all, which fit the ports that there are', () => {
    const limits = (text: string) =>
      Object.fromEntries(
        [...text.matchAll(/^([a-z-]+(?:quota|bps|capacity))=(\d+)$/gm)].map(([, name, value]) => [name, Number(value)]),
      );
    expect(limits(coturnConfig(options))).toEqual({
      'user-quota': 101,
      'total-quota': 101,
      'max-bps': 2_500_000,
      'bps-capacity': 252_500_000,
    });
    const wide = { min: 49_152, max: 65_535 };
    const own = { userQuota: 10, maxBytesPerSecond: 1_000, capacityBytesPerSecond: 50_000 };
    expect(limits(coturnConfig({ ...options, relayPorts: wide, limits: own }))).toEqual({
      'user-quota': 10,
      'total-quota': 4_000,
      'max-bps': 1_000,
      'bps-capacity': 50_000,
    });
  });

  it('relays no TCP, has no console, and shows Prometheus nothing unless asked to', () => {
    const lines = coturnConfig(options).split('\n');
    expect(lines).toEqual(expect.arrayContaining(['no-tcp-relay', 'no-cli', 'no-multicast-peers']));
    expect(lines.filter((line) => line.startsWith('prometheus'))).toEqual([]);
    const watched = coturnConfig({ ...options, prometheus: { address: '10.0.0.5', port: 9641 } });
    expect(watched).toContain('\nprometheus-address=10.0.0.5\n');
    expect(watched).not.toContain('username-labels');
  });

  it('on loopback relays to loopback and to nothing else', () => {
    const lines = coturnConfig({ ...options, addresses: ['127.0.0.1'], loopbackOnly: true }).split('\n');
    expect(lines).toContain('allow-loopback-peers');
    expect(lines).toContain('denied-peer-ip=0.0.0.0-126.255.255.255');
    expect(lines).toContain('denied-peer-ip=128.0.0.0-255.255.255.255');
  });
});
