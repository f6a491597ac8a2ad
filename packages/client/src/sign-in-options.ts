import type { SessionKind } from '@anypath/protocol';
import type { DurableStore } from './durable/durable-store.ts';
import type { WalletProvider } from './wallet-provider.ts';

/** Which server. */
export interface ServerOptions {
  /** The server, such as `https://rtc.example.com`; the page's own origin where it is left out. */
  url?: string;
}

/** How to sign in with a wallet. */
export interface WalletSignInOptions extends ServerOptions {
  /** The wallet: `window.ethereum`, or the `provider` of an EIP-6963 announcement. */
  provider: WalletProvider;
  /**
   * `cookie` where it is left out: the session is in a cookie that scripts cannot read, and `connect` needs no token. `bearer`
   * returns a token, where the server allows that.
   */
  as?: SessionKind;
  /** What the wallet shows to its owner beside the address of the page: one line of printable ASCII. */
  statement?: string;
  /** The chain that the message names; the wallet's own where the server accepts it, else the first that it does. */
  chainId?: number;
  /**
   * Where the device's key is kept, the same as for `connect`; IndexedDB where it is left out. The message binds the key to the
   * wallet, so that others can check it. Without a store that lasts, or without X25519, the sign-in binds nothing.
   */
  durable?: DurableStore;
}
