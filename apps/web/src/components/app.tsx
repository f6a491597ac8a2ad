import { useEffect } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import type { Phase } from '../model/account.ts';
import { useModel } from '../model/model.ts';
import { waitingIn } from '../model/people.ts';
import { shortName } from '../model/wallet-name.ts';
import { SignInScreen } from './sign-in-screen.tsx';
import { StartingScreen } from './starting-screen.tsx';
import { StoppedScreen } from './stopped-screen.tsx';
import { Workspace } from './workspace.tsx';

export function App() {
  const { account, calls, everybody } = useModel();
  const { incoming } = useText().call;
  const phase = account.phase.value;
  const waiting = waitingIn(everybody.value);
  const stage = calls.stage.value;
  const caller = stage.name === 'ringing' ? stage.session.peer : undefined;
  const calm = waiting > 0 ? `(${waiting}) anypath` : 'anypath';
  const title = caller === undefined ? calm : incoming.page(shortName(caller));
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <div class="app" data-test="app" data-online={String(account.isOnline.value)}>
      <Screen phase={phase} />
    </div>
  );
}

function Screen({ phase }: { phase: Phase }) {
  switch (phase.name) {
    case 'starting':
      return <StartingScreen />;
    case 'signed-out':
      return <SignInScreen />;
    case 'stopped':
      return <StoppedScreen code={phase.code} />;
    case 'connecting':
    case 'connected':
      return <Workspace wallet={phase.session.wallet} />;
  }
}
