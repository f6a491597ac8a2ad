export { AnypathError, type ErrorCode, isErrorCode, isWallet } from '@anypath/protocol';
export { type Client, type ClientEvents, type ConnectOptions, connect } from './client.ts';
export type { Link, LinkEvents, Message } from './link/link.ts';
export type { Path } from './link/path.ts';
export type { Delivery, Receipt } from './link/receipt.ts';
export type { CandidateFacts, SelectedPair } from './rtc/selected-pair.ts';
export type { KeyValueStore } from './storage.ts';
