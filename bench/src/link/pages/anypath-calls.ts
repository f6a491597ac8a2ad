import type { Link } from '@anypath/client';
import type { Ears } from './subject.ts';

/** Calls the other side with the camera. */
export async function callWith(link: Link, ears: Ears): Promise<void> {
  const { remote } = await link.call(await ears.camera());
  ears.sees(remote);
}

/** Takes each call of the other side, with the camera. */
export function answerCalls(link: Link, ears: Ears): void {
  link.on('call', async (call) => {
    await call.accept(await ears.camera());
    ears.sees(call.remote);
  });
}
