import type { ErrorCode } from '@anypath/client';
import { useState } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { obstacleTo } from '../model/people.ts';
import { FieldError } from './field-error.tsx';
import { Icon } from './icon.tsx';

export function SendAgain({ peer, id }: { peer: string; id: string }) {
  const { conversations, contacts } = useModel();
  const text = useText();
  const [code, setCode] = useState<ErrorCode>();
  if (obstacleTo(contacts.standingOf(peer), conversations.online.value.includes(peer))) return null;
  return (
    <>
      <button
        type="button"
        class="button-plain send-again"
        data-test="send-again"
        onClick={() => setCode(conversations.sendAgain(peer, id))}
      >
        <Icon name="again" />
        {text.conversation.sendAgain}
      </button>
      {code && <FieldError id={`again-error-${id}`}>{text.errors[code]}</FieldError>}
    </>
  );
}
