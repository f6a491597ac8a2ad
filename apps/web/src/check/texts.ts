import type { Language } from '../i18n/language.ts';

/** What the page of the check says beside the doctor's own words. */
export interface CheckTexts {
  readonly title: string;
  readonly lead: string;
  readonly start: string;
  readonly again: string;
  readonly running: string;
  readonly ended: (checks: number) => string;
  readonly ladder: string;
  readonly waiting: string;
  readonly details: string;
  readonly copy: string;
  readonly copied: string;
  readonly copyFailed: string;
  readonly download: string;
  readonly shareHint: string;
  readonly signIn: string;
  readonly signInLink: string;
  readonly back: string;
  readonly appearance: string;
}

const en: CheckTexts = {
  title: 'Check this network',
  lead: 'Finds out in about ten seconds which ways a conversation can take from here, and what to do where one fails.',
  start: 'Start the check',
  again: 'Check again',
  running: 'Checking …',
  ended: (checks) => `${checks} checks so far`,
  ladder: 'Ways out of this network, the best at the top',
  waiting: 'waiting',
  details: 'All checks',
  copy: 'Copy the result',
  copied: 'Copied, without addresses and names.',
  copyFailed: 'This browser does not allow copying. Please download it instead.',
  download: 'Download (JSON)',
  shareHint: 'The copy has no addresses and names in it. The download has them.',
  signIn: 'This server checks networks for people who are signed in.',
  signInLink: 'Sign in',
  back: 'To the conversations',
  appearance: 'Language and appearance',
};

const es: CheckTexts = {
  title: 'Comprobar esta red',
  lead: 'Averigua en unos diez segundos qué caminos puede tomar una conversación desde aquí, y qué hacer donde uno falla.',
  start: 'Empezar la comprobación',
  again: 'Comprobar otra vez',
  running: 'Comprobando …',
  ended: (checks) => `${checks} comprobaciones hasta ahora`,
  ladder: 'Caminos hacia fuera de esta red, el mejor arriba',
  waiting: 'esperando',
  details: 'Todas las comprobaciones',
  copy: 'Copiar el resultado',
  copied: 'Copiado, sin direcciones ni nombres.',
  copyFailed: 'Este navegador no permite copiar. Descárguelo en su lugar.',
  download: 'Descargar (JSON)',
  shareHint: 'La copia no lleva direcciones ni nombres. La descarga sí.',
  signIn: 'Este servidor comprueba redes para quien ha iniciado sesión.',
  signInLink: 'Iniciar sesión',
  back: 'A las conversaciones',
  appearance: 'Idioma y apariencia',
};

const TEXTS: Readonly<Record<Language, CheckTexts>> = { en, es };

export const checkTexts = (language: Language): CheckTexts => TEXTS[language];
