import { dictionaryOf, LANGUAGE_NAMES, LANGUAGES } from '../i18n/language.ts';
import { type Preferences, THEMES } from '../model/preferences.ts';
import { ChoiceGroup } from './choice-group.tsx';

/** Language and theme, which every page lets people choose. */
export function AppearanceChoices({ preferences }: { preferences: Preferences }) {
  const { settings } = dictionaryOf(preferences.language.value);
  return (
    <>
      <ChoiceGroup
        legend={settings.language}
        choices={LANGUAGES.map((value) => ({ value, name: LANGUAGE_NAMES[value], lang: value }))}
        value={preferences.language.value}
        onChoose={(language) => preferences.chooseLanguage(language)}
      />
      <ChoiceGroup
        legend={settings.theme}
        choices={THEMES.map((value) => ({ value, name: settings.themes[value] }))}
        value={preferences.theme.value}
        onChoose={(theme) => preferences.chooseTheme(theme)}
      />
    </>
  );
}
