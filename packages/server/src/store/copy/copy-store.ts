import type { MongoTarget } from './mongo-target.ts';
import { type Digest, Digester, KINDS, type Kind, type Records } from './records.ts';
import { openSqliteSource, type RecordSource } from './sqlite-source.ts';

/** Records, and bytes of messages, that are copied at a time. */
const BATCH_MAX = 200;
const BATCH_MAX_BYTES = 4 * 1024 * 1024;

/** What a copy works with. */
export interface CopyOptions {
  /** DATA_DIR of the server that used SQLite. */
  readonly folder: string;
  /** STORE_URL of the servers that will use MongoDB. */
  readonly url: string;
  /** Told after each batch how many records of a kind are there. */
  readonly progress: (kind: Kind, copied: number) => void;
}

/** What there is of a kind, on both sides. */
export interface Copied {
  readonly kind: Kind;
  readonly source: Digest;
  readonly target: Digest;
  readonly isSame: boolean;
}

/**
 * Copies everything that the embedded store holds into an empty database, and reads both to see that it is all there. Where it was broken
 * off it goes on; nothing is there twice. Servers work on the database only after a copy that was found to be whole.
 *
 * @returns what was found, by kind
 * @throws Error where one of the two cannot be used; the sentence says what to do
 */
export async function copyStore({ folder, url, progress }: CopyOptions): Promise<Copied[]> {
  // Only where it is needed: loading the driver takes as long as everything else at the start.
  const { MongoTarget } = await import('./mongo-target.ts');
  const source = openSqliteSource(folder);
  try {
    const target = await MongoTarget.open(url, nameOf(source));
    try {
      for (const kind of KINDS) await copyKind(source, target, kind, progress);
      const there = await target.digests();
      const copied = KINDS.map((kind) => compared(kind, digestOf(source, kind), there.get(kind)));
      if (copied.every(({ isSame }) => isSame)) await target.finish(source.floor);
      return copied;
    } finally {
      await target.close();
    }
  } finally {
    source.close();
  }
}

/** Tells sources apart: each installation has made secrets of its own. */
const nameOf = (source: RecordSource): string => digestOf(source, 'secret').sha256;

async function copyKind<K extends Kind>(
  source: RecordSource,
  target: MongoTarget,
  kind: K,
  progress: CopyOptions['progress'],
): Promise<void> {
  let batch: Records[K][] = [];
  let bytes = 0;
  let copied = 0;
  let last = '';
  const flush = async () => {
    if (batch.length === 0) return;
    await target.write(kind, batch, last);
    copied += batch.length;
    progress(kind, copied);
    batch = [];
    bytes = 0;
  };
  for (const { key, record } of source.read(kind, target.marks.get(kind) ?? '')) {
    batch.push(record);
    bytes += bytesOf(record);
    last = key;
    if (batch.length >= BATCH_MAX || bytes >= BATCH_MAX_BYTES) await flush();
  }
  await flush();
}

const bytesOf = (record: Records[Kind]): number => ('body' in record ? record.body.byteLength : 0);

function digestOf(source: RecordSource, kind: Kind): Digest {
  const digester = new Digester();
  for (const { record } of source.read(kind, '')) digester.add(record);
  return digester.digest();
}

function compared(kind: Kind, source: Digest, target: Digest = { count: 0, sha256: '' }): Copied {
  return { kind, source, target, isSame: source.count === target.count && source.sha256 === target.sha256 };
}
