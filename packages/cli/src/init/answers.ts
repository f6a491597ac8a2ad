import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { isWallet } from '@anypath/protocol';

/** Keys of Twilio's, for TURN where the machine's own coturn fails. */
export interface TwilioKeys {
  readonly accountSid: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** What a deployment is made from. */
export interface Answers {
  /** Name under which people find the server. */
  readonly domain: string;
  /** Name of TURN, on the same machine. The front tells the two apart by name, so they differ. */
  readonly turnDomain: string;
  /** Whom the authority of certificates writes to; nobody where it is empty. */
  readonly email: string;
  /** Who may see the operations page. */
  readonly adminWallets: readonly string[];
  readonly twilio?: TwilioKeys;
}

/** One question each. */
export type Question = 'domain' | 'turnDomain' | 'email' | 'adminWallets' | 'accountSid' | 'apiKey' | 'apiSecret';

/** How a name is written in DNS (RFC 1123 section 2.1), with at least one dot. */
const HOST_NAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * A name as DNS has it: in lower case, with what is not ASCII encoded.
 *
 * @returns the name as it was given where it is none
 */
export const asHostName = (text: string): string => domainToASCII(text.trim()) || text.trim();

/** Wallets that were written with commas or spaces between them. */
export const walletsOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

const isHostName = (text: string): boolean => isIP(text) === 0 && HOST_NAME.test(asHostName(text));

/** Whether a text answers a question. What depends on two answers is not looked at. */
const IS_ANSWER: Readonly<Record<Question, (text: string) => boolean>> = {
  domain: isHostName,
  turnDomain: isHostName,
  email: (text) => text === '' || /^[^\s@'"]+@[^\s@'"]+\.[^\s@'"]+$/.test(text),
  adminWallets: (text) => walletsOf(text).every(isWallet),
  accountSid: (text) => text === '' || /^AC[0-9a-fA-F]{32}$/.test(text),
  apiKey: (text) => /^SK[0-9a-fA-F]{32}$/.test(text),
  apiSecret: (text) => /^[\w-]{16,}$/.test(text),
};

/**
 * Whether a text may stand for an answer.
 *
 * @param domain the name of the server, from which that of TURN must differ
 */
export const isAnswer = (question: Question, text: string, domain?: string): boolean =>
  IS_ANSWER[question](text) && !(question === 'turnDomain' && domain !== undefined && asHostName(text) === domain);

/** The name of TURN where nobody says another. */
export const turnDomainFor = (domain: string): string => `turn.${domain}`;
