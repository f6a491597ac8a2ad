/** A page in a real browser, as far as the lab drives it. */
export interface Tab {
  readonly browserName: 'chromium' | 'firefox';
  /** What the page wrote to its console. */
  readonly console: readonly string[];
  goto(url: string): Promise<void>;
  /** Runs a script in the page. */
  run(script: string): Promise<void>;
  /**
   * Calls a function in the page.
   *
   * @param action may use nothing but its argument and what is global in the page
   * @param argument anything that JSON can carry
   * @returns what it returns, or what its promise resolves with, if JSON can carry it
   */
  evaluate<Argument, Result>(
    action: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
  /** Ends the browser. */
  close(): Promise<void>;
}

/** How to start a browser on a machine of the lab. */
export interface TabOptions {
  /** The home folder, where the browser looks for the authorities that it trusts. */
  readonly home: string;
  /** A folder of its own for profile and temporary files, which goes with the lab. */
  readonly folder: string;
  /** The HTTP proxy that its network demands. */
  readonly proxy: { readonly host: string; readonly port: number } | undefined;
}
