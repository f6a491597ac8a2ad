import { describe, expect, it } from 'vitest';
import { ATTRIBUTE } from './attributes.ts';
import { bind } from './binding.ts';
import { METHOD } from './header.ts';
import { hasIntegrity, type IntegrityKey } from './integrity.ts';
import { attribute, readAttribute } from './message.ts';
import { watchHandles } from './testing/open-handles.ts';
import {
  CREDENTIALS,
  challenge,
  error,
  GRANTED,
  KEY,
  REALM,
  type Script,
  ScriptedServer,
} from './testing/scripted-server.ts';
import { TurnClient } from './turn-client.ts';

const WRONG_KEY: IntegrityKey = { algorithm: 'sha1', bytes: Buffer.from('wrong') };
const MAPPED = attribute(ATTRIBUTE.xorMappedAddress, { address: '192.0.2.1', port: 1 });

const allocate = (server: ScriptedServer, timeoutMs = 2_000) =>
  TurnClient.allocate(`turn:127.0.0.1:${server.port}`, CREDENTIALS, { timeoutMs, rtoMs: 50 });

/** Challenges once, then does what the test says; confirms that the allocation is freed. */
const authenticating =
  (nonce: string, script: Script): Script =>
  (request, reply, count) => {
    if (request.method === METHOD.refresh) return reply('success', [], { key: KEY });
    return count === 1 ? reply('error', challenge(401, nonce)) : script(request, reply, count);
  };

describe('an allocation on a server that is scripted', () => {
  it('is protected with the key of the credentials, and repeats realm and nonce', async () => {
    const script = authenticating('n1', (_, reply) => reply('success', GRANTED, { key: KEY }));
    await using server = await ScriptedServer.start(script);
    await using client = await allocate(server);
    expect(client.relayed).toEqual({ address: '192.0.2.15', port: 50_000 });
    const [first, second] = server.requests;
    expect(first?.integrity).toEqual([]);
    expect(second && hasIntegrity(second, KEY)).toBe(true);
    expect(second && readAttribute(second, ATTRIBUTE.realm)).toBe(REALM);
    expect(second && readAttribute(second, ATTRIBUTE.nonce)).toBe('n1');
  });

  it('is asked for again with the new nonce where the nonce is stale', async () => {
    const script = authenticating('old', (request, reply) =>
      readAttribute(request, ATTRIBUTE.nonce) === 'new'
        ? reply('success', GRANTED, { key: KEY })
        : reply('error', challenge(438, 'new')),
    );
    await using server = await ScriptedServer.start(script);
    await using client = await allocate(server);
    expect(client.lifetimeSeconds).toBe(600);
    expect(server.requests).toHaveLength(3);
  });

  it('is rejected with 438 where every nonce is stale', async () => {
    await using server = await ScriptedServer.start(
      authenticating('n', (_, reply, count) => reply('error', challenge(438, `n${count}`))),
    );
    await expect(allocate(server)).rejects.toMatchObject({ code: 'rejected', turnCode: 438 });
  });

  it('is made from another port, where the server still knows the first', async () => {
    const script = authenticating('n', (_, reply, count) =>
      count === 2 ? reply('error', error(437), { key: KEY }) : reply('success', GRANTED, { key: KEY }),
    );
    await using server = await ScriptedServer.start(script);
    await using client = await allocate(server);
    expect(client.relayed.port).toBe(50_000);
    expect(new Set(server.ports).size).toBe(2);
  });

  it('is made at the alternate server, where the first one says so', async () => {
    const granting = authenticating('n', (_, reply) => reply('success', GRANTED, { key: KEY }));
    await using other = await ScriptedServer.start(granting);
    const alternate = attribute(ATTRIBUTE.alternateServer, { address: '127.0.0.1', port: other.port });
    await using server = await ScriptedServer.start((_, reply) => reply('error', error(300, alternate)));
    await using client = await allocate(server);
    expect(client.relayed.port).toBe(50_000);
    expect(server.requests).toHaveLength(1);
  });

  it('is rejected with 300 where the alternate server redirects again', async () => {
    const isClean = await watchHandles();
    {
      let port = 0;
      await using server = await ScriptedServer.start((_, reply) =>
        reply('error', error(300, attribute(ATTRIBUTE.alternateServer, { address: '127.0.0.1', port }))),
      );
      port = server.port;
      await expect(allocate(server)).rejects.toMatchObject({ code: 'rejected', turnCode: 300 });
      expect(server.requests).toHaveLength(2);
    }
    await isClean();
  });

  it.each([
    [403, 'unauthorized'],
    [437, 'rejected'],
    [441, 'rejected'],
    [442, 'rejected'],
    [486, 'rejected'],
    [508, 'rejected'],
  ])('that is answered with %i fails as %s', async (turnCode, code) => {
    await using server = await ScriptedServer.start(
      authenticating('n', (_, reply) => reply('error', error(turnCode), { key: KEY })),
    );
    const isClean = await watchHandles();
    await expect(allocate(server)).rejects.toMatchObject({ code, turnCode, reason: 'scripted' });
    await isClean();
  });

  it('ignores answers whose integrity is wrong or missing until the right one comes', async () => {
    const script = authenticating('n', (_, reply) => {
      reply('success', [], { key: WRONG_KEY });
      reply('error', error(486), { key: WRONG_KEY });
      reply('success', []);
      reply('success', GRANTED, { key: KEY });
    });
    await using server = await ScriptedServer.start(script);
    await using client = await allocate(server);
    expect(client.relayed.port).toBe(50_000);
  });

  it('times out where no answer has the right integrity', async () => {
    await using server = await ScriptedServer.start(
      authenticating('n', (_, reply) => reply('success', GRANTED, { key: WRONG_KEY })),
    );
    const isClean = await watchHandles();
    await expect(allocate(server, 200)).rejects.toMatchObject({ code: 'timeout' });
    await isClean();
  });

  it('is malformed without a relayed address', async () => {
    await using server = await ScriptedServer.start(
      authenticating('n', (_, reply) => reply('success', [MAPPED], { key: KEY })),
    );
    await expect(allocate(server)).rejects.toMatchObject({ code: 'malformed' });
  });

  it('is closed within about a second where the server does not confirm it', async () => {
    await using server = await ScriptedServer.start((request, reply, count) => {
      if (request.method !== METHOD.allocate) return;
      if (count === 1) reply('error', challenge(401, 'n'));
      else reply('success', GRANTED, { key: KEY });
    });
    const client = await allocate(server);
    const isClean = await watchHandles();
    const startedMs = performance.now();
    await client.close();
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    const last = server.requests.at(-1);
    expect(last && readAttribute(last, ATTRIBUTE.lifetime)).toBe(0);
    await isClean();
  });
});

describe('a Binding request to a server that is scripted', () => {
  const uri = (server: ScriptedServer) => `stun:127.0.0.1:${server.port}`;

  it('ignores answers to other transactions and of other classes', async () => {
    const evil = attribute(ATTRIBUTE.xorMappedAddress, { address: '203.0.113.9', port: 9 });
    await using server = await ScriptedServer.start((_, reply) => {
      reply('success', [evil], { transactionId: new Uint8Array(12) });
      reply('indication', [evil]);
      reply('request', [evil]);
      reply('success', [MAPPED]);
    });
    expect((await bind(uri(server))).mapped).toEqual({ address: '192.0.2.1', port: 1 });
  });

  it('reads MAPPED-ADDRESS and OTHER-ADDRESS of a server of RFC 5780', async () => {
    const other = { address: '192.0.2.2', port: 3479 };
    await using server = await ScriptedServer.start((_, reply) =>
      reply('success', [
        attribute(ATTRIBUTE.mappedAddress, { address: '192.0.2.1', port: 7 }),
        attribute(ATTRIBUTE.otherAddress, other),
      ]),
    );
    expect(await bind(uri(server))).toMatchObject({ mapped: { port: 7 }, otherAddress: other });
  });

  it('does not use an answer with an attribute that it would have to understand', async () => {
    const unknown = () => ({ type: 0x7fff, value: new Uint8Array(0) });
    await using server = await ScriptedServer.start((_, reply) => reply('success', [MAPPED, unknown]));
    await expect(bind(uri(server))).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('is malformed where an error response has no error code', async () => {
    await using server = await ScriptedServer.start((_, reply) => reply('error', []));
    await expect(bind(uri(server))).rejects.toMatchObject({ code: 'malformed' });
  });
});
