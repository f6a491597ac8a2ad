import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { shortName } from '../model/wallet-name.ts';
import { Icon } from './icon.tsx';
import { PartDialog } from './part-dialog.tsx';

const ACTIONS = ['remove', 'block'] as const;
type Action = (typeof ACTIONS)[number];

/** What can be done about the other side of a conversation. Arrow keys move, Escape and a press elsewhere close. */
export function PeerMenu({ peer }: { peer: string }) {
  const text = useText().contacts;
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [asked, setAsked] = useState<Action>();

  const items = () => [...(root.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    items()[0]?.focus();
    const onPointerDown = ({ target }: PointerEvent) => {
      if (!(target instanceof Node && root.current?.contains(target))) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointerDown);
    return () => document.removeEventListener('pointerdown', onPointerDown);
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const choose = (action: Action) => {
    // The dialog gives the focus back to whatever has it now.
    close();
    setAsked(action);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const all = items();
    const at = all.findIndex((item) => item.matches(':focus'));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === 'Escape') close();
    if (event.key === 'Tab') setOpen(false);
    if (next === undefined) return;
    event.preventDefault();
    all.at(next % all.length)?.focus();
  };

  return (
    <div class="menu" ref={root}>
      <button
        ref={button}
        type="button"
        class="button-icon"
        data-test="peer-menu"
        aria-label={text.menu(shortName(peer))}
        title={text.menu(shortName(peer))}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="more" />
      </button>
      {isOpen && (
        <div class="menu-items" role="menu" aria-label={text.menu(shortName(peer))} tabIndex={-1} onKeyDown={onKeyDown}>
          {ACTIONS.map((action) => (
            <button
              key={action}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class={`menu-item menu-${action}`}
              data-test={`menu-${action}`}
              onClick={() => choose(action)}
            >
              <Icon name={action} />
              {text[action]}…
            </button>
          ))}
        </div>
      )}
      {asked && <PartDialog peer={peer} action={asked} onClose={() => setAsked(undefined)} />}
    </div>
  );
}
