/** Room of every socket of a wallet. A wallet has no `:`, so no name can look like another's. */
export const walletRoom = (wallet: string): string => `wallet:${wallet}`;

/** Room of every socket of one device key: the tabs of a browser. */
export const keyRoom = (wallet: string, keyId: string): string => `key:${wallet}:${keyId}`;
