import { useState } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import type { Language } from '../i18n/language.ts';
import type { CheckModel } from './check-model.ts';
import type { CheckTexts } from './texts.ts';

/** Takes the result along: as text that may be pasted anywhere, or whole as a file. */
export function ShareButtons({ model, language, text }: { model: CheckModel; language: Language; text: CheckTexts }) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(model.textToShare(language));
      setSaid(text.copied);
    } catch {
      setSaid(text.copyFailed);
    }
  };
  return (
    <div class="share">
      <div class="share-buttons">
        <button type="button" class="button-plain" data-test="copy" onClick={() => void copy()}>
          <Icon name="copy" />
          {text.copy}
        </button>
        <button type="button" class="button-plain" data-test="download" onClick={() => download(model)}>
          {text.download}
        </button>
      </div>
      <p class="hint">{text.shareHint}</p>
      <p class="hint" role="status" data-test="copied">
        {said}
      </p>
    </div>
  );
}

function download(model: CheckModel): void {
  const report = JSON.stringify(model.report.peek(), null, 2);
  const url = URL.createObjectURL(new Blob([report], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'anypath-check.json';
  link.click();
  URL.revokeObjectURL(url);
}
