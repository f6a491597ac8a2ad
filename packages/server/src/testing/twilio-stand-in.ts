import type { TurnServer } from '../ice/provider.ts';
import { type Answer, HttpStandIn, type Received, VendorStandIn } from './http-stand-in.ts';

/** What a stand-in for Twilio knows. */
export interface TwilioStandInOptions {
  readonly accountSid: string;
  /** Every user name and password that it takes: API key and secret, account and auth token. */
  readonly logins: readonly (readonly [user: string, password: string])[];
  /** The TURN servers that it hands out, for example those of a real coturn. */
  readonly servers: readonly TurnServer[];
}

/**
 * A stand-in for Twilio Network Traversal: HTTP is real, and nobody but the test issues the credentials.
 * Its contract: https://www.twilio.com/docs/stun-turn/api and https://www.twilio.com/docs/api/errors/20003.
 */
export class TwilioStandIn extends VendorStandIn {
  readonly #state: State;

  private constructor(http: HttpStandIn, state: State) {
    super(http);
    this.#state = state;
  }

  static async start(options: TwilioStandInOptions): Promise<TwilioStandIn> {
    const state: State = { servers: options.servers, ageSeconds: 0 };
    return new TwilioStandIn(await HttpStandIn.start((request) => answerTo(request, options, state)), state);
  }

  /** Hands these out from now on. */
  handOut(servers: readonly TurnServer[]): void {
    this.#state.servers = servers;
  }

  /** Tokens seem to have been made so long ago, as those that a gateway has kept. */
  age(seconds: number): void {
    this.#state.ageSeconds = seconds;
  }
}

interface State {
  servers: readonly TurnServer[];
  ageSeconds: number;
}

function answerTo(request: Received, { accountSid, logins }: TwilioStandInOptions, state: State): Answer {
  const { method, path, headers, body } = request;
  const isLogin = logins.some((login) => headers.authorization === `Basic ${btoa(login.join(':'))}`);
  if (!isLogin) return refusal(401, 20_003, 'Authenticate');
  if (path !== `/2010-04-01/Accounts/${accountSid}/Tokens.json`) {
    return refusal(404, 20_404, 'The requested resource was not found');
  }
  if (method !== 'POST') return refusal(405, 20_004, 'Method not allowed');
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  const ttl = (isForm && new URLSearchParams(body).get('Ttl')) || '86400';
  if (!/^\d{1,5}$/.test(ttl) || Number(ttl) < 1 || Number(ttl) > 86_400) return refusal(400, 20_001, 'Invalid Ttl');
  return { status: 201, body: token(accountSid, ttl, state) };
}

const refusal = (status: number, code: number, message: string): Answer => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});

function token(accountSid: string, ttl: string, { servers, ageSeconds }: State): unknown {
  // RFC 2822 names the zone by its offset.
  const date = new Date(Date.now() - ageSeconds * 1000).toUTCString().replace('GMT', '+0000');
  const stun = 'stun:global.stun.twilio.com:3478';
  return {
    account_sid: accountSid,
    date_created: date,
    date_updated: date,
    ice_servers: [{ url: stun, urls: stun }, ...servers.map((server) => ({ ...server, urls: server.url }))],
    password: servers[0]?.credential,
    ttl,
    username: servers[0]?.username,
  };
}
