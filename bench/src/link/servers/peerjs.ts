/** The server of PeerJS, with its stock settings. */
import { PeerServer } from 'peer';
import { serverSettings } from './settings.ts';

const { host, port, ...ssl } = serverSettings();
PeerServer({ host, port, path: '/', ssl });
