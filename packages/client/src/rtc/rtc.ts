// All that is needed for data channels and nothing else, loaded beside the connection to the server: messages go over the relay until it is there.
export * as channelSteps from '../link/step-channel.ts';
export { IceSource } from './ice.ts';
export { Negotiator } from './negotiator.ts';
export { observed } from './observed.ts';
export { ordered } from './ordered.ts';
export { warmUp } from './warm-up.ts';
