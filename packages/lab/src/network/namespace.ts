import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { type CommandOptions, run } from './command.ts';
import type { Service } from './service.ts';

/** One machine of the lab: a Linux network namespace with names of its own. */
export class Namespace {
  /** As `ip netns` knows it, unique on this machine. */
  readonly name: string;
  /** As people know it: `server`, `anna`, `anna-router1`. */
  readonly label: string;
  /** A folder for the configuration and the logs of what runs here; removed with the lab. */
  readonly folder: string;
  /** What was started here by the lab itself, in the order in which it was started. */
  readonly services: Service[] = [];

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
