/** What is to be heard before a call: somebody calls us, or it rings over there. */
export type Tone = 'incoming' | 'outgoing';

/** One note: when it begins and how long it lasts, seconds; how high, hertz. */
type Note = readonly [at: number, lasts: number, hz: number];

interface Melody {
  readonly notes: readonly Note[];
  /** From one beginning to the next, milliseconds. */
  readonly everyMs: number;
  /** Of 1. */
  readonly volume: number;
}

const MELODIES: Readonly<Record<Tone, Melody>> = {
  incoming: {
    notes: [
      [0, 0.18, 659],
      [0.2, 0.18, 784],
      [0.4, 0.32, 988],
      [0.9, 0.18, 659],
      [1.1, 0.18, 784],
      [1.3, 0.32, 988],
    ],
    everyMs: 3_000,
    volume: 0.12,
  },
  // The tone that telephones in Europe give while it rings over there.
  outgoing: { notes: [[0, 1, 425]], everyMs: 5_000, volume: 0.05 },
};

/** A note swells and dies away in so many seconds, so that it does not click. */
const EDGE_SECONDS = 0.03;

/** Rings, with notes that are made here. */
export class Ringer {
  #audio: AudioContext | undefined;
  #output: GainNode | undefined;
  #tone: Tone | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Rings until another tone is asked for, or none. A page that nobody has touched yet may stay silent: browsers want it so. */
  play(tone: Tone | undefined): void {
    if (tone === this.#tone) return;
    this.#tone = tone;
    clearInterval(this.#timer);
    this.#output?.disconnect();
    this.#output = undefined;
    if (!tone) return;
    this.#strike(MELODIES[tone]);
    this.#timer = setInterval(() => this.#strike(MELODIES[tone]), MELODIES[tone].everyMs);
  }

  #strike(melody: Melody): void {
    if (typeof AudioContext !== 'function') return;
    this.#audio ??= new AudioContext();
    const audio = this.#audio;
    if (audio.state !== 'running') void audio.resume().catch(() => undefined);
    this.#output?.disconnect();
    const output = new GainNode(audio, { gain: melody.volume });
    output.connect(audio.destination);
    this.#output = output;
    for (const [at, lasts, hz] of melody.notes) {
      const begin = audio.currentTime + at;
      const swell = new GainNode(audio, { gain: 0 });
      swell.gain.setValueAtTime(0, begin);
      swell.gain.linearRampToValueAtTime(1, begin + EDGE_SECONDS);
      swell.gain.setValueAtTime(1, begin + lasts - EDGE_SECONDS);
      swell.gain.linearRampToValueAtTime(0, begin + lasts);
      const note = new OscillatorNode(audio, { frequency: hz });
      note.connect(swell).connect(output);
      note.start(begin);
      note.stop(begin + lasts);
    }
  }
}
