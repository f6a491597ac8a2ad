import { useModel } from '../model/model.ts';
import type { Dictionary } from './en.ts';
import { dictionaryOf } from './language.ts';

/** The page's words in the person's language; the component follows a change. */
export const useText = (): Dictionary => dictionaryOf(useModel().preferences.language.value);
