import type { Dictionary } from './en.ts';

/** What went wrong at a sign-in or with a contact, in words. Codes of a newer server that this page does not know are said in general words. */
export function problemText({ signIn, contacts, errors }: Dictionary, code: string): string {
  const sentences: Readonly<Record<string, string>> = { ...errors, ...signIn.problems, ...contacts.problems };
  return sentences[code] ?? errors.internal;
}
