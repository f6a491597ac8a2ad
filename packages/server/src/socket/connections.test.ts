import { describe, expect, it } from 'vitest';
import type { Socket } from './connection.ts';
import { Connections } from './connections.ts';

const socketOf = (wallet: string, deviceId: string) => ({ data: { device: { wallet, deviceId } } }) as Socket;

describe('connections', () => {
  it('are found by their device, one for each', () => {
    const connections = new Connections();
    const [laptop, phone] = [socketOf('alice', 'laptop'), socketOf('alice', 'phone')];
    expect([connections.add(laptop), connections.add(phone)]).toEqual([undefined, undefined]);
    expect(connections.of({ wallet: 'alice', deviceId: 'phone' })).toBe(phone);
    expect(connections.of({ wallet: 'bob', deviceId: 'phone' })).toBeUndefined();
    expect([...connections.ofWallet('alice')]).toEqual([laptop, phone]);
    expect([...connections.ofWallet('bob')]).toEqual([]);
  });

  it('give their place to newer ones, whose end theirs is not', () => {
    const connections = new Connections();
    const [older, newer] = [socketOf('alice', 'phone'), socketOf('alice', 'phone')];
    connections.add(older);
    expect(connections.add(newer)).toBe(older);
    connections.remove(older);
    expect(connections.of(newer.data.device)).toBe(newer);
    connections.remove(newer);
    expect(connections.of(newer.data.device)).toBeUndefined();
    expect([...connections.ofWallet('alice')]).toEqual([]);
  });
});
