import type { AttackWords } from './words.ts';

/** English. */
export const en: AttackWords = {
  attacks: {
    credentials: 'bad credentials',
    permission: 'permission for',
    channel: 'channel to',
    tcp_relay: 'TCP connection to',
    machine: 'behind the relay',
    unpermitted: 'without a permission',
    console: 'from outside',
    tls: 'old encryption',
    amplification: 'amplification',
    quota: 'more than a share',
  },
  outcomes: { refused: 'refused', through: 'GOT THROUGH', unknown: 'unknown' },
  todo: {
    credentials: 'Anybody can relay. Take no-auth out of the configuration, and set use-auth-secret or lt-cred-mech.',
    permission: 'Deny these addresses with denied-peer-ip; the file of “anypath turn config” has them all.',
    channel: 'Deny these addresses with denied-peer-ip; the file of “anypath turn config” has them all.',
    tcp_relay: 'Set no-tcp-relay: browsers never use it.',
    machine:
      'Services of the machine answer to the relay, behind the firewall. Set no-tcp-relay, and close UDP services to the address of the machine.',
    unpermitted: 'Take server-relay out of the configuration.',
    console: 'Set no-cli, bind the metrics to an inner address, and close both ports in the firewall.',
    tls: 'Set no-tlsv1 and no-tlsv1_1.',
    amplification: 'Set no-rfc5780, no-stun-backward-compatibility and no-software-attribute, and a short realm.',
    quota: 'Set user-quota and total-quota, or raise --allocations to what you allow.',
  },
  headings: { todo: 'What to do', all: 'What was tried' },
  summary: (tried, through, unknown) => {
    const doubt = unknown > 0 ? ` Nothing is known of ${unknown}: no answer came.` : '';
    if (through > 0) return `${through} of ${tried} attacks got through.${doubt}`;
    return unknown > 0
      ? `No attack of ${tried} is known to get through.${doubt}`
      : `All ${tried} attacks were refused.`;
  },
  useless: (host, reason) => `${host} cannot be used with these credentials, so nothing was tried: ${reason}.`,
};
