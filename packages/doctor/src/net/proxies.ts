import { getProxyForUrl } from 'proxy-from-env';

/** The proxy that HTTPS_PROXY, ALL_PROXY and NO_PROXY name for a URL, where it is one of HTTP. */
export function proxyFromEnvironment(url: string): string | undefined {
  const named = getProxyForUrl(url);
  return URL.canParse(named) && /^https?:$/.test(new URL(named).protocol) ? named : undefined;
}

/** A proxy's address without its name and password. */
export const withoutPassword = (proxy: string): string => {
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
};
