import type { DoctorWords } from '@anypath/doctor/verdict';
import type { Verdict } from '@anypath/protocol';
import { Icon } from '../components/icon.tsx';
import type { CheckPhase } from './check-model.ts';
import type { CheckTexts } from './texts.ts';

interface Props {
  readonly paths: Verdict['paths'];
  readonly phase: CheckPhase;
  readonly words: DoctorWords;
  readonly text: CheckTexts;
}

const ICONS = { works: 'check', limited: 'warning', fails: 'close', unknown: 'more' } as const;

/** The ways out of the network as rungs, which fill up as the checks end. */
export function Ladder({ paths, phase, words, text }: Props) {
  return (
    <ol class="ladder" aria-label={text.ladder} data-test="ladder">
      {paths.map(({ path, state }) => {
        const isWaiting = state === 'unknown' && phase !== 'done';
        return (
          <li key={path} class="rung" data-test="rung" data-path={path} data-state={isWaiting ? 'waiting' : state}>
            <span class="rung-bar" aria-hidden="true" />
            <span class="rung-name">{words.paths[path]}</span>
            <span class="rung-state">
              <Icon name={isWaiting ? 'clock' : ICONS[state]} />
              {isWaiting ? text.waiting : words.states[state]}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
