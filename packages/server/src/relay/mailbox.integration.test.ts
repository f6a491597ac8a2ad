import {
  type Answer,
  type Enqueued,
  LIMITS,
  type Mail,
  type MailAcked,
  type MailAnswer,
  PATHS,
  type PackedMail,
  RATE_LIMITS,
} from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { ask, codeOf, record, settled } from '../testing/signals.ts';
import { TestServer, type TestSocket } from '../testing/test-server.ts';

let next = 0;
const message = (to: string, more: object = {}) => ({
  to,
  id: `m${next++}`,
  body: Uint8Array.of(7),
  force: true,
  ...more,
});
const numbered = (number: number) => message('bob', { body: Buffer.from(String(number)) });
const textOf = ({ body }: Pick<Mail, 'body'>): string => Buffer.from(body).toString();

type Pulled = Answer & { messages: Mail[]; more: boolean };
const pull = async (socket: TestSocket, range: object = {}) => (await ask(socket, 'relay:pull', range)) as Pulled;
const ack = async (socket: TestSocket, positions: number[]) =>
  (await ask(socket, 'relay:ack', { positions })) as unknown as MailAcked;

/** Everything that waits behind a position. */
async function pullAll(socket: TestSocket, after = 0): Promise<Mail[]> {
  const { messages, more } = await pull(socket, { after });
  return more ? [...messages, ...(await pullAll(socket, messages.at(-1)?.position))] : messages;
}

/** Requests of a wallet, with a token. */
async function http(server: TestServer, wallet: string) {
  const token = await server.signIn(wallet);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const post = async (path: string, body: unknown) => {
    const response = await server.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
  };
  const get = async (path: string) => {
    const response = await server.get(path, token);
    return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
  };
  return { post, get };
}

describe('the mailbox of the real server', () => {
  it('[S5.2] [S5.4] [ML2] [ML6] takes a message for a wallet that is offline, and gives it out after a restart', async () => {
    const first = await TestServer.start();
    const alice = await http(first, 'alice');
    const body = Buffer.from('sealed').toString('base64');
    const stored = await alice.post(PATHS.enqueue, { to: 'bob', id: 'm1', body });
    expect(stored).toEqual({ status: 200, id: 'm1', forced: false, expiresAt: expect.any(Number) });
    await first.running.close();
    await using second = await TestServer.start({ DATA_DIR: first.folder });
    const bob = await http(second, 'bob');
    const { messages } = (await bob.get(PATHS.pull)) as unknown as MailAnswer;
    expect(messages).toMatchObject([{ id: 'm1', from: 'alice', to: 'bob', forced: false, body }]);
    const positions = messages.map(({ position }) => position);
    expect(await bob.post(PATHS.ack, { positions })).toEqual({ status: 200, acked: 1, more: false });
    expect(await bob.get(PATHS.pull)).toEqual({ status: 200, messages: [], more: false });
  });

  it('[S5.2] [ML3] asks for WebRTC first while the other side is there, and takes it with force', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice');
    const overHttp = await http(server, 'alice');
    const bob = await server.socket('bob');
    expect(await codeOf(ask(alice, 'relay:enqueue', message('bob', { force: false })))).toBe('rtc_available');
    const posted = { to: 'bob', id: 'h1', body: 'Bw==' };
    expect(await overHttp.post(PATHS.enqueue, posted)).toMatchObject({ status: 409, error: 'rtc_available' });
    expect(await overHttp.post(PATHS.enqueue, { ...posted, force: true })).toMatchObject({ forced: true });
    expect(await ask(alice, 'relay:enqueue', message('bob'))).toMatchObject({ ok: true, forced: true });
    bob.close();
    await expect.poll(() => server.log.some(({ msg }) => msg === 'socket closed')).toBe(true);
    expect(await ask(alice, 'relay:enqueue', message('bob', { force: false }))).toMatchObject({ forced: false });
  });

  it.each(['/api/v1/relay', '/api/relay'])('[S5.2] [ML15] serves %s', async (prefix) => {
    await using server = await TestServer.start();
    const [alice, bob] = [await http(server, 'alice'), await http(server, 'bob')];
    expect(await alice.post(`${prefix}/enqueue`, { to: 'bob', id: 'm1', body: 'AQI=' })).toMatchObject({ status: 200 });
    const { messages } = (await bob.get(`${prefix}/pull?after=0&max=5`)) as unknown as MailAnswer;
    expect(messages).toMatchObject([{ id: 'm1', body: 'AQI=' }]);
    const positions = messages.map(({ position }) => position);
    expect(await bob.post(`${prefix}/ack`, { positions })).toMatchObject({ acked: 1 });
  });

  it('[ML15] refuses over HTTP what is wrong, and the devices of others', async () => {
    await using server = await TestServer.start();
    const alice = await http(server, 'alice');
    const right = { to: 'bob', id: 'm1', body: 'Bw==' };
    for (const wrong of [{ body: '' }, { body: '%' }, { body: 7 }, { id: '' }, { ttl: 0 }, { keys: ['a b'] }]) {
      expect(await alice.post(PATHS.enqueue, { ...right, ...wrong })).toMatchObject({ error: 'invalid_payload' });
    }
    for (const query of ['after=x', 'max=0', 'max=101', 'after=-1']) {
      expect(await alice.get(`${PATHS.pull}?${query}`)).toMatchObject({ error: 'invalid_payload' });
    }
    const unknown = { status: 404, error: 'device_unknown' };
    expect(await alice.post(PATHS.enqueue, { ...right, keyId: 'b1' })).toMatchObject(unknown);
    expect(await alice.get(`${PATHS.pull}?keyId=b1`)).toMatchObject(unknown);
    expect(await alice.post(PATHS.ack, { keyId: 'b1', positions: [1] })).toMatchObject(unknown);
    expect(await server.get(PATHS.pull)).toMatchObject({ status: 401 });
  });

  it('[ML1] [ML15] shares the rate of a wallet between its connections and HTTP', async () => {
    await using server = await TestServer.start({ LOG_LEVEL: 'silent' });
    const [one, other] = [await server.socket('alice', 'a1'), await server.socket('alice', 'a2')];
    const { points } = RATE_LIMITS.mail;
    await Promise.all(Array.from({ length: points }, (_, index) => ask(index % 2 ? one : other, 'relay:enqueue', {})));
    expect(await codeOf(ask(one, 'relay:enqueue', {}))).toBe('rate_limited');
    const overHttp = await http(server, 'alice');
    expect(await overHttp.post(PATHS.enqueue, {})).toMatchObject({ status: 429 });
    expect((await pull(one)).ok).toBe(true);
  });

  it('[ML16] carries 1 to 262,144 bytes as they are, over the socket and over HTTP', async () => {
    await using server = await TestServer.start();
    const [alice, bob] = [await server.socket('alice'), await server.socket('bob')];
    const overHttp = await http(server, 'alice');
    const largest = Buffer.alloc(LIMITS.mailMaxBytes, 'x');
    const body = (bytes: Buffer) => bytes.toString('base64');
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    for (const sent of [all, largest]) {
      expect(await codeOf(ask(alice, 'relay:enqueue', message('bob', { body: sent })))).toBe('ok');
      expect(await overHttp.post(PATHS.enqueue, message('bob', { body: body(sent) }))).toMatchObject({ status: 200 });
    }
    const bodies = (await pullAll(bob)).map((mail) => mail.body);
    expect(bodies.map((bytes) => Buffer.from(bytes).equals(bytes.length === 256 ? all : largest))).toEqual(
      Array.from({ length: 4 }, () => true),
    );
    const tooLarge = Buffer.alloc(LIMITS.mailMaxBytes + 1);
    expect(await codeOf(ask(alice, 'relay:enqueue', message('bob', { body: tooLarge })))).toBe('payload_too_large');
    expect(await codeOf(ask(alice, 'relay:enqueue', message('bob', { body: Buffer.alloc(0) })))).toBe(
      'invalid_payload',
    );
    const refused = { status: 413, error: 'payload_too_large' };
    expect(await overHttp.post(PATHS.enqueue, message('bob', { body: body(tooLarge) }))).toMatchObject(refused);
    const huge = Buffer.alloc(LIMITS.httpMailMaxBytes);
    expect(await overHttp.post(PATHS.enqueue, message('bob', { body: body(huge) }))).toMatchObject(refused);
  });

  it('[ML8] keeps the order of what a connection sends without waiting', async () => {
    await using server = await TestServer.start();
    const [alice, bob] = [await server.socket('alice'), await server.socket('bob')];
    await Promise.all(Array.from({ length: 300 }, (_, number) => ask(alice, 'relay:enqueue', numbered(number))));
    const seen = await pullAll(bob);
    expect(seen.map(textOf)).toEqual(Array.from({ length: 300 }, (_, number) => String(number)));
    const positions = seen.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
  });

  it('[ML9] answers a pull within its bounds', async () => {
    await using server = await TestServer.start();
    const [alice, bob] = [await server.socket('alice'), await server.socket('bob')];
    const big = { body: Buffer.alloc(200 * 1024) };
    await Promise.all(Array.from({ length: 4 }, () => ask(alice, 'relay:enqueue', message('bob', big))));
    await Promise.all(Array.from({ length: 101 }, () => ask(alice, 'relay:enqueue', message('bob'))));
    const first = await pull(bob);
    expect([first.messages.length, first.more]).toEqual([2, true]);
    const again = await pull(bob);
    expect(again.messages.map(({ id }) => id)).toEqual(first.messages.map(({ id }) => id));
    const second = await pull(bob, { after: first.messages[1]?.position });
    expect([second.messages.length, second.more]).toEqual([10, true]);
    expect((await pull(bob, { max: 1 })).messages).toHaveLength(1);
    const overHttp = await http(server, 'bob');
    const get = async (after = 0) => (await overHttp.get(`${PATHS.pull}?after=${after}`)) as unknown as MailAnswer;
    const third = await get(second.messages[2]?.position);
    expect([third.messages.length, third.more]).toEqual([100, false]);
    const whole = await get(first.messages[1]?.position);
    expect([whole.messages.length, whole.more]).toEqual([100, true]);
  });

  it('[ML9] [ML18] answers a packed pull with the bodies of up to 100 messages in one', async () => {
    await using server = await TestServer.start();
    const [alice, bob] = [await server.socket('alice'), await server.socket('bob')];
    const texts = Array.from({ length: 102 }, (_, index) => 'x'.repeat(index + 1));
    for (const text of texts) await ask(alice, 'relay:enqueue', message('bob', { body: Buffer.from(text) }));
    const read = async (range: object) => {
      const answer = await ask(bob, 'relay:pull', { ...range, packed: true });
      const { messages, bodies, more } = answer as unknown as PackedMail & { more: boolean };
      const whole = Buffer.from(bodies);
      let end = 0;
      const bodyTexts = messages.map(({ size }) => {
        end += size;
        return whole.toString('utf8', end - size, end);
      });
      expect(end).toBe(whole.byteLength);
      expect(messages.every((one) => !('body' in one))).toBe(true);
      return { bodyTexts, more, last: messages.at(-1)?.position };
    };
    const first = await read({});
    expect([first.bodyTexts, first.more]).toEqual([texts.slice(0, 100), true]);
    expect(await read({ after: first.last, max: 1 })).toMatchObject({ bodyTexts: texts.slice(100, 101), more: true });
    const rest = await read({ after: first.last });
    expect([rest.bodyTexts, rest.more]).toEqual([texts.slice(100), false]);
    expect(await read({ after: rest.last })).toMatchObject({ bodyTexts: [], more: false });
  });

  it('[ML12] is full at its quota, and takes more once something was acknowledged', async () => {
    await using server = await TestServer.start({ MAILBOX_MAX_MESSAGES: '2', MAILBOX_MAX_BYTES: '10' });
    const [alice, bob] = [await server.socket('alice'), await server.socket('bob')];
    const send = (bytes: number) => codeOf(ask(alice, 'relay:enqueue', message('bob', { body: Buffer.alloc(bytes) })));
    expect([await send(11), await send(5), await send(6), await send(5), await send(1)]).toEqual([
      'mailbox_full',
      'ok',
      'mailbox_full',
      'ok',
      'mailbox_full',
    ]);
    const { messages } = await pull(bob);
    expect(await ack(bob, [messages[0]?.position ?? 0])).toMatchObject({ acked: 1, more: false });
    expect(await send(1)).toBe('ok');
  });

  it('[S5.4] [ML13] pushes messages as they are stored, to every connection, and goes on as they are acknowledged', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice');
    const [one, other] = [await server.socket('bob', 'b1'), await server.socket('bob', 'b2')];
    const seen = [record<Mail>(one, 'relay:message'), record<Mail>(other, 'relay:message')];
    const total = LIMITS.pushedMaxMessages + 10;
    const answers = await Promise.all(
      Array.from({ length: total }, (_, number) => ask(alice, 'relay:enqueue', numbered(number))),
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
    for (const socket of [one, other]) await settled(socket);
    const pushed = Array.from({ length: LIMITS.pushedMaxMessages }, (_, number) => String(number));
    for (const mails of seen) expect(mails.map(textOf)).toEqual(pushed);
    const mails = seen[0] ?? [];
    expect(
      await ack(
        one,
        mails.map(({ position }) => position),
      ),
    ).toMatchObject({ acked: pushed.length, more: true });
    await ask(alice, 'relay:enqueue', numbered(total));
    await settled(one);
    expect(mails, 'nothing overtakes what was not pushed').toHaveLength(pushed.length);
    const rest = await pullAll(one, mails.at(-1)?.position);
    expect(rest.map(textOf)).toEqual(Array.from({ length: 11 }, (_, index) => String(pushed.length + index)));
    expect(
      await ack(
        one,
        rest.map(({ position }) => position),
      ),
    ).toEqual({ ok: true, acked: 11, more: false });
    const enqueued = (await ask(alice, 'relay:enqueue', numbered(total + 1))) as unknown as Enqueued;
    await settled(one);
    expect(mails.at(-1)).toMatchObject({ id: enqueued.id, from: 'alice', to: 'bob', forced: true });
  });

  it('[ML13] pushes nothing before what waited was pulled', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice');
    await ask(alice, 'relay:enqueue', numbered(1));
    const bob = await server.socket('bob');
    const seen = record<Mail>(bob, 'relay:message');
    await ask(alice, 'relay:enqueue', numbered(2));
    await settled(bob);
    expect(seen).toEqual([]);
    expect((await pull(bob)).messages.map(textOf)).toEqual(['1', '2']);
    await ask(alice, 'relay:enqueue', numbered(3));
    await settled(bob);
    expect(seen.map(textOf)).toEqual(['3']);
  });

  it('[ML17] says with each live frame whether messages wait that were not pushed', async () => {
    await using server = await TestServer.start();
    const [alice, bob] = [await server.socket('alice', 'a1'), await server.socket('bob', 'b1')];
    const frames = record<{ behind?: true }>(bob, 'relay:frame');
    const mails = record<Mail>(bob, 'relay:message');
    const say = async () => {
      await ask(alice, 'relay:frame', { to: 'bob', toDevice: 'b1', frame: Buffer.alloc(1) });
      await settled(bob);
      return frames.at(-1)?.behind;
    };
    const enqueue = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, number) => ask(alice, 'relay:enqueue', numbered(number))));
    expect(await say()).toBeUndefined();
    await enqueue(LIMITS.pushedMaxMessages);
    expect(await say()).toBeUndefined();
    await enqueue(1);
    expect(await say()).toBe(true);
    await pullAll(bob, mails.at(-1)?.position);
    expect(await say()).toBeUndefined();
  });

  it('[ML14] leaves a connection that does not acknowledge alone, and slows nobody', async () => {
    await using server = await TestServer.start();
    const [alice, bob, carol] = [
      await server.socket('alice'),
      await server.socket('bob'),
      await server.socket('carol'),
    ];
    const [slow, quick] = [record<Mail>(bob, 'relay:message'), record<Mail>(carol, 'relay:message')];
    const body = Buffer.alloc(128 * 1024);
    for (let index = 0; index < 20; index++) {
      const sent = ['bob', 'carol'].map((to) => ask(alice, 'relay:enqueue', message(to, { body })));
      expect((await Promise.all(sent)).every(({ ok }) => ok)).toBe(true);
      await settled(carol);
      expect(
        await ack(
          carol,
          quick.slice(-1).map(({ position }) => position),
        ),
      ).toMatchObject({ acked: 1, more: false });
    }
    await settled(bob);
    expect([slow.length, quick.length]).toEqual([LIMITS.pushedMaxBytes / body.byteLength, 20]);
    expect(bob.connected).toBe(true);
  });

  it('counts what it does, for the operator', async () => {
    await using server = await TestServer.start();
    const [alice, bob] = [await server.socket('alice'), await server.socket('bob')];
    await ask(alice, 'relay:enqueue', message('bob', { force: false }));
    const sent = message('bob', { body: Buffer.alloc(10) });
    for (const each of [sent, sent, message('bob', { body: Buffer.alloc(5) })]) await ask(alice, 'relay:enqueue', each);
    const { messages } = await pull(bob, { max: 1 });
    await ack(
      bob,
      messages.map(({ position }) => position),
    );
    const text = await (await server.fetch('/metrics')).text();
    for (const line of [
      'anypath_mail_enqueued_total{outcome="forced"} 2',
      'anypath_mail_enqueued_total{outcome="repeated"} 1',
      'anypath_mail_enqueued_total{outcome="rtc_available"} 1',
      'anypath_mail_acknowledged_total 1',
      'anypath_mail_expired_total 0',
      'anypath_mail_waiting_messages 1',
      'anypath_mail_waiting_bytes 5',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(/^anypath_mail_sync_seconds_count [1-9]/m);
  });
});
