/** Lines of the template that protect somebody. */
const PROTECTION =
  /^(denied-peer-ip|user-quota|total-quota|max-bps|bps-capacity|no-|use-auth-secret|static-auth-secret|stale-nonce|response-origin).*$/gm;

/**
 * A configuration in which every mistake is made that is seen in deployments: anybody may relay, to everywhere, over TCP too,
 * as much as they like, unasked, in old encryption, with coturn's console on the public address.
 *
 * @param configuration as the template has it
 * @param address the public one
 */
export function laxConfiguration(configuration: string, address: string): string {
  const mistakes = [
    'no-auth',
    'allow-loopback-peers',
    'server-relay',
    'cipher-list=DEFAULT@SECLEVEL=0',
    `cli-ip=${address}`,
    'cli-password=lax',
  ];
  return `${configuration.replace(PROTECTION, '')}\n${mistakes.join('\n')}\n`;
}
