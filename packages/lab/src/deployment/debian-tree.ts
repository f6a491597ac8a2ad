import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../network/command.ts';
import type { Namespace } from '../network/namespace.ts';
import { debianBase } from './debian-base.ts';

const REPOSITORY = fileURLToPath(new URL('../../../..', import.meta.url));

/** What a command in the tree ended with. */
export interface Ended {
  readonly status: number | null;
  /** What it wrote to both outputs. */
  readonly output: string;
}

/** @returns why no tree can be made here, or `undefined` where one can */
export function treeObstacle(): string | undefined {
  return existsSync('/etc/debian_version')
    ? undefined
    : 'the tree is made by debootstrap, for the Debian or Ubuntu that this is not';
}

/**
 * A Debian to install things in: made by debootstrap, under a layer that takes whatever is written and goes with the tree. It has
 * processes of its own and the network of a machine of a lab, and sees this repository, Node and a folder that it is given. coturn is
 * not installed in it, and can be.
 */
export class DebianTree implements AsyncDisposable {
  readonly root: string;

  readonly #holder: ChildProcess;

  private constructor(root: string, holder: ChildProcess) {
    this.root = root;
    this.#holder = holder;
  }

  /**
   * Makes a tree.
   *
   * @param namespace the machine that it is the system of; its hosts file becomes the tree's
   * @param folder where its files go
   * @param shared a folder that it sees under the same name, and may write to
   * @throws Error with the words of what failed, where there is no Debian to be had (see `debianBase`)
   */
  static async make(namespace: Namespace, folder: string, shared: string): Promise<DebianTree> {
    const root = `${folder}/root`;
    for (const part of [root, `${folder}/layer`]) mkdirSync(part, { recursive: true });
    const base = await debianBase();
    // The layer is in memory, because no layer may be on what is a layer itself.
    const script = `
      mount -t tmpfs layer ${folder}/layer
      mkdir ${folder}/layer/upper ${folder}/layer/work
      mount -t overlay -o lowerdir=${base},upperdir=${folder}/layer/upper,workdir=${folder}/layer/work tree ${root}
      mount -t proc proc ${root}/proc
      mount --rbind /dev ${root}/dev
      mount -t tmpfs run ${root}/run
      mkdir -p ${root}/run/netns
      mount --rbind /run/netns ${root}/run/netns
      cp /etc/netns/${namespace.name}/hosts ${root}/etc/hosts
      mkdir -p ${root}${dirname(process.execPath)} ${root}${REPOSITORY} ${root}${shared}
      touch ${root}${process.execPath}
      mount --bind ${process.execPath} ${root}${process.execPath}
      mount --bind -o ro ${REPOSITORY} ${root}${REPOSITORY}
      mount --bind ${shared} ${root}${shared}
      # The disk's syncs are most of the time that a package takes.
      echo force-unsafe-io > ${root}/etc/dpkg/dpkg.cfg.d/anypath-lab
      chroot ${root} dpkg --purge coturn >/dev/null 2>&1
      echo ready
      # The first process collects those that end, as an init does.
      sleep infinity &
      wait`;
    const holder = namespace.spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await Promise.race([once(holder.stdout ?? holder, 'data'), once(holder, 'exit')])) as [unknown];
    if (!String(said).includes('ready')) throw new Error(`no tree could be made in ${folder}`);
    return new DebianTree(root, holder);
  }

  /** Runs a command in the tree to its end. */
  async run(command: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const own = await this.#inner();
    const enter = ['--target', own, '--mount', '--pid', '--net', 'chroot', this.root];
    const child = spawn('nsenter', [...enter, command, ...args], {
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    // A service that it starts keeps the outputs open, so their end is not waited for.
    const [status] = (await once(child, 'exit')) as [number | null];
    return { status, output };
  }

  /** The first process inside, by its number outside. */
  async #inner(): Promise<string> {
    const children = await run('cat', [`/proc/${this.#holder.pid}/task/${this.#holder.pid}/children`]);
    return children.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#holder, 'exit');
    this.#holder.kill('SIGKILL');
    await ended;
  }
}
