import { describe, expect, it } from 'vitest';
import { Devices } from './devices.ts';
import type { Asking } from './socket.ts';
import { StandInSocket } from './stand-in-socket.ts';

const laptop = { keyId: 'k1', publicKey: 'A'.repeat(43), name: 'Laptop', since: 1, seen: 2 };

function made(answer: StandInSocket['answer']) {
  const socket = new StandInSocket();
  socket.answer = answer;
  return { socket, devices: new Devices(socket as unknown as Asking) };
}

describe('devices (Socket.IO’s socket is a stand-in)', () => {
  it.each<[string, (devices: Devices) => Promise<unknown>, string, object]>([
    ['listed', (devices) => devices.list(), 'devices:list', {}],
    ['listed for a contact', (devices) => devices.of('bob'), 'devices:list', { wallet: 'bob' }],
    ['named', (devices) => devices.rename('k1', 'Laptop'), 'devices:rename', { keyId: 'k1', name: 'Laptop' }],
    ['revoked', (devices) => devices.revoke('k1'), 'devices:revoke', { keyId: 'k1' }],
  ])('are %s as the server has them', async (_, act, event, payload) => {
    const { socket, devices } = made(() => ({ ok: true, wallet: 'alice', devices: [laptop] }));
    expect(await act(devices)).toEqual([laptop]);
    expect(socket.asked).toEqual([[event, payload]]);
  });

  it.each(['device_unknown', 'forbidden', 'invalid_payload', 'rate_limited'])(
    'pass on the refusal %s',
    async (error) => {
      const { devices } = made(() => ({ ok: false, error, message: 'as the server says' }));
      await expect(devices.revoke('k1')).rejects.toMatchObject({ code: error, message: 'as the server says' });
    },
  );

  it.each([
    ['does not come', undefined],
    ['has no devices', { ok: true, wallet: 'alice' }],
    ['has a key that is none', { ok: true, wallet: 'alice', devices: [{ ...laptop, publicKey: 'x' }] }],
  ])('are unreachable where the answer %s', async (_, answer) => {
    const { devices } = made(() => answer);
    await expect(devices.list()).rejects.toMatchObject({ code: 'unreachable' });
  });
});
