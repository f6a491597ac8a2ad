import type { InitWords } from './words.ts';

/** English. */
export const en: InitWords = {
  title: 'anypath: a deployment on this machine',
  questions: {
    domain: 'Under which name will people find the server?',
    turnDomain: 'And TURN, on the same machine? Another name that leads here.',
    email: 'Where may the authority of certificates write, when a renewal fails? (empty: nowhere)',
    adminWallets: 'Which wallets may see the operations page? (with commas; empty: none)',
    accountSid: 'Account SID of Twilio',
    apiKey: 'API key of Twilio (SK…)',
    apiSecret: 'API secret of that key',
  },
  wrong: {
    domain: 'a host name such as rtc.example.com',
    turnDomain: 'a host name other than that of the server, such as turn.rtc.example.com',
    email: 'a mail address, or empty',
    adminWallets: 'wallets of 1 to 128 characters without ":", with commas between them',
    accountSid: 'AC and 32 hexadecimal digits',
    apiKey: 'SK and 32 hexadecimal digits',
    apiSecret: 'at least 16 letters and digits',
  },
  useTwilio: 'Use Twilio as well, for when the TURN of this machine fails?',
  notSaved: 'Nothing was written.',
  files: {
    env: 'names and addresses, read by docker compose',
    server: "the server's secrets: TURN, metrics, Twilio",
    coturn: "coturn's configuration, with its secret: every private address is denied",
    metrics: 'with this Prometheus reads the metrics',
    grafana: 'password of "admin" in Grafana, http://127.0.0.1:3001 on this machine',
    mongodb: 'password of "anypath" in MongoDB',
    mongodbKey: 'with this the members of MongoDB know one another',
    redis: 'configuration of Redis, with its password',
  },
  secretsAreNew:
    'Secrets are new, of 256 bits each. Only the owner of the files may read them; keep a copy of "secrets".',
  secretsAreKept: 'Secrets that were there are kept.',
  next: 'Next:',
  nextUp: 'docker compose up -d',
  nextDoctor: 'then, from anywhere:',
  needsTerminal: 'there is no terminal to ask on; give --domain and --yes',
  needsDomain: '--yes: it needs --domain',
  smallCluster: '--cluster: it does not go with --small',
  noComposeFile: (folder) => `--folder: there is no compose.yaml in ${folder}; name the folder "deploy" of a clone`,
  filesExist: (files) =>
    `there is a deployment already (${files.join(', ')}); --force writes it again and keeps its secrets`,
  unresolved: (name) =>
    `${name} does not resolve; make its A record (and AAAA for IPv6) first, or go on with --skip-dns`,
  noAddress: 'this machine has no address from which it reaches anything',
  portsTaken: (ports) => `another program has ${ports.join(', ')}; stop it, or go on with --skip-ports`,
  behindNat: (name, publicAddress, privateAddress) =>
    `${name} is ${publicAddress}, which no interface here has. This is right where a NAT passes its ports on to ${privateAddress}; coturn is told so.`,
  elsewhere: (name, addresses) => `${name} is ${addresses.join(', ')}, which no interface here has.`,
  notWritten: (reason) => `the files could not be written (${reason}); nothing was changed`,
};
