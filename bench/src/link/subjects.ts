/** What is measured: anypath, and what it is measured beside. */
export const SUBJECTS = ['anypath', 'minimal', 'peerjs', 'simple-peer', 'trystero', 'libp2p'] as const;

export type SubjectName = (typeof SUBJECTS)[number];

/** What the link is measured beside where nothing else is asked for. */
export const LINK_SUBJECTS: readonly SubjectName[] = ['anypath', 'minimal', 'peerjs'];

/** All but ours. */
export const OTHERS = SUBJECTS.filter((name) => name !== 'anypath');

/** Has a page of its own; `bare-emit` can do nothing but send over a socket. */
export type PageName = SubjectName | 'bare-emit';

/** A server of a subject in the lab, beside that of anypath: its name is that of its host. */
export type ServerName = 'bare' | 'peerjs' | 'nostr' | 'libp2p';

/** The server that each subject's pages talk to, and the one that their empty page is from. */
export const SERVERS: Readonly<
  Record<Exclude<PageName, 'anypath'>, { readonly server: ServerName; readonly page: ServerName }>
> = {
  minimal: { server: 'bare', page: 'bare' },
  'bare-emit': { server: 'bare', page: 'bare' },
  peerjs: { server: 'peerjs', page: 'peerjs' },
  'simple-peer': { server: 'bare', page: 'bare' },
  trystero: { server: 'nostr', page: 'nostr' },
  // Its relay speaks WebSocket alone.
  libp2p: { server: 'libp2p', page: 'bare' },
};
