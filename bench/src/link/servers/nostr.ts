/** A relay of Nostr, which is what Trystero meets over where nothing else is chosen. It keeps nothing: what Trystero sends is ephemeral. */
import { EventRepository } from '@nostr-relay/common';
import { NostrRelay } from '@nostr-relay/core';
import { Validator } from '@nostr-relay/validator';
import { WebSocketServer } from 'ws';
import { emptyPage, httpServer, listen, serverSettings } from './settings.ts';

class NothingKept extends EventRepository {
  isSearchSupported = () => false;
  upsert = () => ({ isDuplicate: false });
  find = () => [];
  destroy = async () => undefined;
}

const settings = serverSettings();
const http = httpServer(settings, emptyPage);
const relay = new NostrRelay(new NothingKept());
const validator = new Validator();
new WebSocketServer({ server: http }).on('connection', (client) => {
  relay.handleConnection(client);
  client.on('message', async (data) => {
    try {
      await relay.handleMessage(client, await validator.validateIncomingMessage(data as Buffer));
    } catch (error) {
      client.send(JSON.stringify(['NOTICE', String(error)]));
    }
  });
  client.on('close', () => relay.handleDisconnect(client));
  client.on('error', () => client.terminate());
});
listen(http, settings);
