import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bearer } from '../credentials.ts';
import { refused, standInFetch } from '../stand-in-fetch.ts';
import { IceSource } from './ice.ts';

const TTL_S = 600;
const MINUTE_MS = 60_000;
/** The server's clock is years off ours. */
const SERVER_OFFSET_MS = -100_000_000_000;

let count = 0;
const list = () => {
  const serverTime = Date.now() + SERVER_OFFSET_MS;
  const iceServers = [{ urls: `turn:turn.example.com?list=${++count}`, username: 'u', credential: 'c' }];
  return {
    status: 200,
    body: { iceServers, ttl: TTL_S, provider: 'coturn', serverTime, expiresAt: serverTime + TTL_S * 1000 },
  };
};

const numbers = (servers: readonly RTCIceServer[]) => servers.map(({ urls }) => String(urls).split('=')[1]);
const open = () => new IceSource('https://rtc.example.com', bearer('t'));

beforeEach(() => {
  count = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('the source of ICE servers', () => {
  it('asks once for all who need them at the same time', async () => {
    const asked = standInFetch(list);
    const source = open();
    const [first, second] = await Promise.all([source.servers(), source.servers()]);
    expect(first).toBe(second);
    expect(asked).toMatchObject([{ path: '/api/v1/rtc/ice', headers: { authorization: 'Bearer t' } }]);
  });

  it.each([
    ['earliest', 0, 0.65],
    ['latest', 1 - Number.EPSILON, 0.75],
  ])(
    '[S6.2] fetches them again by itself, at the %s when %s is drawn: at %s of their lifetime',
    async (_, random, share) => {
      vi.spyOn(Math, 'random').mockReturnValue(random);
      const asked = standInFetch(list);
      const source = open();
      await source.servers();
      await vi.advanceTimersByTimeAsync(share * TTL_S * 1000 - 10);
      expect(asked).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(20);
      expect(asked).toHaveLength(2);
      expect(numbers(await source.servers())).toEqual(['2']);
      source.close();
      await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
      expect(asked).toHaveLength(2);
    },
  );

  it('[S6.2] tells that there are fresh ones, for what uses those of before; not at the first', async () => {
    standInFetch(list);
    const source = open();
    const renewed = vi.fn();
    source.on('renewed', renewed);
    await source.servers();
    expect(renewed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(0.76 * TTL_S * 1000);
    expect(renewed).toHaveBeenCalledOnce();
    source.close();
  });

  it('fetches them again where the machine slept and timers did not run', async () => {
    standInFetch(list);
    const source = open();
    await source.servers();
    vi.setSystemTime(Date.now() + 9 * MINUTE_MS);
    expect(numbers(await source.servers())).toEqual(['2']);
    source.close();
  });

  it.each([
    ['the network fails', () => undefined],
    ['the service has none', () => refused(503, 'ice_unavailable')],
    ['there were too many requests', () => refused(429, 'rate_limited', { 'retry-after': '60' })],
  ])('keeps those in hand while they hold where %s, and none after that', async (_, failure) => {
    let answer: () => ReturnType<typeof failure> | ReturnType<typeof list> = list;
    standInFetch(() => answer());
    const source = open();
    await source.servers();
    answer = failure;
    await vi.advanceTimersByTimeAsync(9 * MINUTE_MS);
    expect(numbers(await source.servers())).toEqual(['1']);
    await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(await source.servers()).toEqual([]);
    answer = list;
    await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(numbers(await source.servers())).toEqual(['2']);
    source.close();
  });

  it('[S1.5] does not ask again before Retry-After is over', async () => {
    const asked = standInFetch(() => refused(429, 'rate_limited', { 'retry-after': '42' }));
    const source = open();
    expect(await source.servers()).toEqual([]);
    await vi.advanceTimersByTimeAsync(41_999);
    expect(await source.servers()).toEqual([]);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_000);
    await source.servers();
    expect(asked).toHaveLength(2);
  });

  it('does not ask a service that has nothing to offer for each offer', async () => {
    const asked = standInFetch(() => refused(503, 'ice_unavailable'));
    const source = open();
    for (let tries = 0; tries < 5; tries++) expect(await source.servers()).toEqual([]);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10_001);
    await source.servers();
    expect(asked).toHaveLength(2);
  });
});
