import type { Preferences } from '../model/preferences.ts';
import { AppearanceChoices } from './appearance-choices.tsx';
import { Icon } from './icon.tsx';

/** Language and theme behind a line that unfolds: the settings of pages that have no others. */
export function AppearanceSettings({ preferences, title }: { preferences: Preferences; title: string }) {
  return (
    <details class="settings" data-test="appearance">
      <summary>
        <Icon name="settings" />
        {title}
        <Icon name="chevron" />
      </summary>
      <div class="settings-body">
        <AppearanceChoices preferences={preferences} />
      </div>
    </details>
  );
}
