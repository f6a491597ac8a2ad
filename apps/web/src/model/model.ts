import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Account, storedNetwork } from './account.ts';
import { browserStorage } from './browser-storage.ts';
import { Conversations } from './conversations.ts';
import { addressWith, initialNetwork, type Network } from './network.ts';
import { Preferences } from './preferences.ts';

/** Everything that the page shows and does, without its looks. */
interface Model {
  readonly preferences: Preferences;
  readonly account: Account;
  readonly conversations: Conversations;
  chooseNetwork(network: Network): void;
}

/** Makes the model of this tab and ties it to the browser's events. */
export function createModel(): Model {
  const tab = browserStorage('sessionStorage');
  const preferences = new Preferences(browserStorage('localStorage'), navigator.languages);
  const conversations = new Conversations(tab, () => document.visibilityState === 'visible');
  const network = initialNetwork(location.search, storedNetwork(tab));
  const account = new Account(tab, conversations, network);
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
  return { preferences, account, conversations, chooseNetwork };
}

export const ModelContext = createContext<Model | undefined>(undefined);

/** The model, for components. */
export function useModel(): Model {
  const model = useContext(ModelContext);
  if (!model) throw new Error('useModel needs a ModelContext above it');
  return model;
}
