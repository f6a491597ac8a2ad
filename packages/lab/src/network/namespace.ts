import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type CommandOptions, run } from './command.ts';

/** A program that the lab runs on one of its machines, as far as a description of it goes. */
export interface Logged {
  readonly name: string;
  /** All that it said so far. */
  log(): string;
}

/** One machine of the lab: a Linux network namespace with names of its own. */
export class Namespace {
  /** As `ip netns` knows it, unique on this machine. */
  readonly name: string;
  /** As people know it: `server`, `anna`, `anna-router1`. */
  readonly label: string;
  /** A folder for the configuration and the logs of what runs here; removed with the lab. */
  readonly folder: string;
  /** What was started here by the lab itself, in the order in which it was started. */
  readonly services: Logged[] = [];

  constructor(name: string, label: string, folder: string) {
    this.name = name;
    this.label = label;
    this.folder = folder;
  }

  /**
   * Starts a command in this namespace. Its process number is the command's own, so that signals reach it.
   *
   * @param options as for `node:child_process`
   */
  spawn(command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.name, command, ...args], options);
  }

  /**
   * Makes a file that runs a command in this namespace, for programs that start others by a path alone.
   *
   * @returns the path of the file
   */
  launcher(command: string): string {
    mkdirSync(this.folder, { recursive: true });
    const file = `${this.folder}/run-${basename(command)}`;
    writeFileSync(file, `#!/bin/sh\nexec ip netns exec ${this.name} ${command} "$@"\n`, { mode: 0o755 });
    return file;
  }

  /** Runs a command in this namespace to its end; as `run` otherwise. */
  run(command: string, args: readonly string[] = [], options: CommandOptions = {}): Promise<string> {
    return run('ip', ['netns', 'exec', this.name, command, ...args], options);
  }

  /** Carries out several `ip` commands, one a line, in one process. */
  async configure(...commands: readonly string[]): Promise<void> {
    await run('ip', ['-n', this.name, '-batch', '-'], { input: `${commands.join('\n')}\n` });
  }

  /** Loads nftables rules in one transaction. */
  async loadRules(rules: string): Promise<void> {
    await this.run('nft', ['-f', '-'], { input: rules });
  }
}
