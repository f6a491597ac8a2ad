import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Owner, type PlannedFile, STATE_FOLDERS } from './plan.ts';

/** For their owner alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * Writes a deployment, all of it or nothing: every file is written beside its place first, and moved there when all are.
 *
 * @param folder the folder of the deployment
 * @param owner whose the files become; who runs this where it is left out
 * @throws the error of the file system, with nothing changed but empty folders
 */
export function writeDeployment(folder: string, files: readonly PlannedFile[], owner?: Owner): void {
  const mark = `.${randomBytes(4).toString('hex')}`;
  const own = (path: string) => owner && chownSync(path, owner.uid, owner.gid);
  const staged: Staged[] = [];
  const moved: Staged[] = [];
  try {
    for (const name of STATE_FOLDERS) {
      const path = join(folder, 'state', name);
      mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
      own(path);
    }
    for (const { path, text } of files) {
      const place = join(folder, path);
      mkdirSync(dirname(place), { recursive: true, mode: FOLDER_MODE });
      staged.push({ place, beside: `${place}${mark}.new`, before: `${place}${mark}.old` });
      writeFileSync(`${place}${mark}.new`, text, { mode: FILE_MODE, flag: 'wx' });
      own(`${place}${mark}.new`);
    }
    for (const file of staged) {
      if (existsSync(file.place)) renameSync(file.place, file.before);
      moved.push(file);
      renameSync(file.beside, file.place);
    }
  } catch (error) {
    for (const { place, before } of moved.reverse()) {
      if (existsSync(before)) renameSync(before, place);
      else rmSync(place, { force: true });
    }
    throw error;
  } finally {
    for (const { beside, before } of staged) {
      rmSync(beside, { force: true });
      rmSync(before, { force: true });
    }
  }
}

interface Staged {
  /** Where it belongs. */
  readonly place: string;
  /** Where it is written. */
  readonly beside: string;
  /** Where what stood there before waits for the rest. */
  readonly before: string;
}
