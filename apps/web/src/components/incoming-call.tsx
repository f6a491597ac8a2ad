import { useLayoutEffect, useRef } from 'preact/hooks';
import { kindOf, whyText } from '../i18n/call-text.ts';
import { useText } from '../i18n/use-text.ts';
import type { Stage } from '../model/calls.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';
import { Avatar } from './avatar.tsx';
import { FieldError } from './field-error.tsx';
import { Icon } from './icon.tsx';

/** Somebody calls: the dialog lies over everything until the person or somebody else has decided. */
export function IncomingCall() {
  const stage = useModel().calls.stage.value;
  return stage.name === 'ringing' ? <IncomingDialog key={stage.session.call.id} stage={stage} /> : null;
}

function IncomingDialog({ stage: { session, answer } }: { stage: Extract<Stage, { name: 'ringing' }> }) {
  const { calls } = useModel();
  const text = useText();
  const { incoming } = text.call;
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    // Not on a button: who is writing just now does not answer by accident.
    heading.current?.focus();
    return () => dialog.current?.close();
  }, []);
  const isOpening = answer === 'opening';
  const problem = answer === 'none' || isOpening ? undefined : answer;
  const accept = (how: 'as-called' | 'sound' | 'listening') => !isOpening && void calls.accept(how);
  return (
    <dialog
      ref={dialog}
      class="dialog incoming-call"
      role="alertdialog"
      data-test="incoming-call"
      aria-labelledby="incoming-title"
      aria-describedby="incoming-kind incoming-keys"
      onCancel={(event) => {
        event.preventDefault();
        calls.decline();
      }}
    >
      <div class="call-person" data-ringing="true">
        <Avatar wallet={session.peer} />
      </div>
      <h2 id="incoming-title" ref={heading} tabIndex={-1}>
        {incoming.title(shortName(session.peer))}
      </h2>
      <p id="incoming-kind" class="incoming-kind" title={session.peer}>
        <Icon name={session.isVideo ? 'camera' : 'phone'} />
        {incoming.kind[kindOf(session.isVideo)]}
      </p>
      <div role="status">{isOpening && <p class="hint late">{incoming.opening}</p>}</div>
      {problem && <FieldError id="incoming-problem">{whyText(text, problem)}</FieldError>}
      <div class="incoming-actions">
        <button
          type="button"
          class="button-primary"
          data-test="call-accept"
          aria-disabled={isOpening}
          onClick={() => accept('as-called')}
        >
          <Icon name={session.isVideo ? 'camera' : 'phone'} />
          {incoming.accept}
        </button>
        {session.isVideo && (
          <button
            type="button"
            class="button-plain"
            data-test="call-accept-sound"
            aria-disabled={isOpening}
            onClick={() => accept('sound')}
          >
            {incoming.acceptSound}
          </button>
        )}
        {problem && (
          <button type="button" class="button-plain" data-test="call-listen" onClick={() => accept('listening')}>
            {incoming.listen}
          </button>
        )}
        <button type="button" class="button-danger" data-test="call-decline" onClick={() => calls.decline()}>
          <Icon name="hangup" />
          {incoming.decline}
        </button>
      </div>
      <p id="incoming-keys" class="hint incoming-keys">
        {incoming.keys}
      </p>
    </dialog>
  );
}
