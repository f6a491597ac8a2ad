import { describe, expect, it } from 'vitest';
import { coturnConfig } from './template.ts';

const options = {
  listeningIp: '203.0.113.7',
  port: 3478,
  relayPorts: { min: 50_000, max: 50_100 },
  secret: 'shared',
  realm: 'anypath',
  folder: '/data',
  loopbackOnly: false,
};

describe('the coturn configuration', () => {
  it('closes every range that is not public, and allows its own address', () => {
    const lines = coturnConfig(options).split('\n');
    for (const range of ['10.0.0.0-10.255.255.255', '127.0.0.0-127.255.255.255', '169.254.0.0-169.254.255.255']) {
      expect(lines).toContain(`denied-peer-ip=${range}`);
    }
    expect(lines).toContain('allowed-peer-ip=203.0.113.7');
    expect(lines).not.toContain('allow-loopback-peers');
  });

  it('on loopback relays to loopback and to nothing else', () => {
    const lines = coturnConfig({ ...options, listeningIp: '127.0.0.1', loopbackOnly: true }).split('\n');
    expect(lines).toContain('allow-loopback-peers');
    expect(lines).toContain('denied-peer-ip=0.0.0.0-126.255.255.255');
    expect(lines).toContain('denied-peer-ip=128.0.0.0-255.255.255.255');
  });
});
