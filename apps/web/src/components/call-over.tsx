import { useState } from 'preact/hooks';
import { overText } from '../i18n/call-text.ts';
import { useText } from '../i18n/use-text.ts';
import type { Stage, Why } from '../model/calls.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';
import { SafetyDialog } from './safety-dialog.tsx';

/** Where calling again is of no use before something else is done. */
const HOPELESS: readonly Why[] = ['insecure', 'relay-only', 'fingerprint_mismatch'];

/** Why there is no call any more, and what can be done. */
export function CallOver({ stage: { peer, video, why } }: { stage: Extract<Stage, { name: 'over' }> }) {
  const { calls } = useModel();
  const text = useText();
  const { over } = text.call;
  const [isCompared, setCompared] = useState(false);
  const words = overText(text, why, shortName(peer));
  const isDeviceProblem = why === 'media_refused' || why === 'media_unavailable';
  return (
    <>
      <p class="call-why" role="alert" data-test="call-why">
        <span class="visually-hidden">{words.title}. </span>
        {words.text}
      </p>
      <div class="dialog-actions">
        {why === 'fingerprint_mismatch' && (
          <button type="button" class="button-plain" data-test="call-safety" onClick={() => setCompared(true)}>
            {over.safety}
          </button>
        )}
        {isDeviceProblem && video && (
          <button
            type="button"
            class="button-plain"
            data-test="call-without-camera"
            onClick={() => void calls.start(peer, false)}
          >
            {over.withoutCamera}
          </button>
        )}
        {!HOPELESS.includes(why) && (
          <button
            type="button"
            class="button-plain"
            data-test="call-again"
            onClick={() => void calls.start(peer, video)}
          >
            {over.again}
          </button>
        )}
        <button type="button" class="button-primary" data-test="call-close" onClick={() => calls.putAway()}>
          {over.close}
        </button>
      </div>
      {isCompared && <SafetyDialog peer={peer} onClose={() => setCompared(false)} />}
    </>
  );
}
