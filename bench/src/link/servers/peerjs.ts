/** The server of PeerJS, with its stock settings, but for the number of clients where that is measured. */
import { PeerServer } from 'peer';
import { sayWhere, serverSettings } from './settings.ts';

const { host, port, tls } = serverSettings();
const { CLIENTS } = process.env;
const limit = CLIENTS === undefined ? {} : { concurrent_limit: Number(CLIENTS) };
PeerServer({ host, port, path: '/', ...(tls && { ssl: tls }), ...limit }, (server) => sayWhere(server.address()));
