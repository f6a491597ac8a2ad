import { AnypathError, deviceKeyResource, LIMITS, type Nonce } from '@anypath/protocol';

/** What a message says beside what the server asked for. */
export interface MessageFields {
  /** As the wallet gives it. The checksum of EIP-55 is not added: the server takes lower case, and it would cost a hash function. */
  readonly address: string;
  readonly chainId: number;
  /** The page's origin, such as `https://app.example.com`. */
  readonly origin: string;
  /** One line for the person, printable ASCII. */
  readonly statement?: string | undefined;
  /** The public key of this device, base64url: the owner binds it to the account. */
  readonly deviceKey?: string | undefined;
}

/**
 * The message that the wallet shows and signs (EIP-4361, version 1). Its times are the server's, so that the clock of this machine
 * may be wrong.
 *
 * @throws AnypathError `forbidden` where the server does not know this page; `invalid_payload` for a statement that is not one line
 *   of printable ASCII
 */
export function walletMessage(fields: MessageFields, offer: Nonce): string {
  const { address, chainId, origin, statement, deviceKey } = fields;
  const { host, hostname } = new URL(origin);
  if (!offer.domains.includes(host) && !(offer.domains.includes('loopback') && isLoopback(hostname))) {
    throw new AnypathError('forbidden', `the server signs nobody in for pages of ${host}, but of ${offer.domains}`);
  }
  if (statement !== undefined && !/^[\x20-\x7e]+$/.test(statement)) {
    throw new AnypathError('invalid_payload', 'statement: it is one line of printable ASCII');
  }
  return [
    `${host} wants you to sign in with your Ethereum account:`,
    address,
    '',
    ...(statement === undefined ? [] : [statement]),
    '',
    `URI: ${origin}`,
    'Version: 1',
    `Chain ID: ${chainId}`,
    `Nonce: ${offer.nonce}`,
    `Issued At: ${new Date(offer.expiresAt - LIMITS.nonceMs).toISOString()}`,
    `Expiration Time: ${new Date(offer.expiresAt).toISOString()}`,
    ...(deviceKey === undefined ? [] : ['Resources:', `- ${deviceKeyResource(deviceKey)}`]),
  ].join('\n');
}

/** The names that the server means by `loopback`. */
const isLoopback = (hostname: string): boolean => /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

/** The UTF-8 bytes of a text in hexadecimal, as `personal_sign` takes it. */
export const hexOf = (text: string): string =>
  `0x${Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
