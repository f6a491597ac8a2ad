import { describe, expect, it } from 'vitest';
import { AnypathError, type DataHeader, decodeFrame, encodeFrame, LIMITS } from './index.ts';

const header: DataHeader = { t: 'data', id: 'm1', epoch: 'e1', seq: 1, acked: 0, at: 1, text: true };
const codeOf = (action: () => unknown) => {
  try {
    action();
    return 'no error';
  } catch (error) {
    return error instanceof AnypathError ? error.code : error;
  }
};

describe('a frame', () => {
  it('[RL7] comes back as it was written', () => {
    const body = new TextEncoder().encode('¿qué tal? 👋');
    expect(decodeFrame(encodeFrame(header, body))).toEqual({ header, body });
  });

  it('carries the largest part that a message may have, sealed for as many devices as there may be', () => {
    const part: [number, number] = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    const longest = { ...header, id: 'i'.repeat(64), epoch: 'e'.repeat(64), seq: Number.MAX_SAFE_INTEGER, part };
    // The layout of an envelope is in docs/security.md: 96 bytes for each device.
    const envelope = 47 + 49 + 64 + 2 * LIMITS.devicesMax * 96;
    const frame = encodeFrame(longest, new Uint8Array(LIMITS.partMaxBytes));
    expect(frame.byteLength + envelope).toBeLessThanOrEqual(LIMITS.frameMaxBytes);
  });

  it('is refused beyond the limit, on both sides', () => {
    expect(codeOf(() => encodeFrame(header, new Uint8Array(LIMITS.frameMaxBytes)))).toBe('payload_too_large');
    expect(codeOf(() => decodeFrame(new Uint8Array(LIMITS.frameMaxBytes + 1)))).toBe('payload_too_large');
  });

  it.each([
    ['nothing', []],
    ['one byte', [0]],
    ['a header that ends behind the frame', [0, 9, 123]],
    ['a header over its limit', [255, 255, ...new Array(70_000 - 4_464).fill(0)].slice(0, 65_536)],
    ['text that is no JSON', [0, 1, 120]],
    ['bytes that are no UTF-8', [0, 1, 255]],
    ['JSON that is no header', [0, 2, 123, 125]],
  ])('[RL7] with %s is invalid', (_what, bytes) => {
    expect(codeOf(() => decodeFrame(new Uint8Array(bytes)))).toBe('invalid_payload');
  });

  it.each([
    ['a negative position', { seq: -1 }],
    ['a position that is no number', { seq: '1' }],
    ['an unknown kind', { t: 'gift' }],
    ['an identifier with a colon', { id: 'a:b' }],
  ])('[RL7] whose header has %s is invalid', (_what, fault) => {
    const head = new TextEncoder().encode(JSON.stringify({ ...header, ...fault }));
    expect(codeOf(() => decodeFrame(new Uint8Array([0, head.byteLength, ...head])))).toBe('invalid_payload');
  });
});
