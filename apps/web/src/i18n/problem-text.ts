import type { Dictionary } from './en.ts';

/** What went wrong at a sign-in, with a contact, a device or the mailbox, in words. Codes of a newer server that this page does not know are said in general words. */
export function problemText({ signIn, contacts, devices, errors }: Dictionary, code: string): string {
  const sentences: Readonly<Record<string, string>> = {
    ...errors,
    ...signIn.problems,
    ...contacts.problems,
    ...devices.problems,
  };
  return sentences[code] ?? errors.internal;
}
