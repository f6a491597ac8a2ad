import type { KeyValueStore } from '@anypath/client';
import { effect, signal } from '@preact/signals';
import { isLanguage, type Language, preferredLanguage } from '../i18n/language.ts';
import { kept } from './browser-storage.ts';

export const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

export const RINGING = ['on', 'off'] as const;
type Ringing = (typeof RINGING)[number];

const LANGUAGE_KEY = 'anypath-web:language';
const THEME_KEY = 'anypath-web:theme';
const RINGING_KEY = 'anypath-web:ringing';

/** How the person wants the page: the same in every tab, from its next load on. */
export class Preferences {
  readonly language;
  readonly theme;
  /** Whether calls are to be heard before they are taken. */
  readonly ringing;
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
    this.ringing = signal<Ringing>(store.getItem(RINGING_KEY) === 'off' ? 'off' : 'on');
  }

  chooseLanguage(language: Language): void {
    this.language.value = language;
    kept(this.#store, LANGUAGE_KEY, language);
  }

  chooseTheme(theme: Theme): void {
    this.theme.value = theme;
    kept(this.#store, THEME_KEY, theme);
  }

  chooseRinging(ringing: Ringing): void {
    this.ringing.value = ringing;
    kept(this.#store, RINGING_KEY, ringing);
  }

  /** Keeps the document's language and theme the same as the choices. */
  applyTo(root: HTMLElement): void {
    effect(() => {
      root.lang = this.language.value;
      root.dataset['theme'] = this.theme.value;
    });
  }
}
