import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStunError } from './errors.ts';
import { parseIceUri } from './uri.ts';

describe('a STUN or TURN URI', () => {
  it.each([
    ['stun:stun.example.org', ['stun', 'stun.example.org', 3478, 'udp']],
    ['stuns:stun.example.org', ['stuns', 'stun.example.org', 5349, 'tls']],
    ['turn:192.0.2.1', ['turn', '192.0.2.1', 3478, 'udp']],
    ['turn:turn.example.org:80?transport=tcp', ['turn', 'turn.example.org', 80, 'tcp']],
    ['turn:turn.example.org?transport=udp', ['turn', 'turn.example.org', 3478, 'udp']],
    ['turns:turn.example.org:443?transport=tcp', ['turns', 'turn.example.org', 443, 'tls']],
    ['turns:turn.example.org', ['turns', 'turn.example.org', 5349, 'tls']],
    ['turns:turn.example.org?transport=udp', ['turns', 'turn.example.org', 5349, 'dtls']],
    ['turn:[2001:db8::1]:3479', ['turn', '2001:db8::1', 3479, 'udp']],
    ['TURN:Turn.Example.Org?TRANSPORT=TCP', ['turn', 'Turn.Example.Org', 3478, 'tcp']],
  ])('%s is parsed', (text, [scheme, host, port, transport]) => {
    expect(parseIceUri(text)).toEqual({ scheme, host, port, transport });
  });

  it.each([
    ['', 'nothing'],
    ['http://example.org', 'another scheme'],
    ['turn://turn.example.org', 'an authority'],
    ['turn:', 'no host'],
    ['turn:user:pass@turn.example.org', 'user information'],
    ['turn:turn.example.org:0', 'port 0'],
    ['turn:turn.example.org:65536', 'a port above 65535'],
    ['turn:turn.example.org:', 'an empty port'],
    ['turn:2001:db8::1', 'an IPv6 address without brackets'],
    ['turn:[2001:db8::g]', 'something else in brackets'],
    ['turn:[192.0.2.1]', 'an IPv4 address in brackets'],
    ['stun:stun.example.org?transport=tcp', 'a query where stun has none'],
    ['turn:turn.example.org?transport=sctp', 'an unknown transport'],
    ['turn:turn.example.org?tls=1', 'an unknown query'],
    ['turn:turn.example.org\n', 'a line break'],
    [`turn:${'a'.repeat(256)}`, 'a host of 256 characters'],
  ])('%j is refused: %s', (text) => {
    expect(() => parseIceUri(text)).toThrow(expect.objectContaining({ code: 'invalid_uri' }));
  });

  it('is not repeated in the error, as it may hold a password', () => {
    expect(() => parseIceUri('turn:user:hunter2@turn.example.org')).not.toThrow(/hunter2/);
  });

  it('throws nothing but invalid_uri', () => {
    const rest = fc.string({ maxLength: 40 });
    fc.assert(
      fc.property(fc.constantFrom('', 'stun:', 'turn:', 'turns:['), rest, (start, end) => {
        try {
          parseIceUri(start + end);
        } catch (error) {
          expect(isStunError(error, 'invalid_uri')).toBe(true);
        }
      }),
    );
  });
});
