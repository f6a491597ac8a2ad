import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/** A database whose pages do not fit together. */
class Damage extends Error {}

/** Looks whether a database is whole. @throws Error where it is not, as any use of it might */
export function checkWhole(db: DatabaseSyncInstance): void {
  const [first] = db.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[];
  if (first?.quick_check !== 'ok') throw new Damage(first?.quick_check);
}

const CANNOT_BE_USED = new Set(['EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOTDIR']);

/**
 * What to do about a database that cannot be opened, in a sentence.
 *
 * @param file its name, for people
 * @param lost what is lost where the file is moved away
 * @returns an error with that sentence, or the same error where it says enough
 */
export function troubleOf(error: unknown, file: string, lost: string): unknown {
  if (!(error instanceof Error)) return error;
  const why = error.message.split('\n', 1)[0];
  const told = (sentence: string) => new Error(sentence, { cause: error });
  if (error instanceof Damage || /malformed|not a database|database corrupt/i.test(error.message)) {
    return told(
      `${file} is damaged (${why}). Restore it from a backup together with its -wal file, or move it, its -wal and its -shm away: ${lost}`,
    );
  }
  if (error.message.includes('disk is full')) {
    return told(`There is no room on the disk to open ${file}. Make room, and start again.`);
  }
  const { code = '' } = error as NodeJS.ErrnoException;
  if (CANNOT_BE_USED.has(code) || /unable to open|readonly database|disk I\/O/i.test(error.message)) {
    return told(
      `${file} cannot be opened (${why}). It has to be a file that this user may read and write, in a folder where it may make files; set DATA_DIR to another folder, or change whose it is.`,
    );
  }
  return error;
}
