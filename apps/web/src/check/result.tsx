import { type DoctorLanguage, doctorWords, factsOf, inWords } from '@anypath/doctor/verdict';
import type { DoctorReport, Finding } from '@anypath/protocol';
import { Icon } from '../components/icon.tsx';
import type { CheckTexts } from './texts.ts';

/** The verdict in words: how it is, in which network, and what to do. */
export function VerdictBox({ report, language }: { report: DoctorReport; language: DoctorLanguage }) {
  const words = doctorWords(language);
  const { status, network, findings } = report.verdict;
  const { name, meaning } = words.network[network.class];
  const traits = network.traits.map((trait) => words.traits[trait]).join(', ');
  return (
    <section class="verdict" data-test="verdict" data-status={status} data-class={network.class}>
      <h2>
        <Icon name={status === 'good' ? 'check' : 'warning'} />
        {words.status[status]}
      </h2>
      <p>
        {words.headings.network}: <strong>{name}</strong> ({words.sure[network.sure]}): {meaning}
        {traits && `; ${traits}`}.
      </p>
      <h3>{words.headings.findings}</h3>
      {findings.length === 0 ? (
        <p data-test="no-findings">{words.headings.nothing}</p>
      ) : (
        <ul class="findings">
          {findings.map((finding) => (
            <FindingItem
              key={`${finding.code} ${JSON.stringify(finding.params)}`}
              finding={finding}
              language={language}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function FindingItem({ finding, language }: { finding: Finding; language: DoctorLanguage }) {
  const words = doctorWords(language);
  const { cause, todo } = inWords(finding, language);
  return (
    <li class="finding" data-test="finding" data-code={finding.code} data-severity={finding.severity}>
      <p>
        <strong class="finding-severity">{words.severity[finding.severity]}</strong> {cause}{' '}
        <span class="hint">({aboutOf(finding, language)})</span>
      </p>
      <p class="finding-todo">
        <strong>{words.headings.todo}:</strong> {todo}
      </p>
    </li>
  );
}

/** How sure it is, and who can mend it, where there is something to mend. */
function aboutOf({ sure, who }: Finding, language: DoctorLanguage): string {
  const words = doctorWords(language);
  return who === 'nobody' ? words.sure[sure] : `${words.sure[sure]}; ${words.who[who]}`;
}

/** Every check, for who wants to know. */
export function AllChecks({
  report,
  language,
  text,
}: {
  report: DoctorReport;
  language: DoctorLanguage;
  text: CheckTexts;
}) {
  const words = doctorWords(language);
  return (
    <details class="details checks" data-test="checks">
      <summary>
        <Icon name="chevron" />
        {text.details}
      </summary>
      <ul class="check-rows">
        {report.checks.map((row) => (
          <li key={JSON.stringify(row)} class="check-row" data-outcome={row.outcome}>
            <span class="check-outcome">{words.outcomes[row.outcome]}</span>
            <span class="check-name">{words.checks[row.check]}</span>
            <span class="check-facts">
              <code>{row.subject}</code> {factsOf(row)} {row.reason && words.reasons[row.reason]}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
