import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { NETWORKS } from '../model/network.ts';
import { RINGING } from '../model/preferences.ts';
import { AppearanceChoices } from './appearance-choices.tsx';
import { ChoiceGroup } from './choice-group.tsx';
import { Icon } from './icon.tsx';
import { OtherPages } from './other-pages.tsx';
import { OwnDevices } from './own-devices.tsx';

export function Settings() {
  const { account, devices, preferences, chooseNetwork } = useModel();
  const { settings } = useText();
  return (
    <details
      class="settings"
      data-test="settings"
      onToggle={(event) => {
        // When the others were connected last is told to who asks.
        if (event.currentTarget.open && account.phase.peek().name === 'connected') void devices.refresh();
      }}
    >
      <summary>
        <Icon name="settings" />
        {settings.title}
        <Icon name="chevron" />
      </summary>
      <div class="settings-body">
        <ChoiceGroup
          legend={settings.network}
          choices={NETWORKS.map((value) => ({ value, ...settings.networks[value] }))}
          value={account.network.value}
          onChoose={chooseNetwork}
        />
        <AppearanceChoices preferences={preferences} />
        <ChoiceGroup
          legend={settings.ringing}
          choices={RINGING.map((value) => ({ value, name: settings.ringings[value] }))}
          value={preferences.ringing.value}
          onChoose={(ringing) => preferences.chooseRinging(ringing)}
        />
        <OwnDevices />
        <OtherPages />
      </div>
    </details>
  );
}
