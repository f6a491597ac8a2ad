import type { ErrorCode } from '@anypath/client';
import type { Dictionary } from '../i18n/en.ts';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { Icon } from './icon.tsx';
import { Settings } from './settings.tsx';
import { SignOutButton } from './sign-out-button.tsx';

const ICONS: Partial<Record<ErrorCode, 'talk' | 'device'>> = { replaced: 'talk', device_revoked: 'device' };

/** The connection ended and does not come back without the person. */
export function StoppedScreen({ code }: { code: ErrorCode }) {
  const { account } = useModel();
  const text = useText();
  const { title, sentence, action } = wordsFor(text, code);
  return (
    <main class="screen">
      <div class="card" data-test="stopped" data-code={code}>
        <div class="card-icon">
          <Icon name={ICONS[code] ?? 'none'} />
        </div>
        <h1>{title}</h1>
        <p class="lead" role="alert">
          {sentence}
        </p>
        {code === 'device_revoked' ? (
          // The wallet signs the new key at the sign-in.
          <SignOutButton name={text.status.asNewDevice} isPrimary />
        ) : (
          <>
            <button type="button" class="button-primary" data-test="reconnect" onClick={() => account.reconnect()}>
              {action}
            </button>
            <SignOutButton name={text.signOut} />
          </>
        )}
        <Settings />
      </div>
    </main>
  );
}

function wordsFor({ status, errors }: Dictionary, code: ErrorCode) {
  if (code === 'replaced') return { title: status.replaced, sentence: status.replacedText, action: status.useHere };
  if (code === 'device_revoked')
    return { title: status.revoked, sentence: status.revokedText, action: status.asNewDevice };
  const title = code === 'unreachable' ? status.unreachable : status.stopped;
  return { title, sentence: errors[code], action: status.retry };
}
