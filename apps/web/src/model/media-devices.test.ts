import { describe, expect, it, vi } from 'vitest';
import { memoryStorage } from './browser-storage.ts';
import { MediaDevicesBook } from './media-devices.ts';

const device = (kind: string, deviceId: string, label = deviceId) => ({ kind, deviceId, label });

/** A stand-in for the browser's devices, which come and go when the test says so. */
function standIn(first: readonly ReturnType<typeof device>[]) {
  let present = first;
  const told: (() => void)[] = [];
  const devices = {
    enumerateDevices: async () => present,
    addEventListener: (_: string, listener: () => void) => told.push(listener),
  } as unknown as MediaDevices;
  const change = (next: typeof present) => {
    present = next;
    for (const tell of told) tell();
  };
  return { devices, change };
}

describe('microphones, cameras and speakers (the browser is a stand-in)', () => {
  it('are listed by kind, without those that the browser does not name yet', async () => {
    const { devices } = standIn([device('audioinput', 'a', 'Headset'), device('videoinput', '')]);
    const book = new MediaDevicesBook(memoryStorage(), devices);
    await book.refresh();
    expect(book.lists.value).toEqual({ audioinput: [{ id: 'a', label: 'Headset' }], videoinput: [], audiooutput: [] });
  });

  it('are listed anew when one is plugged in', async () => {
    const { devices, change } = standIn([]);
    const book = new MediaDevicesBook(memoryStorage(), devices);
    change([device('videoinput', 'b')]);
    await vi.waitUntil(() => book.lists.value.videoinput.length === 1);
  });

  it('are any where nothing was chosen, and the chosen one after a reload, or any where it is not there', async () => {
    const store = memoryStorage();
    const book = new MediaDevicesBook(store, undefined);
    expect(book.wish('videoinput')).toBe(true);
    book.choose('videoinput', 'b');
    const reloaded = new MediaDevicesBook(store, standIn([device('videoinput', 'b')]).devices);
    expect(reloaded.wish('videoinput')).toEqual({ deviceId: { ideal: 'b' } });
    await vi.waitUntil(() => reloaded.lists.value.videoinput.length === 1);
    expect(reloaded.wish('videoinput')).toEqual({ deviceId: { exact: 'b' } });
  });

  it('are any where the storage has something else', () => {
    const store = memoryStorage();
    store.setItem('anypath-web:media', '{"videoinput": 7, "audioinput": "a"}');
    expect(new MediaDevicesBook(store, undefined).chosen.value).toEqual({ audioinput: 'a' });
  });

  it('are none on a page that may not have any', async () => {
    const book = new MediaDevicesBook(memoryStorage(), undefined);
    await book.refresh();
    expect(book.lists.value.audioinput).toEqual([]);
  });
});
