import type { DataSource } from 'typeorm';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { openPostgres } from '../../src/database/postgres-sources.js';
import { openSqlite } from '../../src/database/sqlite-sources.js';

/** A database as an earlier version left it, with no more than so many migrations run. The caller destroys the source. */
export async function openEarlierDatabase(url: string, migrations: number): Promise<DataSource> {
  const address = parseDatabaseUrl(url);
  const source =
    address.engine === 'postgres'
      ? await openPostgres(address.url, { poolSize: 1, statementTimeoutMs: 0 }, [])
      : await openSqlite(address, 'writer', []);
  source.migrations.splice(migrations);
  await source.runMigrations({ transaction: 'each' });
  return source;
}
