import type { Link, Path } from '@anypath/client';
import { useText } from '../i18n/use-text.ts';
import { durationText } from '../model/duration.ts';
import { candidateText } from '../model/inspection.ts';
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
