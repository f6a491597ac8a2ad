import { join } from 'node:path';
import { type ContactAction, ContactList, LIMITS, PATHS, RATE_LIMITS } from '@anypath/protocol';
import { DatabaseSync } from '@photostructure/sqlite';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Person } from '../testing/person.ts';
import { postJson } from '../testing/session.ts';
import { TestServer } from '../testing/test-server.ts';

const MUTUAL = { CONTACTS: 'mutual' };
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { error: string }).error];

describe('contacts on the real server, over HTTP with a cookie', () => {
  it('[S4.4] [CT1] [CT2] [CT3] [CT4] go from strangers to mutual and back, and both sides see it', async () => {
    await using server = await TestServer.start(MUTUAL);
    const people = { alice: await Person.at(server, 'alice'), bob: await Person.at(server, 'bob') };
    const rows: readonly (readonly ['alice' | 'bob', ContactAction, string, string[], string[]])[] = [
      ['alice', 'accept', 'not_asking', [], []],
      ['alice', 'ask', 'asked', ['bob asked'], ['alice asking']],
      ['alice', 'ask', 'asked', ['bob asked'], ['alice asking']],
      ['alice', 'accept', 'not_asking', ['bob asked'], ['alice asking']],
      ['alice', 'remove', 'none', [], []],
      ['alice', 'ask', 'asked', ['bob asked'], ['alice asking']],
      ['bob', 'remove', 'none', ['bob asked'], []],
      ['bob', 'ask', 'mutual', ['bob mutual'], ['alice mutual']],
      ['alice', 'remove', 'none', [], []],
      ['bob', 'ask', 'asked', ['bob asking'], ['alice asked']],
      ['alice', 'accept', 'mutual', ['bob mutual'], ['alice mutual']],
      ['bob', 'block', 'blocked', [], ['alice blocked']],
      ['alice', 'ask', 'asked', ['bob asked'], ['alice blocked']],
      ['bob', 'ask', 'blocked', ['bob asked'], ['alice blocked']],
      ['bob', 'remove', 'none', ['bob asked'], []],
      ['alice', 'block', 'blocked', ['bob blocked'], []],
      ['alice', 'remove', 'none', [], []],
    ];
    for (const [who, action, answer, forAlice, forBob] of rows) {
      expect(await people[who].does(action, who === 'alice' ? 'bob' : 'alice')).toBe(answer);
      expect([await people.alice.list(), await people.bob.list()]).toEqual([forAlice, forBob]);
    }
  });

  it('[CT1] say since when, and are kept by no cache', async () => {
    await using server = await TestServer.start(MUTUAL);
    const alice = await Person.at(server, 'alice');
    const beforeMs = Date.now();
    const asked = await postJson(server, PATHS.contactsAsk, { wallet: 'bob' }, alice.session.headers);
    expect([asked.headers.get('cache-control'), await asked.json()]).toEqual([
      'no-store',
      { wallet: 'bob', state: 'asked' },
    ]);
    const response = await server.fetch(PATHS.contacts, { headers: alice.session.headers });
    expect(response.headers.get('cache-control')).toBe('no-store');
    const [contact] = v.parse(ContactList, await response.json()).contacts;
    expect(contact?.since).toBeGreaterThanOrEqual(beforeMs);
    expect(contact?.since).toBeLessThanOrEqual(Date.now());
  });

  it('[CT6] tell every device of each side what it sees now, and nobody where nothing changed', async () => {
    await using server = await TestServer.start(MUTUAL);
    const alice = await Person.at(server, 'alice', 'a1');
    const others = { a2: await Person.at(server, 'alice', 'a2'), bob: await Person.at(server, 'bob') };
    const carol = await Person.at(server, 'carol');
    const updates = async () => [await alice.updates(), await others.a2.updates(), await others.bob.updates()];
    await alice.does('ask', 'bob');
    expect(await updates()).toEqual([['bob asked'], ['bob asked'], ['alice asking']]);
    await alice.does('ask', 'bob');
    expect(await updates()).toEqual([[], [], []]);
    await others.bob.does('accept', 'alice');
    expect(await updates()).toEqual([['bob mutual'], ['bob mutual'], ['alice mutual']]);
    await alice.does('block', 'bob');
    expect(await updates()).toEqual([['bob blocked'], ['bob blocked'], ['alice none']]);
    await others.bob.does('ask', 'alice');
    expect(await updates()).toEqual([[], [], ['alice asked']]);
    expect(await carol.updates()).toEqual([]);
  });

  it('are seen by another process on the same database, and outlive a restart', async () => {
    await using server = await TestServer.start(MUTUAL);
    const other = await TestServer.start({ ...MUTUAL, DATA_DIR: server.folder });
    const alice = await Person.at(other, 'alice');
    await alice.does('ask', 'bob');
    await alice.does('block', 'mallory');
    const bob = await Person.at(server, 'bob');
    expect(await bob.list()).toEqual(['alice asking']);
    expect(await bob.does('accept', 'alice')).toBe('mutual');
    expect(await alice.list()).toEqual(['bob mutual', 'mallory blocked']);
    await other.running.close();
    const again = await TestServer.start({ ...MUTUAL, DATA_DIR: server.folder });
    expect(await (await Person.at(again, 'alice')).list()).toEqual(['bob mutual', 'mallory blocked']);
    await again.running.close();
  });
});

describe('a wallet that is blocked, on the real server', () => {
  /** Everything that alice is told, by answers and by events, while she does this and bob that. */
  async function toldTo(rows: readonly string[]): Promise<readonly string[]> {
    await using server = await TestServer.start(MUTUAL);
    const [alice, bob] = [await Person.at(server, 'alice'), await Person.at(server, 'bob')];
    alice.told.length = 0;
    for (const row of rows) {
      const [who, action] = row.split(' ') as ['alice' | 'bob', ContactAction];
      if (who === 'bob') await bob.does(action, 'alice');
      else await alice.does(action, 'bob');
      await alice.list();
      await alice.settled();
    }
    return alice.told;
  }

  /** A row for bob that does nothing that alice could see. */
  const SILENCE = 'bob accept';
  const TRIES = ['alice ask', 'alice ask', 'alice accept', 'alice remove', 'alice accept', 'alice ask', 'alice block'];
  const AGAIN = ['alice remove', 'alice ask'];

  it('[S4.4] [CT5] is told the same as one that is not answered', async () => {
    const blocked = await toldTo(['bob block', ...TRIES, 'bob ask', 'bob remove', ...AGAIN]);
    expect(blocked).toEqual(await toldTo([SILENCE, ...TRIES, SILENCE, SILENCE, ...AGAIN]));
    expect(blocked.length).toBeGreaterThan(20);
  });

  it('[S4.4] [CT5] is told the same as one that was removed, where it was a contact', async () => {
    const contacts = ['alice ask', 'bob accept'];
    const blocked = await toldTo([...contacts, 'bob block', ...TRIES, 'bob remove', ...AGAIN]);
    expect(blocked).toEqual(await toldTo([...contacts, 'bob remove', ...TRIES, SILENCE, ...AGAIN]));
    expect(blocked).toContain('contacts:update {"wallet":"bob","state":"none"}');
  });

  it('[S4.4] [CT4] [CT5] is told the same as one whose request was declined, or to whom a request was withdrawn', async () => {
    const asked = await toldTo(['alice ask', 'bob block', ...TRIES]);
    expect(asked).toEqual(await toldTo(['alice ask', 'bob remove', ...TRIES]));
    const asking = await toldTo(['bob ask', 'bob block', ...TRIES]);
    expect(asking).toEqual(await toldTo(['bob ask', 'bob remove', ...TRIES]));
  });
});

describe('the routes of contacts on the real server refuse', () => {
  it.each([
    ['no wallet', {}],
    ['a number', { wallet: 5 }],
    ['a space', { wallet: 'a b' }],
    ['the separator', { wallet: 'a:b' }],
    ['129 characters', { wallet: 'x'.repeat(LIMITS.walletMaxLength + 1) }],
    ['a field too many', { wallet: 'bob', state: 'mutual' }],
    ['a list', ['bob']],
    ['the wallet itself', { wallet: 'alice' }],
  ])('%s', async (_title, body) => {
    await using server = await TestServer.start(MUTUAL);
    const alice = await Person.at(server, 'alice');
    for (const path of [PATHS.contactsAsk, PATHS.contactsAccept, PATHS.contactsRemove, PATHS.contactsBlock]) {
      expect(await codeOf(await postJson(server, path, body, alice.session.headers))).toEqual([400, 'invalid_payload']);
    }
    expect(await alice.list()).toEqual([]);
  });

  it('a body that is no JSON, or too large', async () => {
    await using server = await TestServer.start(MUTUAL);
    const { session } = await Person.at(server, 'alice');
    const send = (body: string, type = 'application/json') =>
      server.fetch(PATHS.contactsAsk, { method: 'POST', body, headers: { ...session.headers, 'content-type': type } });
    expect(await codeOf(await send('{'))).toEqual([400, 'invalid_json']);
    expect(await codeOf(await send('wallet=bob', 'application/x-www-form-urlencoded'))).toEqual([
      415,
      'unsupported_media_type',
    ]);
    expect(await codeOf(await send(' '.repeat(LIMITS.httpBodyMaxBytes + 1)))).toEqual([413, 'payload_too_large']);
  });

  it('[S1.3] nobody, a cookie without its CSRF token, and Bearer where the list does not name them', async () => {
    await using server = await TestServer.start(MUTUAL);
    const { session } = await Person.at(server, 'alice');
    const { cookie } = session;
    const token = await server.signIn('alice');
    const headers = { authorization: `Bearer ${token}` };
    for (const [given, refusal] of [
      [{}, [401, 'unauthenticated']],
      [{ cookie }, [403, 'csrf_failed']],
      [headers, [401, 'unauthenticated']],
    ] as const) {
      expect(await codeOf(await server.fetch(PATHS.contacts, { headers: given }))).toEqual(refusal);
      expect(await codeOf(await postJson(server, PATHS.contactsAsk, { wallet: 'bob' }, given))).toEqual(refusal);
    }
    await using open = await TestServer.start({ ...MUTUAL, BEARER_ROUTE_WHITELIST: '^/api/' });
    const accepted = { authorization: `Bearer ${await open.signIn('alice')}` };
    expect((await postJson(open, PATHS.contactsAsk, { wallet: 'bob' }, accepted)).status).toBe(200);
  });

  it('[CT7] one contact too many, and nothing else then', async () => {
    await using server = await TestServer.start(MUTUAL);
    const db = new DatabaseSync(join(server.folder, 'anypath.db'));
    db.exec(
      `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${LIMITS.contactsMax})
       INSERT INTO contacts (a, b, a_state, b_state, a_since_ms, b_since_ms)
       SELECT 'alice', 'w' || n, 'blocked', 'none', 1, 0 FROM numbers`,
    );
    db.close();
    const alice = await Person.at(server, 'alice');
    expect(await alice.does('ask', 'bob')).toBe('contacts_full');
    expect(await alice.does('block', 'bob')).toBe('contacts_full');
    expect(await alice.does('remove', 'w1')).toBe('none');
    expect(await alice.does('ask', 'bob')).toBe('asked');
    expect(await alice.list()).toHaveLength(LIMITS.contactsMax);
  });

  it('more than the rate limit', async () => {
    await using server = await TestServer.start(MUTUAL);
    const { session } = await Person.at(server, 'alice');
    const ask = () => server.fetch(PATHS.contacts, { headers: session.headers });
    const statuses = await Promise.all(Array.from({ length: RATE_LIMITS.contacts.points }, ask));
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await ask();
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await codeOf(refused)).toEqual([429, 'rate_limited']);
  });
});
