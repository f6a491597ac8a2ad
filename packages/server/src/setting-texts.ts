import type { ProviderName } from '@anypath/protocol';
import { compile } from '@fastify/proxy-addr';
import { RE2JS } from 're2js';
import type { RawTransformContext } from 'valibot';

/** Compiles a regular expression whose time grows with the length of the text alone, whoever wrote it. */
export function compiled({ dataset, addIssue, NEVER }: RawTransformContext<string>): RE2JS {
  try {
    return RE2JS.compile(dataset.value);
  } catch {
    addIssue();
    return NEVER;
  }
}

/** Whether each entry is an address, a network or one of the names of `@fastify/proxy-addr`. */
export function isProxyList(entries: string[]): boolean {
  try {
    compile(entries);
    return true;
  } catch {
    return false;
  }
}

/**
 * What `COTURN_URL` stands for (SPEC S2.4).
 *
 * @param text a host name or an address, or TURN URIs separated by commas
 * @returns TURN URIs; those of SPEC S3.1 where a host was given
 */
export function turnUrisOf(text: string): string[] {
  if (text === '') return [];
  if (/^turns?:/.test(text)) return text.split(',').map((uri) => uri.trim());
  const host = text.includes(':') && !text.startsWith('[') ? `[${text}]` : text;
  return [
    `turn:${host}:3478?transport=udp`,
    `turn:${host}:3478?transport=tcp`,
    `turns:${host}:443?transport=tcp`,
    `turns:${host}:5349?transport=tcp`,
    `turn:${host}:80?transport=tcp`,
  ];
}

/** A wallet as sessions name it: an Ethereum address in lower case, whatever case a checksum (ERC-55) has given it. */
export const canonicalWallet = (wallet: string): string =>
  /^0x[0-9a-f]{40}$/i.test(wallet) ? wallet.toLowerCase() : wallet;

/** What a gigabyte costs, by provider. */
export type Prices = Readonly<Partial<Record<ProviderName, number>>>;

/** @param entries such as `twilio=0.40`, checked before */
export const pricesOf = (entries: string[]): Prices =>
  Object.fromEntries(entries.map((entry) => entry.split('=')).map(([name = '', price]) => [name, Number(price)]));
