import type { LinkStats } from '@anypath/client';
import { useText } from '../i18n/use-text.ts';
import { durationText } from '../model/duration.ts';
import { candidateText, candidateTexts } from '../model/inspection.ts';
import { useModel } from '../model/model.ts';
import { PathBadge } from './path-badge.tsx';

const PATHS = ['direct', 'turn', 'relay', 'mailbox'] as const;
const PHASES = ['signallingMs', 'gatheringMs', 'checksMs', 'dtlsMs', 'sctpMs', 'openMs'] as const;

/** The numbers of a link, as a list of facts. */
export function InspectorFacts({ stats: { path, roundTripMs, loss, traffic, rtc } }: { stats: LinkStats }) {
  const { preferences } = useModel();
  const { details, inspector, path: paths } = useText();
  const language = preferences.language.value;
  const lasted = (ms: number) => durationText(ms, language);
  const roundTrips = [
    roundTripMs.rtc === undefined ? [] : [`${lasted(roundTripMs.rtc)} (${inspector.overRtc})`],
    roundTripMs.relay === undefined ? [] : [`${lasted(roundTripMs.relay)} (${inspector.overRelay})`],
  ].flat();
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const used = PATHS.filter((name) => traffic[name].sent > 0 || traffic[name].received > 0);
  const phases = PHASES.flatMap((name) => {
    const ms = rtc?.phases[name];
    return ms === undefined ? [] : [`${inspector.phases[name]} ${lasted(ms)}`];
  });
  return (
    <dl class="facts" data-test="inspector-facts">
      <dt>{details.path}</dt>
      <dd>
        <PathBadge path={path} />
      </dd>
      <dt>{details.roundTrip}</dt>
      <dd data-test="inspector-round-trip">{roundTrips.join(', ') || details.unknown}</dd>
      <dt>{inspector.loss}</dt>
      <dd>{share.format(loss)}</dd>
      <dt>{inspector.traffic}</dt>
      <dd>
        {used.length === 0 && inspector.none}
        {used.map((name) => (
          <div key={name}>
            {paths.names[name]}: {inspector.sentAndReceived(traffic[name].sent, traffic[name].received)}
          </div>
        ))}
      </dd>
      {rtc && (
        <>
          <dt>{inspector.pair}</dt>
          <dd data-test="inspector-pair">
            {rtc.pair ? (
              <Pair local={candidateText(rtc.pair.local)} remote={candidateText(rtc.pair.remote)} />
            ) : (
              inspector.none
            )}
          </dd>
          <dt>{inspector.here}</dt>
          <Candidates texts={candidateTexts(rtc.candidates.local)} />
          <dt>{inspector.there}</dt>
          <Candidates texts={candidateTexts(rtc.candidates.remote)} />
          <dt>{inspector.times}</dt>
          <dd data-test="inspector-times">{phases.join(', ') || details.unknown}</dd>
        </>
      )}
    </dl>
  );
}

function Pair({ local, remote }: { local: string; remote: string }) {
  const { details } = useText();
  return (
    <>
      <code>{local}</code> {details.local}, <code>{remote}</code> {details.remote}
    </>
  );
}

function Candidates({ texts }: { texts: readonly string[] }) {
  const { inspector } = useText();
  return <dd>{texts.length === 0 ? inspector.none : <code>{texts.join(', ')}</code>}</dd>;
}
