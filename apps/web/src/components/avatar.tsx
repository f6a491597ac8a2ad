import { initialOf } from '../model/wallet-name.ts';

const HUES = 6;

/** A person's first letter, on a colour that stays theirs. */
export function Avatar({ wallet }: { wallet: string }) {
  const sum = [...wallet].reduce((total, letter) => total * 31 + (letter.codePointAt(0) ?? 0), 7);
  return (
    <span class={`avatar avatar-${sum % HUES}`} aria-hidden="true">
      {initialOf(wallet)}
    </span>
  );
}
