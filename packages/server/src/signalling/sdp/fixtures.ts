import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('./fixtures/', import.meta.url);

/** A description that a real browser wrote; `fixtures/README.md` says how they were made. */
export interface Fixture {
  readonly name: string;
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/** Reads one of them. @param name of its file, without `.sdp` */
export const fixture = (name: string): Fixture => ({
  name,
  type: name.endsWith('answer') ? 'answer' : 'offer',
  sdp: readFileSync(new URL(`${name}.sdp`, FOLDER), 'utf8'),
});

/** Reads all of them. */
export const fixtures = (): Fixture[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sdp'))
    .map((file) => fixture(file.slice(0, -'.sdp'.length)));
