/** What is measured: anypath, and what it is measured beside. */
export const SUBJECTS = ['anypath', 'minimal', 'peerjs'] as const;

export type SubjectName = (typeof SUBJECTS)[number];

/** Has a page of its own; `bare-emit` can do nothing but send over a socket. */
export type PageName = SubjectName | 'bare-emit';
