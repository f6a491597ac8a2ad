import {
  type Answer,
  AnypathError,
  type ClientPayload,
  convIdOf,
  type Failure,
  type Forwarded,
  type SignalEvent,
} from '@anypath/protocol';
import type { Logger } from 'pino';
import { type Bus, type DeviceRef, type Obstacle, OK } from '../bus/port.ts';
import type { Config } from '../config.ts';
import type { Acquaintances } from '../contacts/acquaintances.ts';
import type { Flags } from '../flags/flags.ts';
import { after, type Maybe } from '../maybe.ts';
import type { Socket } from '../socket/connection.ts';
import type { Delivery } from '../socket/delivery.ts';
import { type Content, contentOf } from './content.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type Ring, Rings } from './rings.ts';
import { Waiting } from './waiting.ts';

/** What signals are forwarded with. */
export interface SignallingParts {
  readonly config: Pick<Config, 'HIDE_HOST_CANDIDATES'>;
  readonly bus: Bus;
  readonly flags: Flags;
  readonly acquaintances: Acquaintances;
  readonly delivery: Delivery;
  readonly log: Logger;
}

type Signal = ClientPayload<SignalEvent>;

/** A signal as it is passed on, and the one device that it is for; `undefined` where it is for all of a wallet. */
interface Addressed {
  readonly signal: Forwarded<SignalEvent>;
  readonly toDevice: string | undefined;
}

/** Carries offers, answers and candidates between devices that may talk (SPEC S4.1 to S4.5). */
export class Signalling {
  readonly #parts: SignallingParts;
  readonly #rings: Rings;
  readonly #waiting = new Waiting();

  constructor(parts: SignallingParts) {
    this.#parts = parts;
    this.#rings = new Rings(parts.bus.notes);
  }

  /**
   * Handles a signal. One that was seen is answered as the first was, and not forwarded again.
   *
   * @returns the answer; a promise where the signal waits for a device that is between two connections
   * @throws AnypathError `invalid_payload` for a wrong `convId`, `signal_reused` for an identifier that came with another content
   */
  handle<E extends SignalEvent>(socket: Socket, event: E, signal: ClientPayload<E>): Maybe<Answer> {
    const { device } = socket.data;
    if (signal.to === device.wallet) throw new AnypathError('invalid_payload', 'to: a signal goes to another wallet');
    if (signal.convId !== convIdOf(device.wallet, signal.to)) {
      throw new AnypathError('invalid_payload', 'convId: it is the two wallets, sorted and joined by ":"');
    }
    const answer = this.#parts.bus.once(device, signal.signalId, fingerprintOf(event, signal), () => {
      return answered(() => this.#attempt(socket, event, signal));
    });
    return after(answer, unlessReused);
  }

  /** What waits for a device goes to it now. */
  joined(device: DeviceRef): void {
    this.#waiting.joined(device);
  }

  /** In this order, so that a stranger learns nothing of the other side. Signals of a connection go out in the order in which they came. */
  #attempt(socket: Socket, event: SignalEvent, signal: Signal): Maybe<Answer> {
    const { flags, acquaintances } = this.#parts;
    const { device, leaving, rtc } = socket.data;
    if (!rtc || !flags.isEnabled('rtc.signal', device.wallet)) throw new AnypathError('sender_not_rtc_eligible');
    const addressed = after(acquaintances.areMutual(device.wallet, signal.to), (isMutual) => {
      if (!isMutual) throw new AnypathError('forbidden', `${signal.to} is not a mutual contact`);
      if (!flags.isEnabled('rtc.signal', signal.to)) throw new AnypathError('target_not_rtc_eligible');
      return this.#addressed(device, event, contentOf(event, signal, this.#parts.config.HIDE_HOST_CANDIDATES));
    });
    // A candidate that would tell an address is dropped, as the operator wants it.
    return leaving.do(addressed, (allowed) => (allowed ? this.#forward(event, allowed) : OK));
  }

  #addressed(from: DeviceRef, event: SignalEvent, content: Content): Maybe<Addressed | undefined> {
    const { signal, encryption } = content;
    if (event === 'rtc:offer') this.#parts.log.info({ from: from.wallet, to: signal?.to, encryption }, 'offer');
    if (!signal) return undefined;
    // Spreading would give each signal a hidden class of its own in V8 of Node 20, which takes longer than all checks.
    const stamped = Object.assign({}, signal, { from: from.wallet, fromDevice: from.deviceId });
    return after(this.#addressee(from, event, signal), (toDevice) => ({ signal: stamped, toDevice }));
  }

  #forward(event: SignalEvent, { signal, toDevice }: Addressed): Maybe<Answer> {
    const { to } = signal;
    const devices = this.#targets(to, toDevice);
    if (devices.length === 0) return this.#wait(event, signal, toDevice);
    const obstacles: Maybe<Obstacle>[] = [];
    let hasToAsk = false;
    for (const deviceId of devices) {
      const obstacle = this.#parts.delivery.signal({ wallet: to, deviceId }, event, signal);
      hasToAsk ||= obstacle instanceof Promise;
      obstacles.push(obstacle);
    }
    if (!hasToAsk) return OK;
    // Those that were there a moment ago are between two connections.
    const isGone = (found: readonly Obstacle[]) => found.every((obstacle) => obstacle === 'offline');
    return Promise.all(obstacles).then((found) => (isGone(found) ? this.#await(event, signal, toDevice) : OK));
  }

  /** Keeps the books of calls. @returns the one device that the signal is for; `undefined` where it is for all */
  #addressee(from: DeviceRef, event: SignalEvent, signal: Signal): Maybe<string | undefined> {
    const { to, toDevice, session, signalId } = signal;
    const isNewCall = event === 'rtc:offer' && session === undefined;
    const find = () => toDevice ?? (isNewCall ? undefined : this.#rings.deviceFor(from, to, session));
    switch (event) {
      case 'rtc:offer':
        return toDevice ?? after(this.#rings.offered(from, to, signalId, session), find);
      case 'rtc:answer':
        return after(this.#answered(from, to, session), find);
      case 'rtc:candidate':
        return find();
      case 'rtc:hangup':
        return after(find(), (device) => after(this.#hungUp(from, to, session), () => device));
    }
  }

  #answered(callee: DeviceRef, caller: string, session: string | undefined): Maybe<void> {
    return after(this.#rings.answered(callee, caller, session), (ring) => {
      if (ring === 'taken') throw new AnypathError('taken');
      if (ring) this.#tellOthers(callee, ring);
    });
  }

  #hungUp(from: DeviceRef, to: string, session: string | undefined): Maybe<void> {
    return after(this.#rings.find(to, from.wallet, session), (incoming) => {
      const found = incoming ?? this.#rings.find(from.wallet, to, session);
      return after(found, (ring) => {
        if (!ring) return;
        // Who declines does so for the wallet.
        if (ring === incoming && ring.answeredBy === undefined) this.#tellOthers(from, ring);
        return this.#rings.ended(ring);
      });
    });
  }

  #tellOthers(by: DeviceRef, { signalId, convId, session }: Ring): void {
    const taken = { convId, signalId, byDevice: by.deviceId, ...(session === undefined ? {} : { session }) };
    for (const deviceId of this.#parts.bus.devicesOf(by.wallet)) {
      if (deviceId !== by.deviceId) this.#parts.delivery.taken({ wallet: by.wallet, deviceId }, taken);
    }
  }

  #targets(to: string, toDevice: string | undefined): readonly string[] {
    const devices = this.#parts.bus.rtcDevicesOf(to);
    return toDevice === undefined ? devices : devices.filter((device) => device === toDevice);
  }

  #wait(event: SignalEvent, signal: Forwarded<SignalEvent>, toDevice: string | undefined): Maybe<Answer> {
    const { bus } = this.#parts;
    const { to } = signal;
    const online = bus.devicesOf(to);
    const isThere = toDevice === undefined ? online.length > 0 : online.includes(toDevice);
    if (isThere) return failure(new AnypathError('target_not_rtc_eligible'));
    return bus.isAway(to, toDevice) ? this.#await(event, signal, toDevice) : offline(to);
  }

  async #await(event: SignalEvent, signal: Forwarded<SignalEvent>, toDevice: string | undefined): Promise<Answer> {
    const { to } = signal;
    const came = await this.#waiting.add(to, toDevice, (deviceId) => {
      void this.#parts.delivery.signal({ wallet: to, deviceId }, event, signal);
    });
    return came ? OK : offline(to);
  }
}

/** What something gives, or what it is refused with. */
function answered(give: () => Maybe<Answer>): Maybe<Answer> {
  try {
    const answer = give();
    return answer instanceof Promise ? answer.catch(refused) : answer;
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): Failure {
  if (error instanceof AnypathError) return failure(error);
  throw error;
}

function unlessReused(answer: Answer | 'reused'): Answer {
  if (answer === 'reused') throw new AnypathError('signal_reused');
  return answer;
}

const offline = (wallet: string): Failure => failure(new AnypathError('target_offline', `${wallet} is not online`));

const failure = ({ code, message }: AnypathError): Failure => ({ ok: false, error: code, message });
