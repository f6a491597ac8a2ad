import { useId } from 'preact/hooks';

interface Choice<T> {
  readonly value: T;
  readonly name: string;
  readonly hint?: string;
  /** The language of `name`, where it is not the page's. */
  readonly lang?: string;
}

interface Props<T> {
  readonly legend: string;
  readonly choices: readonly Choice<T>[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
}

/** One of a few, all in sight. */
export function ChoiceGroup<T extends string>({ legend, choices, value, onChoose }: Props<T>) {
  const group = useId();
  return (
    <fieldset class="choices">
      <legend>{legend}</legend>
      <div class={choices.some(({ hint }) => hint) ? 'choice-stack' : 'choice-row'}>
        {choices.map((choice) => (
          <label key={choice.value} class="choice" lang={choice.lang}>
            <input
              type="radio"
              name={group}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChoose(choice.value)}
            />
            <span class="choice-name">{choice.name}</span>
            {choice.hint && <span class="choice-hint">{choice.hint}</span>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
