import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { callProblemText, kindOf, overText } from '../i18n/call-text.ts';
import type { Dictionary } from '../i18n/en.ts';
import { useText } from '../i18n/use-text.ts';
import type { CallSession } from '../model/call-session.ts';
import type { Stage } from '../model/calls.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';
import { Avatar } from './avatar.tsx';
import { CallControls } from './call-controls.tsx';
import { callKeyOf, pressed } from './call-keys.ts';
import { CallOver } from './call-over.tsx';
import { CallPictures } from './call-pictures.tsx';
import { CallStateLine } from './call-state-line.tsx';
import { FieldError } from './field-error.tsx';
import { CALL_START, isFocusLost, LIST_TITLE } from './focus.ts';
import { Icon } from './icon.tsx';

type Shown = Extract<Stage, { name: 'opening' | 'going' | 'over' }>;

/** The call: who, how it stands, the pictures and what can be done. Nothing while there is none, or while it rings here. */
export function CallStage({ isLarge }: { isLarge: boolean }) {
  const stage = useModel().calls.stage.value;
  if (stage.name === 'none' || stage.name === 'ringing') return null;
  return <Frame stage={stage} isLarge={isLarge} />;
}

function Frame({ stage, isLarge }: { stage: Shown; isLarge: boolean }) {
  const { calls } = useModel();
  const text = useText();
  const session = stage.name === 'going' ? stage.session : undefined;
  const heading = useStageFocus(stage.name === 'over');
  useCallKeys(session, stage.name !== 'over');
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    if (stage.name === 'over') calls.putAway();
    else calls.isLarge.value = false;
  };
  return (
    <section
      class="call"
      data-test="call"
      data-stage={session ? session.phase.value : stage.name}
      data-why={stage.name === 'over' ? stage.why : undefined}
      data-large={isLarge}
      aria-labelledby="call-title"
      onKeyDown={onKeyDown}
    >
      <header class="call-header">
        <div class="call-heading">
          <h2 id="call-title" ref={heading} tabIndex={-1}>
            {titleOf(stage, text)}
          </h2>
          {session && <CallStateLine session={session} />}
          {stage.name === 'opening' && <p class="call-state">{text.call.state.opening}</p>}
        </div>
        {stage.name !== 'over' && <SizeButton isLarge={isLarge} />}
      </header>
      {stage.name === 'over' && <CallOver stage={stage} />}
      {stage.name === 'opening' && <Waiting peer={stage.peer} />}
      {session && <CallPictures session={session} />}
      {session && <Problem session={session} />}
      {stage.name !== 'over' && <CallControls session={session} />}
    </section>
  );
}

function titleOf(stage: Shown, text: Dictionary): string {
  if (stage.name === 'over') return overText(text, stage.why, shortName(stage.peer)).title;
  const { peer, video } = stage.name === 'going' ? { peer: stage.session.peer, video: stage.session.isVideo } : stage;
  return text.call.title[kindOf(video)](shortName(peer));
}

/** The focus comes along with the call, and goes back to where calls begin. */
function useStageFocus(isOver: boolean) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    heading.current?.focus();
    return () => {
      // Once the page shows what is there without it.
      setTimeout(() => {
        if (isFocusLost()) (document.getElementById(CALL_START) ?? document.getElementById(LIST_TITLE))?.focus();
      });
    };
  }, []);
  useLayoutEffect(() => {
    if (isOver && isFocusLost()) heading.current?.focus();
  }, [isOver]);
  return heading;
}

function useCallKeys(session: CallSession | undefined, isOn: boolean): void {
  const { calls } = useModel();
  useEffect(() => {
    if (!isOn) return undefined;
    const onKeyDown = (event: KeyboardEvent) => {
      const key = callKeyOf(event);
      if (!key) return;
      event.preventDefault();
      pressed(key, calls, session);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [session, isOn]);
}

function SizeButton({ isLarge }: { isLarge: boolean }) {
  const { calls } = useModel();
  const { controls } = useText().call;
  const label = isLarge ? controls.smaller : controls.larger;
  return (
    <button
      type="button"
      class="button-icon"
      data-test="call-size"
      aria-label={label}
      title={label}
      onClick={() => {
        calls.isLarge.value = !isLarge;
      }}
    >
      <Icon name={isLarge ? 'smaller' : 'larger'} />
    </button>
  );
}

function Waiting({ peer }: { peer: string }) {
  return (
    <div class="call-pictures">
      <div class="call-person">
        <Avatar wallet={peer} />
        <p>{shortName(peer)}</p>
      </div>
    </div>
  );
}

function Problem({ session }: { session: CallSession }) {
  const text = useText();
  const problem = session.problem.value;
  if (!problem) return null;
  return (
    <div class="call-problem" data-test="call-problem">
      <FieldError id="call-problem">{callProblemText(text, problem.deed, problem.code)}</FieldError>
    </div>
  );
}
