import { Icon } from '../components/icon.tsx';
import type { Language } from '../i18n/language.ts';
import type { Concern } from './concerns.ts';
import { duration, written } from './format.ts';
import type { OpsTexts } from './texts.ts';

const DAY_SECONDS = 86_400;

interface Props {
  readonly concerns: readonly Concern[];
  readonly language: Language;
  readonly text: OpsTexts;
}

/** What needs attention, or that nothing does; screen readers hear of changes. */
export function ConcernList({ concerns, language, text }: Props) {
  return (
    <div class="concerns" role="status" data-test="concerns" data-status={concerns.length === 0 ? 'good' : 'bad'}>
      <h2>
        <Icon name={concerns.length === 0 ? 'check' : 'warning'} />
        {concerns.length === 0 ? text.well : text.attention}
      </h2>
      {concerns.length > 0 && (
        <ul>
          {concerns.map((concern) => (
            <li key={JSON.stringify(concern)} data-test="concern" data-concern={concern.is}>
              {text.concern[concern.is]('name' in concern ? concern.name : '', amountOf(concern, language))}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function amountOf(concern: Concern, language: Language): string {
  switch (concern.is) {
    case 'certificate':
    case 'mail':
      return duration(Math.max(0, concern.days) * DAY_SECONDS, language);
    case 'unavailable':
      return written(concern.count, 'count', language);
    case 'failing':
      return written(concern.share, 'share', language);
    case 'slow':
      return written(concern.ms, 'ms', language);
    default:
      return '';
  }
}
