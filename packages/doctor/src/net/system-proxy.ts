import { execFile } from 'node:child_process';

/** The proxy that a system is set to use for https, and for which hosts it is not. */
export interface SystemProxy {
  readonly url: string;
  /** Host names with `*` for anything; `<local>` for names without a dot. */
  readonly except: readonly string[];
}

/** What the system is asked with, and how its answer is read. */
interface Question {
  readonly command: string;
  readonly args: readonly string[];
  read(text: string): SystemProxy | undefined;
}

const ANSWER_MS = 1_000;
const WINDOWS_SETTINGS = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings';

const QUESTIONS: Readonly<Partial<Record<NodeJS.Platform, Question>>> = {
  win32: { command: 'reg.exe', args: ['query', WINDOWS_SETTINGS], read: readWindows },
  darwin: { command: '/usr/sbin/scutil', args: ['--proxy'], read: readMac },
};

/**
 * The proxy of the settings of Windows or macOS, without a shell. Other systems name theirs in the environment; scripts that
 * choose a proxy (PAC) are not run.
 *
 * @returns undefined where there is none, or the system does not say within a second
 */
export function systemProxy(platform: NodeJS.Platform = process.platform): Promise<SystemProxy | undefined> {
  const question = QUESTIONS[platform];
  if (!question) return Promise.resolve(undefined);
  const { command, args, read } = question;
  return new Promise((resolve) => {
    execFile(command, [...args], { timeout: ANSWER_MS, windowsHide: true }, (error, text) =>
      resolve(error ? undefined : read(text)),
    );
  });
}

/** Reads `reg query`: lines of name, type and value. */
export function readWindows(text: string): SystemProxy | undefined {
  const value = (name: string) => new RegExp(`^\\s*${name}\\s+REG_\\w+\\s+(.*?)\\s*$`, 'm').exec(text)?.[1];
  if (Number(value('ProxyEnable')) !== 1) return undefined;
  const servers = (value('ProxyServer') ?? '').split(';').map((each) => each.split('=') as [string, string?]);
  // One for everything, or one for each scheme.
  const named =
    servers.find(([scheme]) => scheme === 'https')?.[1] ?? servers.find(([, server]) => server === undefined)?.[0];
  return proxyOf(named, (value('ProxyOverride') ?? '').split(';'));
}

/** Reads `scutil --proxy`: lines of name and value, and a list of exceptions. */
export function readMac(text: string): SystemProxy | undefined {
  const value = (name: string) => new RegExp(`^\\s*${name} : (.*?)\\s*$`, 'm').exec(text)?.[1];
  if (value('HTTPSEnable') !== '1') return undefined;
  const exceptions = /ExceptionsList : <array> \{([^}]*)\}/.exec(text)?.[1] ?? '';
  const except = [...exceptions.matchAll(/^\s*\d+ : (.*?)\s*$/gm)].map(([, host = '']) => host);
  return proxyOf(`${value('HTTPSProxy')}:${value('HTTPSPort') ?? 80}`, except);
}

function proxyOf(named: string | undefined, except: readonly string[]): SystemProxy | undefined {
  if (named === undefined || named === '') return undefined;
  const url = named.includes('://') ? named : `http://${named}`;
  if (!URL.canParse(url)) return undefined;
  return { url, except: except.map((each) => each.trim()).filter(Boolean) };
}

/** Whether the proxy is to be used for a URL. */
export function isFor({ except }: SystemProxy, url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return !except.some((pattern) => (pattern === '<local>' ? !host.includes('.') : matches(pattern, host)));
}

function matches(pattern: string, host: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(host);
}
