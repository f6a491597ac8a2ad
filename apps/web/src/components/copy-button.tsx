import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

interface Props {
  /** What is copied, asked for at each press. */
  readonly text: () => string;
  readonly words: { readonly copy: string; readonly copied: string; readonly notCopied: string };
  /** Name for tests. */
  readonly name: string;
}

/** Copies something, and says whether it could. */
export function CopyButton({ text, words, name }: Props) {
  const [state, setState] = useState<'copied' | 'notCopied'>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setState('copied');
    } catch {
      setState('notCopied');
    }
  };
  return (
    <>
      <p class="hint copy-state" role="status" data-test="copy-state">
        {state && words[state]}
      </p>
      <button type="button" class="button-plain" data-test={name} onClick={() => void copy()}>
        <Icon name="copy" />
        {words.copy}
      </button>
    </>
  );
}
