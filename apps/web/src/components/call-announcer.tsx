import type { Dictionary } from '../i18n/en.ts';
import { useText } from '../i18n/use-text.ts';
import type { CallNews, Stage } from '../model/calls.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';

/** Says aloud how a call goes on, wherever the person is in the page. The element stays, its words change. */
export function CallAnnouncer() {
  const { calls } = useModel();
  const text = useText();
  return (
    <p class="visually-hidden" role="status" data-test="call-news">
      {wordsFor(text, calls.stage.value, calls.news.value)}
    </p>
  );
}

function wordsFor({ call: { announced, theirs } }: Dictionary, stage: Stage, news: CallNews | undefined) {
  if (stage.name === 'none') return news && announced[news.what](shortName(news.peer));
  if (stage.name === 'opening') return announced.opening(shortName(stage.peer));
  // A dialog and an alert speak for themselves.
  if (stage.name !== 'going') return undefined;
  const { peer, phase, flow, path, theirs: sends } = stage.session;
  const name = shortName(peer);
  if (phase.value === 'calling') return announced.opening(name);
  if (phase.value === 'alerting') return announced.alerting;
  if (flow.value === 'still') return announced.still;
  const words = [announced.talking(name)];
  if (path.value) words.push(announced[path.value.tier]);
  if (sends.value.mutedAudio) words.push(`${theirs.mutedAudio(name)}.`);
  return words.join(' ');
}
