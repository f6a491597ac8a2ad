import { useEffect, useMemo } from 'preact/hooks';
import { AppearanceSettings } from '../components/appearance-settings.tsx';
import { Brand } from '../components/brand.tsx';
import { ChoiceGroup } from '../components/choice-group.tsx';
import type { Language } from '../i18n/language.ts';
import type { Preferences } from '../model/preferences.ts';
import { HOURS, pointsOf } from './columns.ts';
import { ConcernList } from './concern-list.tsx';
import { concernsOf } from './concerns.ts';
import { duration } from './format.ts';
import { opsTexts } from './languages.ts';
import type { OpsModel, OpsPhase } from './ops-model.ts';
import { PANELS } from './panels.ts';
import { PlotPanel } from './plot-panel.tsx';
import { Tables } from './tables.tsx';
import type { OpsTexts } from './texts.ts';
import { Tiles } from './tiles.tsx';
import { useScheme } from './use-scheme.ts';

type Shown = OpsPhase & { name: 'shown' };

/** The operations page: what needs attention, the few numbers, the plots, the tables. */
export function OpsPage({ model, preferences }: { model: OpsModel; preferences: Preferences }) {
  const language = preferences.language.value;
  const text = opsTexts(language);
  const phase = model.phase.value;
  useEffect(() => {
    document.title = `anypath · ${text.title}`;
  }, [text]);
  return (
    <div class="ops" data-test="ops" data-phase={phase.name}>
      <header class="ops-head">
        <Brand />
        <a href="/">{text.back}</a>
      </header>
      <main>
        <h1>{text.title}</h1>
        <p class="lead">{text.lead}</p>
        {phase.name === 'shown' ? (
          <Overview shown={phase} model={model} preferences={preferences} language={language} text={text} />
        ) : (
          <Instead name={phase.name} model={model} text={text} />
        )}
      </main>
      <footer>
        <AppearanceSettings preferences={preferences} title={text.appearance} />
      </footer>
    </div>
  );
}

/** Where there is nothing to show, why. */
function Instead({ name, model, text }: { name: Exclude<OpsPhase['name'], 'shown'>; model: OpsModel; text: OpsTexts }) {
  return (
    <div class={name === 'loading' ? 'late' : 'notice instead'} role="status" data-test="instead">
      <p>{text.states[name]}</p>
      {name === 'signed-out' && (
        <a class="button-plain" href="/">
          {text.signIn}
        </a>
      )}
      {name === 'failed' && (
        <button type="button" class="button-plain" onClick={() => void model.ask()}>
          {text.retry}
        </button>
      )}
    </div>
  );
}

interface OverviewProps {
  readonly shown: Shown;
  readonly model: OpsModel;
  readonly preferences: Preferences;
  readonly language: Language;
  readonly text: OpsTexts;
}

function Overview({ shown, model, preferences, language, text }: OverviewProps) {
  const { answer, history, isStale } = shown;
  const hours = model.hours.value;
  const scheme = useScheme(preferences);
  const points = useMemo(() => pointsOf(history, hours), [history, hours]);
  return (
    <>
      {isStale && (
        <p class="notice" role="alert" data-test="stale">
          {text.stale}
        </p>
      )}
      <ConcernList concerns={concernsOf(answer, history)} language={language} text={text} />
      <Tiles answer={answer} history={history} language={language} text={text} />
      <div class="ops-range">
        <ChoiceGroup
          legend={text.range}
          choices={HOURS.map((value) => ({ value, name: text.ranges[value] }))}
          value={hours}
          onChoose={(chosen) => {
            model.hours.value = chosen;
          }}
        />
      </div>
      <div class="panels">
        {PANELS.map((panel) => (
          <PlotPanel
            key={panel.id}
            panel={panel}
            points={points}
            hours={hours}
            language={language}
            scheme={scheme}
            text={text}
          />
        ))}
        <Tables answer={answer} language={language} text={text} />
      </div>
      <p class="hint">
        {text.thisProcess(answer.version, duration((answer.serverTime - answer.startedAt) / 1000, language))}
      </p>
    </>
  );
}
