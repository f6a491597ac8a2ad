/** Room of every socket of a wallet. A wallet has no `:`, so no name can look like another's. */
export const walletRoom = (wallet: string): string => `wallet:${wallet}`;

/** Room of the socket of one device. */
export const deviceRoom = (wallet: string, deviceId: string): string => `device:${wallet}:${deviceId}`;
