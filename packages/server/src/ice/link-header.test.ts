import { describe, expect, it } from 'vitest';
import { iceLinks } from './link-header.ts';

const turn = (username: string) => ({ urls: ['turn:a.test:3478?transport=udp'], username, credential: 'c+/=' });

describe('ICE servers as Link headers (RFC 9725, 4.6)', () => {
  it('has one value for each URL', () => {
    expect(iceLinks([{ urls: 'stun:a.test' }, { ...turn('1:alice'), urls: ['turn:a.test', 'turns:a.test'] }])).toEqual([
      '<stun:a.test>; rel="ice-server"',
      '<turn:a.test>; rel="ice-server"; username="1:alice"; credential="c+/="; credential-type="password"',
      '<turns:a.test>; rel="ice-server"; username="1:alice"; credential="c+/="; credential-type="password"',
    ]);
  });

  it('does not let a wallet end its string', () => {
    expect(iceLinks([turn('1:a"; rel="x\\')])[0]).toContain('username="1:a\\"; rel=\\"x\\\\"');
  });

  it('encodes what a header cannot hold', () => {
    expect(iceLinks([turn("1:José'ж")])[0]).toContain("username*=UTF-8''1%3AJos%C3%A9%27%D0%B6");
  });
});
