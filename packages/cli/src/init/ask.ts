import { confirm, intro, isCancel, text } from '@clack/prompts';
import { type Answers, asHostName, isAnswer, type Question, turnDomainFor, walletsOf } from './answers.ts';
import type { InitWords } from './words/words.ts';

/** Answers that were given as options, as they were typed. */
export type GivenAnswers = Readonly<Partial<Record<Question, string>>>;

/** Whoever was asked has had enough. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** An option that is no answer. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
  readonly question: Question;
  readonly given: string;

  constructor(question: Question, given: string) {
    super(`${question}: ${given}`);
    this.question = question;
    this.given = given;
  }
}

/** Finds the answer to one question; `usual` is what an empty one stands for. */
type Ask = (question: Question, usual: string, domain?: string) => Promise<string>;

/**
 * Takes every answer from the options, and the usual one where there is none.
 *
 * @throws WrongAnswer for the first that cannot be used
 */
export const givenAnswers = (given: GivenAnswers): Promise<Answers> =>
  answersBy(
    async (question, usual, domain) => checked(question, given[question] ?? usual, domain),
    async () => given.accountSid !== undefined,
  );

/**
 * Asks on the terminal for what the options leave open.
 *
 * @throws WrongAnswer for an option that cannot be used, Cancelled where somebody presses Ctrl+C
 */
export function askedAnswers(given: GivenAnswers, words: InitWords): Promise<Answers> {
  intro(words.title);
  const ask: Ask = async (question, usual, domain) => {
    const said = given[question];
    if (said !== undefined) return checked(question, said, domain);
    const answer = await text({
      message: words.questions[question],
      ...(usual === '' ? {} : { placeholder: usual, defaultValue: usual }),
      validate: (value) => (isAnswer(question, value?.trim() || usual, domain) ? undefined : words.wrong[question]),
    });
    return uncancelled(answer).trim() || usual;
  };
  return answersBy(ask, async () =>
    given.accountSid === undefined
      ? uncancelled(await confirm({ message: words.useTwilio, initialValue: false }))
      : true,
  );
}

async function answersBy(ask: Ask, wantsTwilio: () => Promise<boolean>): Promise<Answers> {
  const domain = asHostName(await ask('domain', ''));
  const turnDomain = asHostName(await ask('turnDomain', turnDomainFor(domain), domain));
  const email = await ask('email', '');
  const adminWallets = walletsOf(await ask('adminWallets', ''));
  const common = { domain, turnDomain, email, adminWallets };
  if (!(await wantsTwilio())) return common;
  const accountSid = await ask('accountSid', '');
  if (accountSid === '') return common;
  const [apiKey, apiSecret] = [await ask('apiKey', ''), await ask('apiSecret', '')];
  return { ...common, twilio: { accountSid, apiKey, apiSecret } };
}

function checked(question: Question, answer: string, domain: string | undefined): string {
  if (!isAnswer(question, answer, domain)) throw new WrongAnswer(question, answer);
  return answer;
}

function uncancelled<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw new Cancelled();
  return answer as Exclude<T, symbol>;
}
