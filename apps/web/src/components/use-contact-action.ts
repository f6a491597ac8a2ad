import type { ErrorCode } from '@anypath/client';
import { useState } from 'preact/hooks';
import type { Outcome } from '../model/contact-book.ts';

/** Does one thing about a contact at a time, and holds why it failed. */
export function useContactAction() {
  const [isBusy, setBusy] = useState(false);
  const [code, setCode] = useState<ErrorCode>();
  const run = async (act: () => Promise<Outcome>): Promise<Outcome | undefined> => {
    if (isBusy) return undefined;
    setBusy(true);
    const outcome = await act();
    setBusy(false);
    setCode(outcome.ok ? undefined : outcome.code);
    return outcome;
  };
  return { isBusy, code, run };
}
