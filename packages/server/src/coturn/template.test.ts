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

  it('on loopback relays to loopback and to nothing else', () => {
    const lines = coturnConfig({ ...options, addresses: ['127.0.0.1'], loopbackOnly: true }).split('\n');
    expect(lines).toContain('allow-loopback-peers');
    expect(lines).toContain('denied-peer-ip=0.0.0.0-126.255.255.255');
    expect(lines).toContain('denied-peer-ip=128.0.0.0-255.255.255.255');
  });
});
