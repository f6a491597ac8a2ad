import * as v from 'valibot';
import { type Answer, HttpStandIn, type Received, VendorStandIn } from './http-stand-in.ts';

/** TURN URLs with one credential for all, as Cloudflare lists them. */
export interface CloudflareEntry {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/** What a stand-in for Cloudflare knows. */
export interface CloudflareStandInOptions {
  readonly keyId: string;
  readonly apiToken: string;
  /** The TURN servers that it hands out, for example those of a real coturn. */
  readonly entry: CloudflareEntry;
}

/**
 * A stand-in for Cloudflare Realtime TURN: HTTP is real, and nobody but the test issues the credentials.
 * Its contract: https://developers.cloudflare.com/realtime/turn/generate-credentials/, and 48 hours at most
 * (https://developers.cloudflare.com/realtime/turn/faq/). The bodies of its refusals are not published.
 */
export class CloudflareStandIn extends VendorStandIn {
  readonly #state: State;

  private constructor(http: HttpStandIn, state: State) {
    super(http);
    this.#state = state;
  }

  static async start(options: CloudflareStandInOptions): Promise<CloudflareStandIn> {
    const state: State = { entry: options.entry, shape: 'list' };
    return new CloudflareStandIn(await HttpStandIn.start((request) => answerTo(request, options, state)), state);
  }

  /** Hands these out from now on. */
  handOut(entry: CloudflareEntry): void {
    this.#state.entry = entry;
  }

  /** Answers a list, or the one object of the older `…/credentials/generate`. */
  answerAs(shape: State['shape']): void {
    this.#state.shape = shape;
  }
}

interface State {
  entry: CloudflareEntry;
  shape: 'list' | 'object';
}

const Wish = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ ttl: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(172_800)) }),
);

function answerTo(request: Received, { keyId, apiToken }: CloudflareStandInOptions, { entry, shape }: State): Answer {
  const { method, path, headers, body } = request;
  if (headers.authorization !== `Bearer ${apiToken}`) return refusal(401);
  if (path !== `/v1/turn/keys/${keyId}/credentials/generate-ice-servers`) return refusal(404);
  if (method !== 'POST') return refusal(405);
  if (headers['content-type'] !== 'application/json' || !v.safeParse(Wish, body).success) return refusal(400);
  const stun = ['stun:stun.cloudflare.com:3478', 'stun:stun.cloudflare.com:53'];
  const iceServers = shape === 'list' ? [{ urls: stun }, entry] : { ...entry, urls: [...stun, ...entry.urls] };
  return { status: 201, body: { iceServers } };
}

const refusal = (status: number): Answer => ({ status, body: { errors: [{ message: `HTTP ${status}` }] } });
