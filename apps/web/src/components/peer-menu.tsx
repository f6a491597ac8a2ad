import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Dictionary } from '../i18n/en.ts';
import { useText } from '../i18n/use-text.ts';
import type { Standing } from '../model/contact-book.ts';
import { shortName } from '../model/wallet-name.ts';
import { Icon } from './icon.tsx';
import { PartDialog } from './part-dialog.tsx';
import { SafetyDialog } from './safety-dialog.tsx';

type Action = 'safety' | 'remove' | 'block';

/** Keys are told to those who may write to each other; there is nothing to end where the server has no contacts. */
function actionsFor(standing: Standing | undefined): readonly Action[] {
  if (standing === undefined) return ['safety'];
  return standing === 'mutual' ? ['safety', 'remove', 'block'] : ['remove', 'block'];
}

const ICONS = { safety: 'shield', remove: 'remove', block: 'block' } as const;

const nameOf = (action: Action, { safety, contacts }: Dictionary): string =>
  action === 'safety' ? safety.menu : contacts[action];

/** What can be done about the other side of a conversation. Arrow keys move, Escape and a press elsewhere close. */
export function PeerMenu({ peer, standing }: { peer: string; standing: Standing | undefined }) {
  const text = useText();
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
        aria-label={text.contacts.menu(shortName(peer))}
        title={text.contacts.menu(shortName(peer))}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="more" />
      </button>
      {isOpen && (
        <div
          class="menu-items"
          role="menu"
          aria-label={text.contacts.menu(shortName(peer))}
          tabIndex={-1}
          onKeyDown={onKeyDown}
        >
          {actionsFor(standing).map((action) => (
            <button
              key={action}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class={`menu-item menu-${action}`}
              data-test={`menu-${action}`}
              onClick={() => choose(action)}
            >
              <Icon name={ICONS[action]} />
              {nameOf(action, text)}…
            </button>
          ))}
        </div>
      )}
      {asked === 'safety' && <SafetyDialog peer={peer} onClose={() => setAsked(undefined)} />}
      {(asked === 'remove' || asked === 'block') && (
        <PartDialog peer={peer} action={asked} onClose={() => setAsked(undefined)} />
      )}
    </div>
  );
}
