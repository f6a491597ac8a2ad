/** The path that carries messages now: none while the other side cannot be reached. */
export type Path = 'none' | 'relay' | 'turn' | 'direct';

/** The two kinds of path that need WebRTC. */
export type RtcTier = 'turn' | 'direct';

/** What a path is made of. */
export type Via = 'rtc' | 'relay';
