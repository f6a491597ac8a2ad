import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';
import { QuestionDialog } from './question-dialog.tsx';

interface Props {
  readonly peer: string;
  readonly action: 'remove' | 'block';
  readonly onClose: () => void;
}

/** Says what a removal or a block does, and does it. */
export function PartDialog({ peer, action, onClose }: Props) {
  const { contacts } = useModel();
  const text = useText();
  const words = {
    remove: { title: text.contacts.removeTitle, lines: text.contacts.removeText, submit: text.contacts.remove },
    block: { title: text.contacts.blockTitle, lines: text.contacts.blockText, submit: text.contacts.block },
  }[action];
  const part = async () => {
    const outcome = await contacts.part(action, peer);
    return outcome.ok ? undefined : outcome.code;
  };
  return (
    <QuestionDialog
      name="part"
      action={action}
      title={words.title(shortName(peer))}
      lines={words.lines}
      submit={words.submit}
      onConfirm={part}
      onClose={onClose}
    />
  );
}
