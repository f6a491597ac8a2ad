import { connect, type Link } from '@anypath/client';
import { answerCalls, callWith } from './anypath-calls.ts';
import { converse } from './conversation.ts';
import type { Ears, Identity, Subject } from './subject.ts';

/** The SDK, by its public entry. */
async function join({ peer, token }: Identity, ears: Ears): Promise<Subject> {
  const client = await connect({ token, timeoutMs: 30_000 });
  let link: Link | undefined;
  const follow = (opened: Link) => {
    link = opened;
    link.on('path', (path) => {
      if (path === 'direct' || path === 'turn' || path === 'relay') ears.way(path);
    });
    link.on('message', ({ body, path }) => {
      ears.heard(String(body), path === 'mailbox' ? 'relay' : path);
      // As on a bare socket: who is spoken to answers what it has heard.
      ears.opened();
    });
    answerCalls(link, ears);
  };
  client.on('link', follow);
  return {
    isPeerOnline: async () => client.online.includes(peer),
    open: () => follow(client.link(peer)),
    send: (text) => {
      if (!link) throw new Error('there is no link');
      link.send(text);
    },
    call: async () => {
      if (link) await callWith(link, ears);
    },
    leave: () => client.close(),
  };
}

converse(join);
