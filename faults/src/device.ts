import { tokenOf } from '@anypath/bench/anypath';
import { AnypathError, type Client, connect } from '@anypath/client';
import { ERRORS } from '@anypath/protocol';
import { Cable, type Destination } from './cable.ts';
import { Disk, type Mounted } from './disk.ts';

/** One program on a device, from its start to its end. */
interface Life {
  readonly disk: Mounted;
  readonly cable: Cable;
  readonly done: Promise<void>;
  client: Client | undefined;
  isOver: boolean;
}

/** What a program does. @param isAlive whether it still runs: what happens to it afterwards has not happened */
export type Program = (client: Client, isAlive: () => boolean) => void;

/** A device on which programs with the SDK start and end, one after the other. They share its disk. */
export class Device {
  readonly wallet: string;
  readonly #server: Destination;
  readonly #program: Program;
  readonly #disk = new Disk();
  #life: Life | undefined;

  constructor(wallet: string, server: Destination, program: Program) {
    this.wallet = wallet;
    this.#server = server;
    this.#program = program;
  }

  /** Whether a program runs. */
  get isOn(): boolean {
    return this.#life !== undefined;
  }

  /** Starts the program; it runs once it has reached the server. */
  async start(): Promise<void> {
    if (this.#life) return;
    const cable = await Cable.to(this.#server);
    const life: Life = { disk: this.#disk.mount(), cable, client: undefined, isOver: false, done: Promise.resolve() };
    this.#life = life;
    Object.assign(life, { done: this.#run(life) });
  }

  /** Ends the program in order: it closes its client, and waits until that is done. */
  async close(): Promise<void> {
    const life = this.#life;
    if (!life) return;
    this.#life = undefined;
    // It has to be there before it can be closed.
    await life.done;
    life.isOver = true;
    life.client?.close();
    await life.cable.idle();
    await life.disk.idle();
    this.#remove(life);
  }

  /** Its program loses its connections to the server, and makes others. */
  reconnect(): void {
    this.#life?.cable.drop();
  }

  /** Kills the program: from this moment on it writes nothing, sends nothing and receives nothing. */
  crash(): void {
    const life = this.#life;
    if (!life) return;
    this.#life = undefined;
    this.#remove(life);
  }

  #remove(life: Life): void {
    life.isOver = true;
    life.disk.unmount();
    life.cable.cut();
    // What is left of it in this process.
    life.client?.close();
  }

  async #run(life: Life): Promise<void> {
    const { durable, storage } = life.disk;
    const options = { url: life.cable.url, token: () => tokenOf(this.wallet), rtc: false, durable, storage };
    while (!life.isOver) {
      try {
        const client = await connect(options);
        if (life.isOver) return client.close();
        life.client = client;
        return this.#program(client, () => !life.isOver);
      } catch (error) {
        const isAgain = error instanceof AnypathError && ERRORS[error.code].retry;
        if (!life.isOver && !isAgain) throw error;
      }
    }
  }
}
