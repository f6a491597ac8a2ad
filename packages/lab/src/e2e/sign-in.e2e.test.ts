import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, memoryDurable, signInMethods, signInWithWallet, signOut } from '@anypath/client';
import { createLog, readConfig, startServer } from '@anypath/server';
import type { BrowserContext, Page } from 'playwright-core';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { useChromium } from './chromium-hooks.ts';
import { message, profile, say, signIn, WEB } from './demo-page.ts';
import { serve } from './served.ts';

const SESSION = '/api/v1/auth/session';
interface Call {
  readonly method: string;
  readonly params?: readonly unknown[];
}

/**
 * A stand-in for a wallet in the browser. The key and the signatures are real; nobody is asked.
 *
 * @param answer comes before its own answers, where it gives one
 */
function standInWallet(
  answer: (call: Call) => { error?: { code: number; message: string } } | undefined = () => undefined,
) {
  const account = privateKeyToAccount(generatePrivateKey());
  const messages: string[] = [];
  const known: Record<string, (params: readonly unknown[]) => unknown> = {
    // Lower case, as MetaMask gives it.
    eth_requestAccounts: () => [account.address.toLowerCase()],
    eth_chainId: () => '0x1',
    personal_sign: ([hex]) => {
      const message = Buffer.from(String(hex).slice(2), 'hex').toString();
      messages.push(message);
      return account.signMessage({ message });
    },
  };
  const request = async (call: Call) => answer(call) ?? { result: await known[call.method]?.(call.params ?? []) };
  return { address: account.address.toLowerCase(), messages, request };
}

type StandInWallet = ReturnType<typeof standInWallet>;

/** Runs in the page before everything else: announces the wallet of the test process as extensions do (EIP-6963). */
function announce({ name, id, by }: { name: string; id: string; by: 'EIP-6963' | 'window.ethereum' }): void {
  type Ask = (call: unknown) => Promise<{ result?: unknown; error?: { code: number; message: string } }>;
  const provider = {
    request: async (call: unknown) => {
      const { result, error } = (await (window as unknown as Record<string, Ask>)[`ask_${id}`]?.(call)) ?? {};
      if (error) throw Object.assign(new Error(error.message), error);
      return result;
    },
  };
  if (by === 'window.ethereum') {
    Object.assign(window, { ethereum: provider });
    return;
  }
  const info = {
    uuid: id,
    rdns: `test.${id}`,
    name,
    icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>',
  };
  const tell = () => {
    window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
  };
  window.addEventListener('eip6963:requestProvider', tell);
  tell();
}

/** Puts a stand-in wallet into every page of a browser profile. */
async function install(
  context: BrowserContext,
  wallet: StandInWallet,
  id = 'standin',
  by: 'EIP-6963' | 'window.ethereum' = 'EIP-6963',
) {
  await context.exposeFunction(`ask_${id}`, wallet.request);
  await context.addInitScript(announce, { name: `Stand-in ${id}`, id, by });
}

const isOnline = (page: Page) => page.waitForSelector('[data-test=app][data-online=true]');

interface Pinned {
  readonly proven: boolean;
  readonly keys: readonly { readonly verified: string }[];
}

/** Runs in the page: reads what the SDK keeps under a name. */
function stored(key: string): Promise<Pinned | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('anypath');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const reading = opening.result.transaction('values').objectStore('values').get(key);
      reading.onerror = () => reject(reading.error);
      reading.onsuccess = () => {
        opening.result.close();
        resolve(reading.result as Pinned | undefined);
      };
    };
  });
}

/** The browser's cookie that carries the session, and a header that copies it. */
async function sessionCookie(context: BrowserContext) {
  const cookies = await context.cookies();
  const cookie = cookies.find(({ httpOnly }) => httpOnly);
  if (!cookie) throw new Error('there is no session cookie');
  return { cookie, header: `${cookie.name}=${cookie.value}` };
}

describe('the sign-in of the demo page in real Chromium, with a stand-in wallet, at the real server', () => {
  const browser = useChromium();

  async function byWallet(context: BrowserContext, url: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(url);
    await page.click('[data-test=wallet-sign-in]');
    await isOnline(page);
    return page;
  }

  /** Alice with a wallet and Bob with a name, each in a browser of their own; Bob sees her. */
  async function walletAndName() {
    const server = await serve({ COTURN: 'off' }, WEB);
    const one = await profile(browser());
    const other = await profile(browser());
    const wallet = standInWallet();
    await install(one.context, wallet);
    const alice = await byWallet(one.context, server.url);
    const bob = await signIn(other.context, server.url, 'bob');
    const faults = () => [...one.faults, ...other.faults];
    const end = async () => {
      for (const each of [other, one, server]) await each[Symbol.asyncDispose]();
    };
    return { server, wallet, alice, bob, faults, [Symbol.asyncDispose]: end };
  }

  it('lets somebody with a wallet and somebody with a name talk, and takes the wallet’s session up after a reload', async () => {
    await using people = await walletAndName();
    const { server, wallet, alice, bob } = people;
    expect(wallet.messages).toHaveLength(1);
    expect(wallet.messages[0]).toContain(`${new URL(server.url).host} wants you to sign in`);
    await alice.click('[data-test=person][data-wallet=bob][data-online=true]');
    await say(alice, 'hello bob');
    await bob.click(`[data-test=person][data-wallet="${wallet.address}"][data-online=true]`);
    await message(bob, 'hello bob', '[data-mine=false]');
    await message(alice, 'hello bob', '[data-state=delivered]');
    await alice.waitForSelector('[data-test=conversation][data-path=direct]');
    await alice.reload();
    await isOnline(alice);
    expect(wallet.messages).toHaveLength(1);
    await say(bob, 'welcome back');
    await message(alice, 'welcome back', '[data-mine=false]');
    expect(people.faults()).toEqual([]);
  });

  it('binds the key of the device to the wallet: others hold it for proven, and are told of nothing', async () => {
    await using people = await walletAndName();
    const { server, wallet, alice, bob } = people;
    expect(wallet.messages[0]).toMatch(/\nResources:\n- anypath:device-key:[\w-]{43}$/);
    await bob.click(`[data-test=person][data-wallet="${wallet.address}"][data-online=true]`);
    await say(bob, 'hello');
    await message(bob, 'hello', '[data-state=delivered]');
    const pinned = () => bob.evaluate(stored, `pins:bob:${wallet.address}`);
    expect(await pinned()).toMatchObject({ proven: true, keys: [{ verified: 'wallet' }] });
    // The same browser signs in anew: the same key, under a new signature.
    await alice.click('[data-test=sign-out]');
    await alice.click('[data-test=wallet-sign-in]');
    await isOnline(alice);
    // Another device of the wallet.
    await using third = await profile(browser());
    await install(third.context, wallet);
    const tablet = await byWallet(third.context, server.url);
    await bob.waitForSelector(`[data-test=person][data-wallet="${wallet.address}"][data-online=true]`);
    await say(bob, 'hello again');
    await message(bob, 'hello again', '[data-state=delivered]');
    await expect.poll(async () => (await pinned())?.keys).toHaveLength(2);
    expect((await pinned())?.keys.map(({ verified }) => verified)).toEqual(['wallet', 'wallet']);
    await bob.waitForSelector('[data-test=key-notice][data-kinds=""]', { state: 'attached' });
    expect(new Set([...wallet.messages].map((text) => text.split('device-key:')[1])).size).toBe(2);
    await tablet.close();
  });

  it('keeps the session where scripts cannot read it, and ends it at the server, in every tab, at the sign-out', async () => {
    await using server = await serve({ COTURN: 'off' }, WEB);
    await using one = await profile(browser());
    await install(one.context, standInWallet());
    const page = await byWallet(one.context, server.url);
    const { cookie, header } = await sessionCookie(one.context);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    expect(await page.evaluate(() => document.cookie)).not.toContain(cookie.name);
    const second = await one.context.newPage();
    await second.goto(server.url);
    await isOnline(second);
    expect((await fetch(server.url + SESSION, { headers: { cookie: header } })).status).toBe(200);
    await page.click('[data-test=sign-out]');
    await page.waitForSelector('[data-test=wallet-sign-in]');
    await second.waitForSelector('[data-test=wallet-sign-in]');
    const copied = await fetch(server.url + SESSION, { headers: { cookie: header } });
    expect(await copied.json()).toMatchObject({ error: 'session_ended' });
    await page.reload();
    await page.waitForSelector('[data-test=wallet-sign-in]');
  });

  it('finds the server again by the cookie after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-sign-in-'));
    const startOn = (port: number) => {
      const config = readConfig({ PORT: String(port), COTURN: 'off', LOG_LEVEL: 'error', DATA_DIR: folder });
      return startServer(config, { log: createLog(config), version: '0.0.0-e2e', say: () => undefined, webDir: WEB });
    };
    await using one = await profile(browser());
    await install(one.context, standInWallet());
    const first = await startOn(0);
    const page = await byWallet(one.context, `http://localhost:${first.port}`);
    const asked: string[] = [];
    page.on('response', (response) => asked.push(`${response.status()} ${new URL(response.url()).pathname}`));
    await first.close();
    await page.waitForSelector('[data-test=app][data-online=false]');
    const second = await startOn(first.port);
    await isOnline(page);
    expect(asked).toContain(`200 ${SESSION}`);
    await page.close();
    await second.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('signs a token out at the server, too', async () => {
    await using server = await serve({ COTURN: 'off' }, WEB);
    await using one = await profile(browser());
    const page = await signIn(one.context, server.url, 'alice');
    const asked = page.waitForResponse((response) => response.url().endsWith('/auth/logout'));
    await page.click('[data-test=sign-out]');
    expect((await asked).status()).toBe(204);
    await page.waitForSelector('[data-test=name]');
  });

  it('stays signed in by the cookie and says so where the server does not hear the sign-out', async () => {
    await using server = await serve({ COTURN: 'off' }, WEB);
    await using one = await profile(browser());
    await install(one.context, standInWallet());
    const page = await byWallet(one.context, server.url);
    await page.route('**/api/v1/auth/**', (route) => route.abort());
    await page.click('[data-test=sign-out]');
    await page.locator('[data-test=banner]', { hasText: 'still signed in' }).waitFor();
    await page.unroute('**/api/v1/auth/**');
    await page.click('[data-test=sign-out]');
    await page.waitForSelector('[data-test=wallet-sign-in]');
  });

  it('offers several wallets by name, and says what to do where the owner declines', async () => {
    await using server = await serve({ COTURN: 'off' }, WEB);
    await using one = await profile(browser());
    const declining = standInWallet(({ method }) =>
      method === 'personal_sign' ? { error: { code: 4001, message: 'User rejected the request.' } } : undefined,
    );
    const signing = standInWallet();
    await install(one.context, declining, 'first');
    await install(one.context, signing, 'second');
    const page = await one.context.newPage();
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Stand-in first' }).click();
    await page.getByRole('alert').filter({ hasText: 'You declined' }).waitFor();
    await page.getByRole('button', { name: 'Stand-in second' }).click();
    await isOnline(page);
    expect(signing.messages).toHaveLength(1);
  });

  it('finds a wallet that only leaves itself in window.ethereum, and says how to get one where there is none', async () => {
    await using server = await serve({ COTURN: 'off' }, WEB);
    await using one = await profile(browser());
    const page = await one.context.newPage();
    await page.goto(server.url);
    await page.waitForSelector('[data-test=no-wallet]');
    expect(await page.locator('[data-test=wallet-sign-in]').getAttribute('aria-disabled')).toBe('true');
    await install(one.context, standInWallet(), 'older', 'window.ethereum');
    await byWallet(one.context, server.url);
  });

  it('shows only what the server offers', async () => {
    await using one = await profile(browser());
    const page = await one.context.newPage();
    const settings = { COTURN: 'off', DEV_SIGN_IN: 'off', WALLET_SIGN_IN: 'false', JWT_SECRET: 'x'.repeat(32) };
    await using none = await serve(settings, WEB);
    await page.goto(none.url);
    await page.waitForSelector('[data-test=no-way-in]');
    await using walletOnly = await serve({ ...settings, WALLET_SIGN_IN: 'auto' }, WEB);
    await page.goto(walletOnly.url);
    await page.waitForSelector('[data-test=wallet-sign-in]');
    expect(await page.locator('[data-test=name]').count()).toBe(0);
    await using noTokens = await serve({ COTURN: 'off', ALLOW_BEARER_AUTH: 'false' }, WEB);
    await signIn(one.context, noTokens.url, 'alice');
    expect((await sessionCookie(one.context)).cookie.httpOnly).toBe(true);
  });
});

describe('the SDK without a browser, at the real server', () => {
  it('signs in with a wallet for a token, connects with it, and is ended by the sign-out', async () => {
    await using server = await serve({ COTURN: 'off' });
    const { url } = server;
    expect(await signInMethods({ url })).toEqual({ development: true, wallet: true, bearer: true });
    const wallet = standInWallet();
    const provider = { request: async (call: Call) => ((await wallet.request(call)) as { result?: unknown }).result };
    const durable = memoryDurable();
    const { token = '' } = await signInWithWallet({ url, provider, as: 'bearer', statement: 'Hello.', durable });
    const client = await connect({ url, token, durable });
    expect(client.wallet).toBe(wallet.address);
    const [device] = await client.devices.list();
    expect(device).toMatchObject({ keyId: client.keyId, proof: { message: wallet.messages[0] } });
    const ended = new Promise((resolve) => client.on('ended', ({ code }) => resolve(code)));
    await signOut({ url, token });
    expect(await ended).toBe('session_ended');
    await expect(connect({ url, token })).rejects.toMatchObject({ code: 'session_ended' });
    await expect(connect({ url })).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('waits where it connects too often, and says so when its time is over', async () => {
    await using server = await serve({ COTURN: 'off' });
    const { url } = server;
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ wallet: 'alice' });
    const answer = await fetch(`${url}/api/v1/auth/dev`, { method: 'POST', headers, body });
    const { token } = (await answer.json()) as { token: string };
    // One device, or there would be too many of them first.
    const durable = memoryDurable();
    const options = { url, token, durable, rtc: false };
    for (let connections = 0; connections < 120; connections++) (await connect(options)).close();
    const startedMs = performance.now();
    await expect(connect({ ...options, timeoutMs: 700 })).rejects.toMatchObject({ code: 'rate_limited' });
    expect(performance.now() - startedMs).toBeGreaterThan(650);
  });
});
