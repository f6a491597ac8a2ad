import { computed, effect, type ReadonlySignal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Account, storedNetwork } from './account.ts';
import { browserStorage } from './browser-storage.ts';
import { Calls } from './calls.ts';
import { ContactBook } from './contact-book.ts';
import { Conversations } from './conversations.ts';
import { Entrance } from './entrance.ts';
import { MediaDevicesBook } from './media-devices.ts';
import { addressWith, initialNetwork, type Network } from './network.ts';
import { OwnDevices } from './own-devices.ts';
import { type Everybody, everybody } from './people.ts';
import { Preferences } from './preferences.ts';
import { Ringer } from './ringer.ts';
import { Trust } from './trust.ts';
import { Wallets } from './wallets.ts';

/** Everything that the page shows and does, without its looks. */
interface Model {
  readonly preferences: Preferences;
  readonly account: Account;
  readonly entrance: Entrance;
  readonly wallets: Wallets;
  readonly conversations: Conversations;
  readonly contacts: ContactBook;
  readonly calls: Calls;
  readonly media: MediaDevicesBook;
  readonly devices: OwnDevices;
  readonly trust: Trust;
  /** Everybody whom the person sees, each in one place. */
  readonly everybody: ReadonlySignal<Everybody>;
  /** Takes up a session, or finds out how to get one. */
  start(): void;
  chooseNetwork(network: Network): void;
}

/** Makes the model of this tab and ties it to the browser's events. */
export function createModel(): Model {
  const tab = browserStorage('sessionStorage');
  const browser = browserStorage('localStorage');
  const preferences = new Preferences(browser, navigator.languages);
  const conversations = new Conversations(tab, () => document.visibilityState === 'visible');
  const contacts = new ContactBook(tab, (wallet) => conversations.forget(wallet));
  const devices = new OwnDevices();
  const trust = new Trust(tab);
  const network = initialNetwork(location.search, storedNetwork(tab));
  const media = new MediaDevicesBook(browser, navigator.mediaDevices);
  const calls: Calls = new Calls({
    conversations,
    devices: media,
    isNarrow: () => matchMedia('(max-width: 719px)').matches,
    obstacle: () => {
      if (account.network.peek() === 'relay') return 'relay-only';
      return isSecureContext ? undefined : 'insecure';
    },
  });
  // The call first: it is noted in its conversation when the connection is left.
  const account: Account = new Account(tab, [contacts, trust, devices, calls, conversations], network);
  const ringer = new Ringer();
  effect(() => ringer.play(preferences.ringing.value === 'on' ? calls.tone.value : undefined));
  const entrance = new Entrance();
  const wallets = new Wallets(window);
  document.addEventListener('visibilitychange', () => conversations.seen());
  window.addEventListener('online', () => {
    const phase = account.phase.peek();
    if (phase.name === 'stopped' && phase.code === 'unreachable') account.reconnect();
  });
  const chooseNetwork = (choice: Network) => {
    const address = addressWith(location.href, choice);
    if (address) history.replaceState(null, '', address);
    account.chooseNetwork(choice);
  };
  const start = () => {
    void entrance.ask();
    void account.start();
  };
  const seen = computed(() =>
    everybody({
      online: conversations.online.value,
      threads: conversations.threads.value,
      related: contacts.states.value.keys(),
      standingOf: (wallet) => contacts.standingOf(wallet),
    }),
  );
  const people = { conversations, contacts, everybody: seen };
  return { preferences, account, entrance, wallets, ...people, calls, media, devices, trust, start, chooseNetwork };
}

export const ModelContext = createContext<Model | undefined>(undefined);

/** The model, for components. */
export function useModel(): Model {
  const model = useContext(ModelContext);
  if (!model) throw new Error('useModel needs a ModelContext above it');
  return model;
}
