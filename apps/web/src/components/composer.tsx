import type { ErrorCode, Path } from '@anypath/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { problemText } from '../i18n/problem-text.ts';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';
import { FieldError } from './field-error.tsx';
import { isFocusLost } from './focus.ts';
import { Icon } from './icon.tsx';

const MAX_ROWS = 6;

interface Props {
  readonly peer: string;
  readonly path: Path;
  /** Whether the person has just come to this conversation, and wants to write. */
  readonly isEntrance: boolean;
}

export function Composer({ peer, path, isEntrance }: Props) {
  const { conversations } = useModel();
  const text = useText();
  const field = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState(conversations.drafts.get(peer) ?? '');
  const [code, setCode] = useState<ErrorCode>();
  const isConnected = conversations.links.value.has(peer);

  useEffect(() => {
    if (matchMedia('(min-width: 720px)').matches && (isEntrance || isFocusLost())) field.current?.focus();
  }, []);

  const edit = (value: string) => {
    setDraft(value);
    setCode(undefined);
    conversations.drafts.set(peer, value);
  };
  const send = () => {
    field.current?.focus();
    if (draft.trim() === '') return;
    const problem = conversations.send(peer, draft);
    if (problem) setCode(problem);
    else edit('');
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter accepts its suggestion.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form class="composer" onSubmit={onSubmit}>
      {code && <FieldError id="composer-error">{text.errors[code]}</FieldError>}
      {isConnected && <Hint peer={peer} path={path} />}
      <div class="composer-row">
        <textarea
          ref={field}
          data-test="composer"
          rows={Math.min(MAX_ROWS, draft.split('\n', MAX_ROWS).length)}
          value={draft}
          placeholder={text.conversation.placeholder}
          aria-label={text.conversation.write(shortName(peer))}
          aria-invalid={code !== undefined}
          aria-describedby={code ? 'composer-error' : 'composer-keys'}
          onInput={(event) => edit(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" class="button-primary send" data-test="send" aria-disabled={draft.trim() === ''}>
          <Icon name="send" />
          <span class="send-label">{text.conversation.send}</span>
        </button>
      </div>
      <p id="composer-keys" class="visually-hidden">
        {text.conversation.keys}
      </p>
    </form>
  );
}

/** What becomes of what is written now, where it does not simply get there. The element stays, so that screen readers hear its words. */
function Hint({ peer, path }: { peer: string; path: Path }) {
  const { conversations } = useModel();
  const text = useText();
  const held = conversations.held.value.get(peer);
  const words = () => {
    if (path === 'none') return text.conversation.waitsForUs;
    if (held !== undefined) return text.conversation.held(problemText(text, held));
    return path === 'mailbox' ? text.conversation.keptForPeer(shortName(peer)) : undefined;
  };
  const said = words();
  return (
    <p class="hint" role="status" data-test="composer-hint" data-held={held}>
      {said && <span class="late">{said}</span>}
    </p>
  );
}
