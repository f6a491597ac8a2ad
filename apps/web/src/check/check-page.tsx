import { doctorWords } from '@anypath/doctor/verdict';
import { useEffect, useRef } from 'preact/hooks';
import { AppearanceSettings } from '../components/appearance-settings.tsx';
import { Brand } from '../components/brand.tsx';
import type { Preferences } from '../model/preferences.ts';
import type { CheckModel } from './check-model.ts';
import { Ladder } from './ladder.tsx';
import { AllChecks, VerdictBox } from './result.tsx';
import { ShareButtons } from './share-buttons.tsx';
import { type CheckTexts, checkTexts } from './texts.ts';

/** The page of the check: one button, the ladder, the verdict. */
export function CheckPage({ model, preferences }: { model: CheckModel; preferences: Preferences }) {
  const language = preferences.language.value;
  const text = checkTexts(language);
  const words = doctorWords(language);
  const phase = model.phase.value;
  const report = model.report.value;
  const verdict = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (phase === 'done') verdict.current?.focus();
  }, [phase]);
  useEffect(() => {
    document.title = `anypath · ${text.title}`;
  }, [text]);
  return (
    <main class="screen check-screen">
      <div class="card check-card" data-test="check" data-phase={phase}>
        <header class="check-head">
          <Brand />
          <a href="/">{text.back}</a>
        </header>
        <h1>{text.title}</h1>
        <p class="lead">{text.lead}</p>
        <div ref={verdict} tabIndex={-1} class="check-verdict">
          {phase === 'done' && <VerdictBox report={report} language={language} />}
          {phase === 'done' && <SignInHint isNeeded={needsSignIn(model)} text={text} />}
        </div>
        <button
          type="button"
          class="button-primary"
          data-test="start"
          aria-disabled={phase === 'running'}
          onClick={() => void model.run()}
        >
          {phase === 'running' ? text.running : phase === 'done' ? text.again : text.start}
        </button>
        <p class="visually-hidden" role="status">
          {phase === 'running' ? text.ended(report.checks.length) : ''}
        </p>
        <Ladder paths={report.verdict.paths} phase={phase} words={words} text={text} />
        {phase === 'done' && <ShareButtons model={model} language={language} text={text} />}
        {phase === 'done' && <AllChecks report={report} language={language} text={text} />}
        <AppearanceSettings preferences={preferences} title={text.appearance} />
      </div>
    </main>
  );
}

const needsSignIn = (model: CheckModel): boolean =>
  model.report.value.verdict.findings.some(({ code }) => code === 'credentials_missing');

function SignInHint({ isNeeded, text }: { isNeeded: boolean; text: CheckTexts }) {
  if (!isNeeded) return null;
  return (
    <p class="notice" data-test="sign-in-hint">
      {text.signIn} <a href="/">{text.signInLink}</a>
    </p>
  );
}
