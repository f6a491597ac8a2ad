import { useText } from '../i18n/use-text.ts';
import { Icon } from './icon.tsx';

export function NoConversation() {
  const { conversation } = useText();
  return (
    <div class="no-conversation">
      <div class="card-icon">
        <Icon name="talk" />
      </div>
      <h2>{conversation.choose}</h2>
      <p>{conversation.chooseText}</p>
    </div>
  );
}
