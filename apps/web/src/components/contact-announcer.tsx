import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';

/** Says aloud who asks and who has agreed, wherever the person is in the page. The element stays, its words change. */
export function ContactAnnouncer() {
  const { contacts } = useModel();
  const { announced } = useText().contacts;
  const news = contacts.news.value;
  const speaks = news?.state === 'asking' || news?.state === 'mutual';
  return (
    <p class="visually-hidden" role="status" data-test="contact-news">
      {speaks && announced[news.state as keyof typeof announced](shortName(news.wallet))}
    </p>
  );
}
