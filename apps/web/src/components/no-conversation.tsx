import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { isAlone } from '../model/people.ts';
import { Icon } from './icon.tsx';

export function NoConversation() {
  const { conversation } = useText();
  const alone = isAlone(useModel().everybody.value);
  return (
    <div class="no-conversation">
      <div class="card-icon">
        <Icon name="talk" />
      </div>
      <h2>{alone ? conversation.alone : conversation.choose}</h2>
      <p>{alone ? conversation.aloneText : conversation.chooseText}</p>
    </div>
  );
}
