import { describe, expect, it } from 'vitest';
import { type DeployedCoturn, deployedCoturn, deployedUris } from './deployed.ts';

const SECRET = 'a-secret-of-an-operator';
const operator: DeployedCoturn = {
  domain: 'turn.example.com',
  externalIps: ['203.0.113.7/10.0.0.5', '2001:db8::7'],
  secrets: [SECRET],
};

describe('what an operator says of their coturn', () => {
  it('[S3.1] serves UDP and TCP 3478, TLS 443 and 5349, TCP 80', () => {
    const options = deployedCoturn(operator);
    expect(options).toMatchObject({ port: 3478, extraPorts: [80, 5349], tls: { port: 443 } });
    expect(deployedUris('turn.example.com', options, false)).toEqual([
      'turn:turn.example.com:3478?transport=udp',
      'turn:turn.example.com:3478?transport=tcp',
      'turn:turn.example.com:80?transport=tcp',
      'turns:turn.example.com:443?transport=tcp',
      'turns:turn.example.com:5349?transport=tcp',
    ]);
  });

  it('leaves 443 and 80 to the front, and still names 443 to clients', () => {
    const options = deployedCoturn({ ...operator, tlsPorts: [5349], plainPorts: [] });
    expect(options).toMatchObject({ extraPorts: [], tls: { port: 5349 } });
    expect(deployedUris('turn.example.com', options, true)).toContain('turns:turn.example.com:443?transport=tcp');
  });

  it('[S7.2] listens on the private address behind a NAT, and on the public one where there is none', () => {
    expect(deployedCoturn(operator)).toMatchObject({
      addresses: ['10.0.0.5', '2001:db8::7'],
      external: [{ publicAddress: '203.0.113.7', privateAddress: '10.0.0.5' }],
    });
  });

  it.for<[string, Partial<DeployedCoturn>]>([
    ['--domain', { domain: 'no name' }],
    ['--domain', { domain: 'turn.example.com\ncli-password=' }],
    ['--external-ip', { externalIps: [] }],
    ['--external-ip', { externalIps: ['203.0.113.7/::1'] }],
    ['--external-ip', { externalIps: ['turn.example.com'] }],
    ['--relay-ports', { relayPorts: '65000-70000' }],
    ['--relay-ports', { relayPorts: '50000-50003' }],
    ['--relay-ports', { relayPorts: '80-5000' }],
    ['--secret', { secrets: ['too-short'] }],
    ['--secret', { secrets: [`${SECRET}\nno-auth`] }],
    ['--secret', { secrets: [`${SECRET}#`] }],
    ['--user-quota', { limits: { userQuota: 10, totalQuota: 5 } }],
    ['--bps-capacity', { limits: { maxBytesPerSecond: 1_000, capacityBytesPerSecond: 10 } }],
    ['--deny', { deniedPeers: ['10.0.0.0/8'] }],
    ['--deny', { deniedPeers: ['::-::ffff'] }],
    ['--prometheus', { prometheus: 'localhost:9641' }],
    ['--folder', { folder: 'turn' }],
  ])('refuses a bad %s in one line, without the secret', ([option, change]) => {
    const refused = () => deployedCoturn({ ...operator, ...change });
    expect(refused).toThrow(new RegExp(`^${option}: [^\n]+$`));
    expect(refused).not.toThrow(new RegExp(`${SECRET}|too-short`));
  });
});
