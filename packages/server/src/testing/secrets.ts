import { SETTINGS, type Setting } from '../settings.ts';

/** Fields of answers that nobody but their recipient may see. */
const SECRET_FIELDS = new Set(['token', 'csrfToken', 'credential', 'password', 'username', 'nonce']);
/** Shorter ones would be found by chance. */
const MIN_LENGTH = 8;

/** Everything secret that a test server was given or has issued. */
export class Secrets {
  readonly #known = new Map<string, string>();

  /** @param env settings of the server */
  constructor(env: Readonly<Record<string, string>>) {
    const settings: Readonly<Record<string, Setting<unknown>>> = SETTINGS;
    for (const [name, value] of Object.entries(env)) {
      if (settings[name]?.secret) for (const part of value.split(',')) this.#add(part, name);
    }
  }

  /** Remembers what an answer hands out: cookies, and secret fields wherever they stand. */
  async learn(response: Response): Promise<void> {
    for (const cookie of response.headers.getSetCookie()) {
      const [, value = ''] = /^[^=]+=([^;]*)/.exec(cookie) ?? [];
      this.#add(value, 'cookie');
    }
    if (!response.headers.get('content-type')?.includes('json')) return;
    this.#learnFrom(await response.clone().json());
  }

  /** @throws Error where a log holds one of them; it names the kind and not the value */
  refuseIn(log: readonly unknown[]): void {
    const lines = log.map((line) => JSON.stringify(line));
    for (const [value, kind] of this.#known) {
      if (lines.some((line) => line.includes(value))) throw new Error(`the log holds a secret: ${kind}`);
    }
  }

  #learnFrom(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, field] of Object.entries(value)) {
      if (typeof field === 'string' && SECRET_FIELDS.has(name)) this.#add(field, name);
      else this.#learnFrom(field);
    }
  }

  #add(value: string, kind: string): void {
    if (value.length >= MIN_LENGTH) this.#known.set(value, kind);
  }
}
