import { CLIENT_EVENTS, SERVER_EVENTS } from '@anypath/protocol';
import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { devicePublicKey } from '../testing/device-keys.ts';
import { answer, ask, candidate, offer, settled, to } from '../testing/signals.ts';
import { heard, TestServer, type TestSocket } from '../testing/test-server.ts';

/** What the tests read of the document. */
interface Document {
  readonly asyncapi: string;
  readonly channels: { readonly socket: { readonly messages: Record<string, { name: string; payload: object }> } };
  readonly operations: Record<string, { readonly action: string; readonly messages: readonly { $ref: string }[] }>;
}

const documentOf = async (server: TestServer) => (await (await server.get('/asyncapi.json')).json()) as Document;

/** Reads names of formats that the schema of AsyncAPI has and JSON Schema has not. */
function validator() {
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: true });
  formats.default(ajv);
  return ajv;
}

/** Every event that some sockets hear, with its payload. */
function overhear(seen: [string, unknown][]) {
  return (socket: TestSocket) =>
    void socket.onAny((event: string, payload: unknown) => void seen.push([event, payload]));
}

describe('GET /asyncapi.json of the real server', () => {
  it('is a valid AsyncAPI document, by the official schema', async () => {
    await using server = await TestServer.start();
    const document = await documentOf(server);
    const validate = validator().compile(specs.schemasWithoutId['3.0.0'] as object);
    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 5))).toBe(true);
    expect(validate({ ...document, channels: { socket: { messages: 'none' } } })).toBe(false);
  });

  it('has every event in its direction, and no reference that leads nowhere', async () => {
    await using server = await TestServer.start();
    const document = await documentOf(server);
    const { messages } = document.channels.socket;
    const events = (action: string) =>
      Object.values(document.operations)
        .filter((operation) => operation.action === action)
        .flatMap((operation) => operation.messages.map(({ $ref }) => messages[$ref.split('/').at(-1) ?? '']?.name));
    expect(events('receive').sort()).toEqual([...Object.keys(CLIENT_EVENTS), 'CONNECT'].sort());
    expect(events('send').sort()).toEqual(Object.keys(SERVER_EVENTS).sort());
    for (const [, pointer = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = pointer
        .split('/')
        .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document);
      expect(target, pointer).toBeDefined();
    }
  });

  it('describes what the server really sends and answers', async () => {
    await using server = await TestServer.start();
    const { messages } = (await documentOf(server)).channels.socket;
    const ajv = validator();
    const seen: [string, unknown][] = [];
    const alice = await server.socket('alice', 'a1', {}, overhear(seen));
    const bob = await server.socket('bob', 'b1', {}, overhear(seen));
    const other = await server.socket('bob', 'b2');
    const answers = [
      await ask(bob, 'signal', { to: 'alice', candidate: { candidate: '' } }),
      await ask(alice, 'rtc:offer', offer('alice', 'bob')),
      await ask(other, 'rtc:answer', answer('bob', 'alice')),
      await ask(alice, 'rtc:candidate', candidate('alice', 'bob', { toDevice: 'b1' })),
      await ask(alice, 'rtc:hangup', to('alice', 'bob', { toDevice: 'b1', reason: 'busy' })),
      await ask(alice, 'relay:frame', { to: 'bob', toDevice: 'b1', frame: new Uint8Array([1]) }),
      await ask(alice, 'relay:enqueue', { to: 'bob', id: 'm1', force: true, body: new Uint8Array([1]) }),
      await ask(alice, 'contacts:change', { action: 'ask', wallet: 'bob' }),
    ];
    const registered = await ask(alice, 'devices:register', { publicKey: devicePublicKey() });
    expect(answers.map(({ ok }) => ok)).toEqual(Array(answers.length).fill(true));
    const told = heard(alice, 'rtc:error');
    alice.emit('rtc:offer', { ...to('alice', 'nobody'), sdp: { type: 'offer', sdp: 'x' } });
    await told;
    const end = heard(bob, 'session:end');
    await server.socket('bob', 'b1');
    await end;
    await settled(alice);
    bob.close();
    for (const [event, payload] of seen) {
      const { payload: schema } = messages[`send.${event.replace(':', '.')}`] ?? { payload: { not: {} } };
      // Bytes are an attachment: JSON Schema sees a text in their place.
      const asJson = JSON.parse(JSON.stringify(payload, (_, value) => (value?.type === 'Buffer' ? '' : value)));
      expect(ajv.validate(schema, asJson), `${event} ${JSON.stringify(asJson)} ${ajv.errorsText()}`).toBe(true);
    }
    const events = new Set(seen.map(([event]) => event));
    expect(Object.keys(SERVER_EVENTS).filter((event) => !events.has(event as keyof typeof SERVER_EVENTS))).toEqual([
      'user_disconnected',
    ]);
    const list = await ask(alice, 'contacts:list');
    expect(ajv.validate(messages['answer_contacts']?.payload ?? {}, list), ajv.errorsText()).toBe(true);
    expect(ajv.validate(messages['answer_contact']?.payload ?? {}, answers.at(-1)), ajv.errorsText()).toBe(true);
    expect(ajv.validate(messages['answer_device']?.payload ?? {}, registered), ajv.errorsText()).toBe(true);
    const devices = await ask(alice, 'devices:list', {});
    expect(ajv.validate(messages['answer_devices']?.payload ?? {}, devices), ajv.errorsText()).toBe(true);
    const refused = await ask(alice, 'made:up');
    expect(ajv.validate(messages['answer_refused']?.payload ?? {}, refused), ajv.errorsText()).toBe(true);
  });
});
