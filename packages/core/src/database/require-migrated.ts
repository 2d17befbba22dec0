import { RollcallError } from '@rollcall/protocol';
import { type DataSource, MigrationExecutor, type MigrationInterface } from 'typeorm';

/**
 * Refuses a database that is not up to date, for those who migrate apart. Nothing is written.
 * @throws RollcallError `UNAVAILABLE` that names what is missing.
 */
export async function requireMigrated(
  source: DataSource,
  further: readonly MigrationInterface[],
): Promise<void> {
  source.migrations.push(...further);
  const missing = await new MigrationExecutor(source).getPendingMigrations();
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(', ');
  throw new RollcallError(
    'UNAVAILABLE',
    `the database is not up to date: it lacks ${names}; run "rollcall migrate" first, or let servers migrate by themselves with ROLLCALL_MIGRATE=on`,
    { unrecoverable: true },
  );
}
