/**
 * Loads the code of sessions. It comes beside the connection to the server: until it is there, and where it cannot be loaded, what is
 * said travels in envelopes, and a hello in one of them is answered later.
 *
 * @returns `undefined` where it cannot be loaded; it is tried again then
 */
export const loadHandshake = () => import('./handshake.ts').catch(() => undefined);
