import type { KeyValueStore } from '@anypath/client';
import { signal } from '@preact/signals';
import { isRecord, kept, parsedJson } from './browser-storage.ts';

/** What a call is heard with, seen with, and played by. */
export const MEDIA_KINDS = ['audioinput', 'videoinput', 'audiooutput'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** A microphone, a camera or a speaker. */
export interface MediaChoice {
  readonly id: string;
  /** Its name; empty before the person has allowed one of its kind. */
  readonly label: string;
}

type Lists = Readonly<Record<MediaKind, readonly MediaChoice[]>>;
type Chosen = Readonly<Partial<Record<MediaKind, string>>>;

const CHOSEN_KEY = 'anypath-web:media';
const NO_DEVICES: Lists = { audioinput: [], videoinput: [], audiooutput: [] };

/** The microphones, cameras and speakers of this browser, and which of them the person has chosen. */
export class MediaDevicesBook {
  readonly lists = signal<Lists>(NO_DEVICES);
  readonly chosen;
  readonly #store: KeyValueStore;
  /** Pages that are not served over HTTPS have none. */
  readonly #devices: MediaDevices | undefined;

  /**
   * @param store where the choice is kept
   * @param devices the browser's own
   */
  constructor(store: KeyValueStore, devices: MediaDevices | undefined) {
    this.#store = store;
    this.#devices = devices;
    this.chosen = signal<Chosen>(storedChoice(store));
    devices?.addEventListener('devicechange', () => void this.refresh());
    void this.refresh();
  }

  /** Looks again which ones there are: names are told once the person has allowed one. */
  async refresh(): Promise<void> {
    const found = (await this.#devices?.enumerateDevices().catch(() => undefined)) ?? [];
    const lists = { audioinput: [], videoinput: [], audiooutput: [] } as Record<MediaKind, MediaChoice[]>;
    for (const { kind, deviceId: id, label } of found) if (id !== '') lists[kind].push({ id, label });
    this.lists.value = lists;
  }

  /** Whether a speaker can be chosen here. */
  get canChooseSpeaker(): boolean {
    return 'setSinkId' in HTMLMediaElement.prototype;
  }

  choose(kind: MediaKind, id: string): void {
    this.chosen.value = { ...this.chosen.peek(), [kind]: id };
    kept(this.#store, CHOSEN_KEY, JSON.stringify(this.chosen.peek()));
  }

  /** What to ask the browser for: the one that was chosen, or any where it is not there now. */
  wish(kind: 'audioinput' | 'videoinput'): true | MediaTrackConstraints {
    const id = this.chosen.peek()[kind];
    if (id === undefined) return true;
    // Where it is only preferred, browsers may open another one that is there.
    const isThere = this.lists.peek()[kind].some((device) => device.id === id);
    return { deviceId: isThere ? { exact: id } : { ideal: id } };
  }
}

function storedChoice(store: KeyValueStore): Chosen {
  const value = parsedJson(store.getItem(CHOSEN_KEY));
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    MEDIA_KINDS.flatMap((kind) => (typeof value[kind] === 'string' ? [[kind, value[kind]]] : [])),
  );
}
