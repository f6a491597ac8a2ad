import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { parseIceUri } from '@anypath/stun';

/** The certificate of an address: when it ends, Unix time in milliseconds, or `undefined` where it could not be read. */
export interface Certificate {
  readonly url: string;
  readonly expiresAtMs: number | undefined;
}

/** Certificates end after weeks and months; a renewed one is seen within this time. */
const READ_EVERY_MS = 600_000;
/** How often it is looked whether there is anything to read: an address that is new, or did not answer the last time. */
const LOOK_EVERY_MS = 60_000;
const WITHIN_MS = 5_000;

interface Entry extends Certificate {
  readonly readAtMs: number;
}

/** Knows when the certificates end that clients depend on: those of the `turns:` addresses and of the server's own page. */
export class Certificates {
  readonly #urls: () => Promise<readonly string[]>;
  readonly #read: (url: string) => Promise<number | undefined>;
  #entries: ReadonlyMap<string, Entry> = new Map();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param urls what is handed out and served now; only what speaks TLS is looked at
   * @param read reads when the certificate of one ends
   */
  constructor(urls: () => Promise<readonly string[]>, read: (url: string) => Promise<number | undefined> = expiryOf) {
    this.#urls = urls;
    this.#read = read;
  }

  start(): void {
    void this.look();
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get list(): readonly Certificate[] {
    return [...this.#entries.values()];
  }

  /** Reads what is new, what did not answer, and what was read long ago; forgets what is no longer there. */
  async look(): Promise<void> {
    const urls = [...new Set((await this.#urls()).filter(isSecure))];
    const entries = await Promise.all(urls.map((url) => this.#current(url)));
    this.#entries = new Map(entries.map((entry) => [entry.url, entry]));
  }

  async #current(url: string): Promise<Entry> {
    const known = this.#entries.get(url);
    const nowMs = performance.now();
    if (known?.expiresAtMs !== undefined && nowMs - known.readAtMs < READ_EVERY_MS) return known;
    return { url, expiresAtMs: await this.#read(url), readAtMs: nowMs };
  }
}

const isSecure = (url: string): boolean => /^(https|turns|stuns):/.test(url);

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Where an address listens. @throws StunError for one that is none */
function placeOf(url: string): Place {
  if (!url.startsWith('https:')) return parseIceUri(url);
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) };
}

/**
 * Reads when the certificate of an address ends.
 *
 * @param url https, turns or stuns
 * @returns Unix time in milliseconds; `undefined` where there is no answer within five seconds, or none by TLS. Never rejects.
 */
export async function expiryOf(url: string): Promise<number | undefined> {
  try {
    return await read(placeOf(url));
  } catch {
    return undefined;
  }
}

function read({ host, port }: Place): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    // One that is over, or for another name, is to be read as well. Nothing is said on this connection, and nothing heard is believed.
    const socket = connect({ host, port, ...(isIP(host) ? {} : { servername: host }), rejectUnauthorized: false });
    const done = (expiresAtMs?: number) => {
      socket.destroy();
      resolve(expiresAtMs);
    };
    socket.setTimeout(WITHIN_MS, () => done());
    socket.on('error', reject);
    socket.once('secureConnect', () => {
      const endsAt = Date.parse(socket.getPeerCertificate().valid_to);
      done(Number.isNaN(endsAt) ? undefined : endsAt);
    });
  });
}
