import { styleText } from 'node:util';
import type { Tone } from '@anypath/doctor';

/** Whether a stream shows colours: a terminal, and nobody has switched them off. */
export const isColoured = ({ isTTY }: { isTTY?: boolean }): boolean => isTTY === true && !process.env['NO_COLOR'];

const COLOURS = { good: 'green', bad: 'red', doubt: 'yellow', heading: 'bold', faint: 'gray' } as const;

/** Colours a part of a text. */
export const paint = (tone: Tone, text: string): string => styleText(COLOURS[tone], text, { validateStream: false });

/** One line on a terminal that says how far it is; nothing elsewhere. */
export function progressLine(): { show(text: string): void; clear(): void } {
  const { stderr } = process;
  const clear = () => void (stderr.isTTY && stderr.write('\r\u001b[K'));
  const show = (text: string) => {
    if (stderr.isTTY) stderr.write(`\r\u001b[K${text.slice(0, (stderr.columns || 80) - 1)}`);
  };
  return { show, clear };
}
