import type { Link } from '@anypath/client';
import type { Ears } from './subject.ts';

/** A call of the SDK, as far as it is used here. */
interface Call {
  readonly remote: MediaStream;
  accept(media: MediaStream): Promise<void>;
}

/** A link that can call. */
interface CallingLink {
  call(media: MediaStream): Promise<Call>;
  on(event: 'call', listener: (call: Call) => void): void;
}

const canCall = (link: object): link is CallingLink => 'call' in link;

/** Calls the other side with the camera. */
export async function callWith(link: Link, ears: Ears): Promise<void> {
  if (!canCall(link)) throw new Error('this version of the SDK has no calls');
  const { remote } = await link.call(await ears.camera());
  ears.sees(remote);
}

/** Takes each call of the other side, with the camera. */
export function answerCalls(link: Link, ears: Ears): void {
  if (!canCall(link)) return;
  link.on('call', async (call) => {
    await call.accept(await ears.camera());
    ears.sees(call.remote);
  });
}
