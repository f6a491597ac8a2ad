import { AnypathError, type Client, type Device } from '@anypath/client';
import { describe, expect, it, vi } from 'vitest';
import { OwnDevices } from './own-devices.ts';

const device = (keyId: string, name = keyId): Device => ({ keyId, name, publicKey: '', since: 1 });

/** A stand-in for the connected SDK, with two devices. */
function attached() {
  const listeners = new Map<string, (argument: unknown) => void>();
  const on = (event: string, listener: (argument: unknown) => void) => {
    listeners.set(event, listener);
    return () => listeners.delete(event);
  };
  const server = {
    list: vi.fn(async () => [device('k1'), device('k2')]),
    rename: vi.fn(async (keyId: string, name: string) => [device('k1'), device(keyId, name)]),
    revoke: vi.fn(async (_: string) => [device('k1')]),
  };
  const devices = new OwnDevices();
  devices.attach({ keyId: 'k1', on, devices: server } as unknown as Client);
  const names = () => devices.list.value?.map(({ name }) => name);
  return { devices, server, names, tell: (event: string, value: unknown) => listeners.get(event)?.(value) };
}

describe('our devices (the SDK is a stand-in)', () => {
  it('are asked for, with the one of this page marked', async () => {
    const { devices, names } = attached();
    await vi.waitUntil(() => names());
    expect([names(), devices.here.value]).toEqual([['k1', 'k2'], 'k1']);
  });

  it('are renamed and revoked, and shown as they are then', async () => {
    const { devices, server, names } = attached();
    await vi.waitUntil(() => names());
    expect(await devices.rename('k2', ' the tablet ')).toBeUndefined();
    expect([server.rename.mock.calls, names()]).toEqual([[['k2', 'the tablet']], ['k1', 'the tablet']]);
    expect(await devices.revoke('k2')).toBeUndefined();
    expect(names()).toEqual(['k1']);
  });

  it('stay as they are where the server refuses, with its code', async () => {
    const { devices, server, names } = attached();
    await vi.waitUntil(() => names());
    server.revoke.mockRejectedValue(new AnypathError('device_unknown'));
    expect(await devices.revoke('k2')).toBe('device_unknown');
    expect(names()).toEqual(['k1', 'k2']);
  });

  it('follow what other devices change, and are asked for again after a time without connection', async () => {
    const { server, names, tell } = attached();
    await vi.waitUntil(() => names());
    tell('devices', [device('k3')]);
    expect(names()).toEqual(['k3']);
    tell('online', false);
    tell('online', true);
    await vi.waitUntil(() => names()?.length === 2);
    expect(server.list).toHaveBeenCalledTimes(2);
  });

  it('are not known without a connection', async () => {
    const { devices, names } = attached();
    await vi.waitUntil(() => names());
    devices.detach();
    expect([devices.list.value, devices.here.value]).toEqual([undefined, undefined]);
    expect(await devices.revoke('k2')).toBe('link_closed');
  });
});
