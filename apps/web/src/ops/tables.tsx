import type { OpsAnswer } from '@anypath/protocol';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import type { Language } from '../i18n/language.ts';
import { day, duration, money, written } from './format.ts';
import type { OpsTexts } from './texts.ts';

interface Props {
  readonly answer: OpsAnswer;
  readonly language: Language;
  readonly text: OpsTexts;
}

/** What is not of a minute: servers, certificates, and the counts since the start. */
export function Tables(props: Props) {
  return (
    <>
      <Providers {...props} />
      <Certificates {...props} />
      <Networks {...props} />
      <Relayed {...props} />
      <Refusals {...props} />
    </>
  );
}

interface FactsProps {
  readonly id: keyof OpsTexts['tables'];
  readonly text: OpsTexts;
  readonly head: readonly (keyof OpsTexts['columns'])[];
  readonly rows: readonly (readonly ComponentChildren[])[];
}

/** A table with a heading, or a sentence where it would be empty. */
function Facts({ id, text, head, rows }: FactsProps) {
  const title = useId();
  return (
    <article class="panel panel-facts" data-test="facts" data-facts={id} aria-labelledby={title}>
      <h3 id={title}>{text.tables[id]}</h3>
      {rows.length === 0 ? (
        <p class="hint">{text.none[id]}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section class="table-scroll" tabIndex={0} aria-labelledby={title}>
          <table>
            <thead>
              <tr>
                {head.map((column) => (
                  <th key={column} scope="col">
                    {text.columns[column]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((cells, row) => (
                <tr key={row}>
                  {cells.map((cell, column) => (
                    <td key={head[column]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </article>
  );
}

const ICONS = { up: 'check', down: 'warning', unknown: 'clock' } as const;

function Providers({ answer, language, text }: Props) {
  const rows = answer.readiness.providers.flatMap(({ name, urls }) =>
    urls.map(({ url, state, allocateMs = null, reason = '' }) => [
      name,
      <code key="url">{url}</code>,
      <span key="state" class="state" data-state={state}>
        <Icon name={ICONS[state]} />
        {text.urlStates[state]}
      </span>,
      written(allocateMs, 'ms', language),
      reason && <code key="reason">{reason}</code>,
    ]),
  );
  return (
    <Facts id="providers" text={text} head={['provider', 'address', 'state', 'allocation', 'reason']} rows={rows} />
  );
}

function Certificates({ answer, language, text }: Props) {
  const rows = answer.certificates.map(({ url, expiresAt }) => [
    <code key="url">{url}</code>,
    expiresAt === null ? text.unread : day(expiresAt, language),
    expiresAt === null ? '–' : duration(Math.max(0, expiresAt - answer.serverTime) / 1000, language),
  ]);
  return <Facts id="certificates" text={text} head={['address', 'ends', 'left']} rows={rows} />;
}

function Networks({ answer, language, text }: Props) {
  const rows = answer.networks.map(({ network, direct, turn, failed }) => [
    text.networks[network],
    ...[direct, turn, failed].map((count) => written(count, 'count', language)),
  ]);
  return <Facts id="networks" text={text} head={['network', 'direct', 'turn', 'failed']} rows={rows} />;
}

function Relayed({ answer, language, text }: Props) {
  const rows = answer.relayed.map(({ provider, bytes, pricePerGb }) => [
    provider,
    written(bytes, 'bytes', language),
    pricePerGb === null ? '–' : money(pricePerGb, language),
    pricePerGb === null ? '–' : money((bytes / 1e9) * pricePerGb, language),
  ]);
  return <Facts id="relayed" text={text} head={['provider', 'bytes', 'price', 'sum']} rows={rows} />;
}

function Refusals({ answer, language, text }: Props) {
  const rows = answer.refusals.map(({ code, count }) => [
    <code key="code">{code}</code>,
    written(count, 'count', language),
  ]);
  return <Facts id="refusals" text={text} head={['code', 'count']} rows={rows} />;
}
