// All that is needed for data channels, loaded beside the connection to the server: messages go over the relay until it is there.
export { Negotiator } from './negotiator.ts';
export { warmUp } from './warm-up.ts';
