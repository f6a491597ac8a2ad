/** What must last: everything that a restart of the server may not forget. */
export interface Store {
  /**
   * Whether a feature is on (SPEC S1.4).
   *
   * @param key the flag, such as `rtc.ice`
   * @returns the stored value, or `undefined` where nobody has set it
   */
  flag(key: string): boolean | undefined;
  setFlag(key: string, enabled: boolean): void;
  /**
   * A secret that this installation made for itself.
   *
   * @param name what it is for
   * @param make makes it the first time
   * @returns the same value ever after
   */
  secret(name: string, make: () => Uint8Array): Uint8Array;
  close(): void;
}
