import type { Dictionary } from '../i18n/en.ts';
import { useText } from '../i18n/use-text.ts';
import type { CallSession } from '../model/call-session.ts';
import { clockText, durationText } from '../model/duration.ts';
import type { MediaPath } from '../model/media-path.ts';
import { useModel } from '../model/model.ts';
import { PathBadge } from './path-badge.tsx';
import { useClock } from './use-clock.ts';

/** Where a call stands: how long it lasts and by which path, or what it waits for. Screen readers hear it from `CallAnnouncer`. */
export function CallStateLine({ session }: { session: CallSession }) {
  const { conversations } = useModel();
  const text = useText();
  const isAway = !conversations.online.value.includes(session.peer);
  const waiting = waitingText(text, session, isAway);
  const path = session.path.value;
  return (
    <p class="call-state" data-test="call-state" data-flow={session.flow.value} data-tier={path?.tier}>
      {waiting ? <span>{waiting}</span> : <CallClock since={session.talkingSince.value} />}
      {path && !waiting && <PathFacts path={path} />}
    </p>
  );
}

function CallClock({ since }: { since: number | undefined }) {
  const { call } = useText();
  const time = clockText(useClock(since));
  return (
    <span role="timer" aria-label={call.duration(time)} class="call-clock">
      {time}
    </span>
  );
}

function PathFacts({ path: { tier, protocol, rttMs } }: { path: MediaPath }) {
  const { preferences } = useModel();
  const { call, details } = useText();
  return (
    <>
      <PathBadge path={tier} />
      <span>{call.protocol(protocol.toUpperCase())}</span>
      {rttMs !== undefined && (
        <span class="call-round-trip" title={details.roundTrip}>
          {durationText(rttMs, preferences.language.value)}
        </span>
      )}
    </>
  );
}

/** What a call waits for; nothing while the two talk. */
function waitingText({ call: { state } }: Dictionary, { phase, flow }: CallSession, isAway: boolean) {
  if (phase.value === 'calling') return isAway ? state.callingAway : state.calling;
  if (phase.value === 'alerting') return state.alerting;
  if (flow.value === 'waiting') return state.connecting;
  return flow.value === 'still' ? state.still : undefined;
}
