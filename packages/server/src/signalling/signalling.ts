import { hash } from 'node:crypto';
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
import type { Bus, DeviceRef } from '../bus/port.ts';
import type { Config } from '../config.ts';
import type { Acquaintances } from '../contacts/acquaintances.ts';
import type { Flags } from '../flags/flags.ts';
import type { Socket } from '../socket/connection.ts';
import type { Delivery } from '../socket/delivery.ts';
import { type Content, contentOf } from './content.ts';
import { Rings } from './rings.ts';
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

/** Carries offers, answers and candidates between devices that may talk (SPEC S4.1 to S4.5). */
export class Signalling {
  readonly #parts: SignallingParts;
  readonly #rings = new Rings();
  readonly #waiting = new Waiting();

  constructor(parts: SignallingParts) {
    this.#parts = parts;
  }

  /**
   * Handles a signal. One that was seen is answered as the first was, and not forwarded again.
   *
   * @returns the answer; a promise where the signal waits for a device that is between two connections
   * @throws AnypathError `invalid_payload` for a wrong `convId`, `signal_reused` for an identifier that came with another content
   */
  handle<E extends SignalEvent>(socket: Socket, event: E, signal: ClientPayload<E>): Answer | Promise<Answer> {
    const { device } = socket.data;
    if (signal.to === device.wallet) throw new AnypathError('invalid_payload', 'to: a signal goes to another wallet');
    if (signal.convId !== convIdOf(device.wallet, signal.to)) {
      throw new AnypathError('invalid_payload', 'convId: it is the two wallets, sorted and joined by ":"');
    }
    const fingerprint = fingerprintOf(`${event} ${JSON.stringify(signal)}`);
    const key = `${device.wallet}:${device.deviceId}:${signal.signalId}`;
    const answer = this.#parts.bus.once(key, fingerprint, () => this.#attempt(socket, event, signal));
    if (answer === 'reused') throw new AnypathError('signal_reused');
    return answer;
  }

  /** What waits for a device goes to it now. */
  joined(device: DeviceRef): void {
    this.#waiting.joined(device);
  }

  #attempt(socket: Socket, event: SignalEvent, signal: Signal): Answer | Promise<Answer> {
    try {
      this.#refuseIneligible(socket, signal.to);
      const content = contentOf(event, signal, this.#parts.config.HIDE_HOST_CANDIDATES);
      return this.#forward(socket.data.device, event, content);
    } catch (error) {
      if (error instanceof AnypathError) return failure(error);
      throw error;
    }
  }

  /** In this order, so that a stranger learns nothing of the other side. */
  #refuseIneligible(socket: Socket, to: string): void {
    const { flags, acquaintances } = this.#parts;
    const { wallet } = socket.data.device;
    if (!socket.data.rtc || !flags.isEnabled('rtc.signal', wallet)) throw new AnypathError('sender_not_rtc_eligible');
    if (!acquaintances.areMutual(wallet, to)) throw new AnypathError('forbidden', `${to} is not a mutual contact`);
    if (!flags.isEnabled('rtc.signal', to)) throw new AnypathError('target_not_rtc_eligible');
  }

  #forward(from: DeviceRef, event: SignalEvent, { signal, encryption }: Content): Answer | Promise<Answer> {
    const { log } = this.#parts;
    if (event === 'rtc:offer') log.info({ from: from.wallet, to: signal?.to, encryption }, 'offer');
    // A candidate that would tell an address: dropped, as the operator wants it.
    if (!signal) return { ok: true };
    const toDevice = this.#addressee(from, event, signal);
    const stamped = { ...signal, from: from.wallet, fromDevice: from.deviceId };
    const devices = this.#targets(signal.to, toDevice);
    if (devices.length === 0) return this.#wait(event, stamped, toDevice);
    for (const deviceId of devices) this.#parts.delivery.signal({ wallet: signal.to, deviceId }, event, stamped);
    return { ok: true };
  }

  /** Keeps the books of calls. @returns the one device that the signal is for; `undefined` where it is for all */
  #addressee(from: DeviceRef, event: SignalEvent, signal: Signal): string | undefined {
    const { to, toDevice, session, signalId } = signal;
    if (event === 'rtc:offer' && toDevice === undefined) this.#rings.offered(from, to, signalId, session);
    if (event === 'rtc:answer') this.#answered(from, to, session);
    const isNewCall = event === 'rtc:offer' && session === undefined;
    const device = toDevice ?? (isNewCall ? undefined : this.#rings.deviceFor(from, to, session));
    if (event === 'rtc:hangup') this.#hungUp(from, to, session);
    return device;
  }

  #answered(callee: DeviceRef, caller: string, session: string | undefined): void {
    const ring = this.#rings.answered(callee, caller, session);
    if (ring === 'taken') throw new AnypathError('taken');
    if (ring) this.#tellOthers(callee, ring.signalId, ring.convId, ring.session);
  }

  #hungUp(from: DeviceRef, to: string, session: string | undefined): void {
    const incoming = this.#rings.find(to, from.wallet, session);
    const ring = incoming ?? this.#rings.find(from.wallet, to, session);
    if (!ring) return;
    this.#rings.ended(ring);
    // Who declines does so for the wallet.
    const isDeclined = ring === incoming && ring.answeredBy === undefined;
    if (isDeclined) this.#tellOthers(from, ring.signalId, ring.convId, ring.session);
  }

  #tellOthers(by: DeviceRef, signalId: string, convId: string, session: string | undefined): void {
    const taken = { convId, signalId, byDevice: by.deviceId, ...(session === undefined ? {} : { session }) };
    for (const deviceId of this.#parts.bus.devicesOf(by.wallet)) {
      if (deviceId !== by.deviceId) this.#parts.delivery.taken({ wallet: by.wallet, deviceId }, taken);
    }
  }

  #targets(to: string, toDevice: string | undefined): readonly string[] {
    const devices = this.#parts.bus.rtcDevicesOf(to);
    return toDevice === undefined ? devices : devices.filter((device) => device === toDevice);
  }

  async #wait(event: SignalEvent, signal: Forwarded<SignalEvent>, toDevice: string | undefined): Promise<Answer> {
    const { bus, delivery } = this.#parts;
    const { to } = signal;
    const online = bus.devicesOf(to);
    const isThere = toDevice === undefined ? online.length > 0 : online.includes(toDevice);
    if (isThere) return failure(new AnypathError('target_not_rtc_eligible'));
    const offline = failure(new AnypathError('target_offline', `${to} is not online`));
    if (!bus.isAway(to, toDevice)) return offline;
    const came = await this.#waiting.add(to, toDevice, (deviceId) => {
      delivery.signal({ wallet: to, deviceId }, event, signal);
    });
    return came ? { ok: true } : offline;
  }
}

/** Short texts are kept as they are, which costs less than a hash. */
const KEPT_MAX_LENGTH = 512;

const fingerprintOf = (text: string): string =>
  text.length <= KEPT_MAX_LENGTH ? text : hash('sha256', text, 'base64');

const failure = ({ code, message }: AnypathError): Failure => ({ ok: false, error: code, message });
