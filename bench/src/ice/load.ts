import autocannon from 'autocannon';
import { stayAwake } from '../awake.ts';

/** The clients of a measurement: one token for each connection. */
export interface Load {
  readonly url: string;
  readonly tokens: readonly string[];
}

/** For how long, or how many. */
export type Extent = { readonly seconds: number } | { readonly requests: number };

/** What a load showed. */
export interface Loaded {
  /** Requests a second. */
  readonly rate: number;
  /** How many there were. */
  readonly requests: number;
}

/**
 * Sends requests as fast as they are answered, over one connection for each token. It stays awake while it waits.
 *
 * @throws Error where an answer was not 200
 */
export async function load({ url, tokens }: Load, extent: Extent): Promise<Loaded> {
  let next = 0;
  using _awake = stayAwake();
  const result = await autocannon({
    url: `${url}/api/v1/rtc/ice`,
    connections: tokens.length,
    ...('seconds' in extent ? { duration: extent.seconds } : { amount: extent.requests }),
    setupClient: (client) => {
      client.setHeaders({ authorization: `Bearer ${tokens[next++ % tokens.length]}` });
    },
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers were no success, ${result.errors} requests failed`);
  }
  return { rate: result['2xx'] / result.duration, requests: result['2xx'] };
}
