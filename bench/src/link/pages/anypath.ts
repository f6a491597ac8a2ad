import { connect, type Link } from '@anypath/client';
import { PATHS } from '@anypath/protocol';
import { answerCalls, callWith } from './anypath-calls.ts';
import { converse } from './conversation.ts';
import type { Ears, Identity, Subject } from './subject.ts';

/** The SDK, by its public entry. */
async function join({ peer, token }: Identity, ears: Ears): Promise<Subject> {
  const beforeMs = performance.timeOrigin + performance.now();
  const client = await connect({ token, timeoutMs: 30_000 });
  const connectTime = { fromAtMs: beforeMs, toAtMs: performance.timeOrigin + performance.now() };
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
    profile: () => ({
      connect: connectTime,
      iceFetches: iceFetches(),
      milestones: (link?.trace ?? []).flatMap((entry) =>
        entry.event === 'attempt' && entry.attempt === 1
          ? [{ step: entry.step, atMs: performance.timeOrigin + entry.clockMs }]
          : [],
      ),
    }),
    trace: () => link?.trace ?? [],
    leave: () => client.close(),
  };
}

/** When the SDK asked for ICE servers, by the browser's own account. */
const iceFetches = () =>
  performance
    .getEntriesByType('resource')
    .filter(({ name }) => name.endsWith(PATHS.ice))
    .map(({ startTime, duration }) => ({
      fromAtMs: performance.timeOrigin + startTime,
      toAtMs: performance.timeOrigin + startTime + duration,
    }));

converse(join);
