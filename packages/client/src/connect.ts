import { AnypathError, type SessionStart } from '@anypath/protocol';
import { Client, type RtcOption } from './client.ts';
import { Connection } from './connection.ts';
import { bearer, cookie, type TokenSource } from './credentials.ts';
import { claimDevice } from './device.ts';
import { deviceNameOf } from './device-name.ts';
import { browserDurable } from './durable/browser-durable.ts';
import { type DurableStore, explained, memoryDurable } from './durable/durable-store.ts';
import { loadHandshake } from './e2ee/handshake-later.ts';
import { serverUrl } from './http.ts';
import { Network } from './network/network.ts';
import type { NetworkPreset } from './network/preset.ts';
import { loadRtc } from './rtc/negotiator-later.ts';
import { defaultStore, type KeyValueStore, lenient } from './storage.ts';

/** How to connect. */
export interface ConnectOptions {
  /** The server, such as `https://rtc.example.com`; the page's own origin where it is left out. */
  url?: string;
  /**
   * The token of the sign-in, or a function that gets one; called again at each reconnection. Where it is left out, the session
   * cookie of the browser counts, as `signInWithWallet` or your own backend sets it.
   */
  token?: TokenSource;
  /** WebRTC: `false` to stay on the relay, or settings for every connection, such as `iceTransportPolicy`. */
  rtc?: RtcOption;
  /**
   * The class of network that this device is in. `auto`, which is the default, goes by what attempts to connect show; name one where
   * you know better. It decides how often a silent path is asked and which TURN addresses come first; `rtc` has the last word.
   */
  network?: NetworkPreset | 'auto';
  /** Where a few small values survive a reload; `sessionStorage` where it is left out. */
  storage?: KeyValueStore;
  /**
   * Where the device's key, and messages that were not delivered or not handed over, survive a reload and a crash; IndexedDB where
   * it is left out, the memory of the process where there is none.
   */
  durable?: DurableStore;
  /** What this device is called in the list of its owner's devices, such as `Firefox on Linux`, which is the default. */
  deviceName?: string;
  /** How long to wait for the server before `connect` gives up, milliseconds; 10 000 where it is left out. */
  timeoutMs?: number;
}

/**
 * Connects to an anypath server. Add listeners right after it resolves, before anything else is awaited: what arrives
 * earlier is kept for them. What may pass by itself, such as a network that fails, is tried again until the time is over.
 *
 * @param options where to, and as whom
 * @returns the client, once the server has accepted it
 * @throws AnypathError `unauthenticated` where the token is refused or there is no session, `session_ended` where it is over;
 *   `unreachable` where no server answers in time; `rate_limited` or `shutting_down` where it refuses all that time
 */
export async function connect(options: ConnectOptions = {}): Promise<Client> {
  const url = serverUrl(options.url);
  const storage = lenient(options.storage ?? defaultStore());
  const credentials = options.token === undefined ? cookie(url) : bearer(options.token);
  const rtc = typeof RTCPeerConnection === 'function' && (options.rtc ?? true);
  // Comes while the connection is made. What cannot be loaded now is tried again when it is needed.
  if (rtc !== false) loadRtc().catch(() => undefined);
  void loadHandshake();
  // Before the connection: nothing that it says may come while this is waited for.
  const own = options.durable ? undefined : await browserDurable();
  const durable = explained(options.durable ?? own ?? memoryDurable());
  const { deviceId, release } = await claimDevice(storage);
  const connection = new Connection(url, { deviceId, rtc: rtc !== false }, credentials);
  const network = new Network(options.network ?? 'auto');
  try {
    const { deviceName = deviceNameOf() } = options;
    const given = { url, credentials, connection, network, storage, durable, deviceName, deviceId, release, rtc };
    const parts = { ...given, company: own?.company };
    const client = await accepted(connection, options.timeoutMs ?? 10_000, (start) => new Client({ ...parts, start }));
    await client.ready.catch((error: unknown) => {
      client.close();
      throw error;
    });
    return client;
  } catch (error) {
    connection.close();
    release();
    throw error;
  }
}

/**
 * Waits for the server's word.
 *
 * @param make called within the event, so that no event after it is missed
 */
function accepted(connection: Connection, timeoutMs: number, make: (start: SessionStart) => Client): Promise<Client> {
  return new Promise((resolve, reject) => {
    let last: AnypathError | undefined;
    const settle = () => {
      clearTimeout(timer);
      stop();
      unhear();
    };
    const onStart = (start: SessionStart) => {
      settle();
      resolve(make(start));
    };
    const stop = connection.on('failed', (error, isFinal) => {
      last = error;
      if (!isFinal) return;
      settle();
      reject(error);
    });
    const timer = setTimeout(() => {
      settle();
      reject(last ?? new AnypathError('unreachable'));
    }, timeoutMs);
    const unhear = connection.socket.on('session:start', onStart);
  });
}
