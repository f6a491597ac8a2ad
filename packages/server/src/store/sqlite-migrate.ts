import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/**
 * Takes the schema of a database to the newest version.
 *
 * @param file its name, for people
 * @param migrations each takes the schema one version up
 * @throws Error where the database was written by a newer version
 */
export function migrate(db: DatabaseSyncInstance, file: string, migrations: readonly string[]): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length) {
    throw new Error(
      `${file} was written by a newer anypath (schema ${version}, this one knows ${migrations.length}). Start that version, or choose another DATA_DIR.`,
    );
  }
  for (const [index, statements] of migrations.entries()) {
    if (index >= version) db.exec(`BEGIN IMMEDIATE; ${statements} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
