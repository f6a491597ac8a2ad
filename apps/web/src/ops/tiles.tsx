import type { OpsAnswer, OpsHistory } from '@anypath/protocol';
import type { Language } from '../i18n/language.ts';
import { shareOf, sumOf } from './columns.ts';
import { openedIn } from './concerns.ts';
import { duration, money, written } from './format.ts';
import type { OpsTexts } from './texts.ts';

const HOUR_MINUTES = 60;

interface Props {
  readonly answer: OpsAnswer;
  readonly history: OpsHistory;
  readonly language: Language;
  readonly text: OpsTexts;
}

/** The few numbers that answer the question of the page. */
export function Tiles({ answer, history, language, text }: Props) {
  const opened = openedIn(history, HOUR_MINUTES);
  const attempts = opened + sumOf(history, 'failed', HOUR_MINUTES);
  const relayed = sumOf(history, 'openedRelay', HOUR_MINUTES);
  const latest = history.openP50Ms.findLastIndex((ms) => ms !== null);
  const most = history.openP95Ms[latest] ?? null;
  const oldest = history.mailOldestSeconds.at(-1) ?? 0;
  const bytes = answer.relayed.reduce((sum, row) => sum + row.bytes, 0);
  const count = (value: number) => written(value, 'count', language);
  const ms = (value: number | null | undefined) => written(value ?? null, 'ms', language);
  return (
    <dl class="tiles" data-test="tiles" aria-label={text.tilesTitle}>
      <Tile id="success" text={text} value={written(shareOf(opened, attempts), 'share', language)}>
        {text.attempts(count(attempts))}
      </Tile>
      <Tile id="share" text={text} value={written(shareOf(relayed, opened), 'share', language)}>
        {text.lastHour}
      </Tile>
      <Tile id="openTime" text={text} value={ms(history.openP50Ms[latest])}>
        {most !== null && text.most(ms(most))}
      </Tile>
      <Tile id="sockets" text={text} value={count(history.sockets.at(-1) ?? 0)} />
      <Tile id="mailbox" text={text} value={count(history.mailMessages.at(-1) ?? 0)}>
        {oldest > 0 && text.oldest(duration(oldest, language))}
      </Tile>
      <Tile id="relayed" text={text} value={written(bytes, 'bytes', language)}>
        {costOf(answer, language, text)}
      </Tile>
    </dl>
  );
}

interface TileProps {
  readonly id: keyof OpsTexts['tiles'];
  readonly text: OpsTexts;
  readonly value: string;
  readonly children?: string | false;
}

const Tile = ({ id, text, value, children }: TileProps) => (
  <div class="tile" data-test="tile" data-tile={id}>
    <dt>{text.tiles[id]}</dt>
    <dd class="tile-value">{value}</dd>
    {children && <dd class="hint">{children}</dd>}
  </div>
);

/** What was relayed by providers with a price. */
function costOf({ relayed }: OpsAnswer, language: Language, text: OpsTexts): string {
  if (relayed.length === 0) return '';
  const priced = relayed.filter(({ pricePerGb }) => pricePerGb !== null);
  if (priced.length === 0) return text.noPrice;
  return text.cost(
    money(
      priced.reduce((sum, { bytes, pricePerGb }) => sum + (bytes / 1e9) * (pricePerGb ?? 0), 0),
      language,
    ),
  );
}
