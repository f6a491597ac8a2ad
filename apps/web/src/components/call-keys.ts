import type { CallSession } from '../model/call-session.ts';
import type { Calls } from '../model/calls.ts';

/** Keys that work anywhere in the page during a call, with Ctrl (or Cmd) and Shift. */
export const CALL_KEYS = { microphone: 'M', camera: 'O', share: 'E', hangup: 'H' } as const;
export type CallKey = keyof typeof CALL_KEYS;

/** For `aria-keyshortcuts` (WAI-ARIA 1.2). */
export const shortcutOf = (key: CallKey): string => `Control+Shift+${CALL_KEYS[key]}`;

/** Which key of a call was pressed, if any. */
export function callKeyOf(event: KeyboardEvent): CallKey | undefined {
  if (!event.shiftKey || event.altKey || !(event.ctrlKey || event.metaKey)) return undefined;
  const letter = event.key.toUpperCase();
  return (Object.keys(CALL_KEYS) as CallKey[]).find((key) => CALL_KEYS[key] === letter);
}

/** Whether the browser can share a screen; on phones none does. */
export const canShareScreen = (): boolean => typeof navigator.mediaDevices?.getDisplayMedia === 'function';

/** Does what a key of a call stands for. */
export function pressed(key: CallKey, calls: Calls, session: CallSession | undefined): void {
  if (key === 'hangup') return calls.hangup();
  if (key === 'microphone') void session?.toggleMicrophone();
  if (key === 'camera') void session?.toggleCamera();
  if (key === 'share' && session?.phase.peek() === 'active' && canShareScreen()) void session.toggleScreen();
}
