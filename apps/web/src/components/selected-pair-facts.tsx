import type { CandidateFacts, Link, Path } from '@anypath/client';
import { useText } from '../i18n/use-text.ts';
import { durationText } from '../model/duration.ts';
import { useModel } from '../model/model.ts';
import { useSelectedPair } from './use-selected-pair.ts';

/** Rows of the list of facts: which candidates carry the connection, and how fast. */
export function SelectedPairFacts({ link, path }: { link: Link | undefined; path: Path }) {
  const { preferences } = useModel();
  const { details } = useText();
  const pair = useSelectedPair(link, path);
  return (
    <>
      <dt>{details.pair}</dt>
      <dd data-test="pair">
        {pair ? (
          <>
            <code>{candidateText(pair.local)}</code> {details.local}
            <br />
            <code>{candidateText(pair.remote)}</code> {details.remote}
          </>
        ) : (
          details.noPair
        )}
      </dd>
      {pair && (
        <>
          <dt>{details.roundTrip}</dt>
          <dd data-test="round-trip">
            {pair.rttMs === undefined ? details.unknown : durationText(pair.rttMs, preferences.language.value)}
          </dd>
        </>
      )}
    </>
  );
}

/** In the words of the standard, such as `relay udp (TURN over tls)`. */
function candidateText({ type, protocol, relayProtocol }: CandidateFacts): string {
  return relayProtocol ? `${type} ${protocol} (TURN over ${relayProtocol})` : `${type} ${protocol}`;
}
