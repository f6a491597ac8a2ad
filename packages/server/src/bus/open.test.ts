import { pino } from 'pino';
import { expect, it } from 'vitest';
import { openBus } from './open.ts';

const log = pino({ level: 'silent' });

it('a node without BUS_URL has a bus of its own, and Socket.IO its own adapter', async () => {
  const { bus, adapter } = await openBus({ BUS_URL: '', NODE_NAME: '' }, log);
  bus.join({ wallet: 'alice', deviceId: 'a1' }, 'c1', true);
  expect([bus.devicesOf('alice'), adapter]).toEqual([['a1'], undefined]);
});

it('a BUS_URL that is no URL is refused without being told', async () => {
  const refused = openBus({ BUS_URL: 'redis://user:hunter2@[', NODE_NAME: '' }, log);
  await expect(refused).rejects.toThrow(/^BUS_URL is not a URL$/);
});
