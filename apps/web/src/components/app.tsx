import { useEffect } from 'preact/hooks';
import type { Phase } from '../model/account.ts';
import { useModel } from '../model/model.ts';
import { waitingIn } from '../model/people.ts';
import { SignInScreen } from './sign-in-screen.tsx';
import { StartingScreen } from './starting-screen.tsx';
import { StoppedScreen } from './stopped-screen.tsx';
import { Workspace } from './workspace.tsx';

export function App() {
  const { account, everybody } = useModel();
  const phase = account.phase.value;
  const waiting = waitingIn(everybody.value);
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) anypath` : 'anypath';
  }, [waiting]);
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
