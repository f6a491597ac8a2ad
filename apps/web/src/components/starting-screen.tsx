import { useText } from '../i18n/use-text.ts';
import { Brand } from './brand.tsx';

/** Nothing at first: it is mostly over before anybody could read it. */
export function StartingScreen() {
  const { status } = useText();
  return (
    <main class="screen">
      <div class="card late" role="status">
        <Brand />
        <p class="lead">{status.connecting}</p>
      </div>
    </main>
  );
}
