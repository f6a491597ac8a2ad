import type { KeyValueStore } from '@anypath/client';
import { effect, signal } from '@preact/signals';
import { isLanguage, type Language, preferredLanguage } from '../i18n/language.ts';
import { kept } from './browser-storage.ts';

export const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const LANGUAGE_KEY = 'anypath-web:language';
const THEME_KEY = 'anypath-web:theme';

/** How the person wants the page: the same in every tab, from its next load on. */
export class Preferences {
  readonly language;
  readonly theme;
  readonly #store: KeyValueStore;

  /**
   * @param store where the choices are kept
   * @param languages the browser's languages, the best first
   */
  constructor(store: KeyValueStore, languages: readonly string[]) {
    this.#store = store;
    const language = store.getItem(LANGUAGE_KEY);
    this.language = signal<Language>(isLanguage(language) ? language : preferredLanguage(languages));
    const theme = store.getItem(THEME_KEY);
    this.theme = signal<Theme>(THEMES.find((known) => known === theme) ?? 'auto');
  }

  chooseLanguage(language: Language): void {
    this.language.value = language;
    kept(this.#store, LANGUAGE_KEY, language);
  }

  chooseTheme(theme: Theme): void {
    this.theme.value = theme;
    kept(this.#store, THEME_KEY, theme);
  }

  /** Keeps the document's language and theme the same as the choices. */
  applyTo(root: HTMLElement): void {
    effect(() => {
      root.lang = this.language.value;
      root.dataset['theme'] = this.theme.value;
    });
  }
}
