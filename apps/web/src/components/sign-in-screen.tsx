import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { Brand } from './brand.tsx';
import { Settings } from './settings.tsx';
import { WaysIn } from './ways-in.tsx';

export function SignInScreen() {
  const { account } = useModel();
  const text = useText();
  const phase = account.phase.value;
  const ended = phase.name === 'signed-out' ? phase.code : undefined;
  return (
    <main class="screen">
      <div class="card" data-test="sign-in-screen">
        <h1>
          <Brand />
        </h1>
        <p class="lead">{text.tagline}</p>
        {ended && (
          <p class="notice" role="status">
            {text.errors[ended]}
          </p>
        )}
        <WaysIn />
        <Settings />
      </div>
    </main>
  );
}
