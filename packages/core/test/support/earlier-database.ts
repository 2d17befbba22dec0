import type { DataSource } from 'typeorm';
import { openPostgres, openSqlite } from '../../src/database/data-sources.js';
import { parseDatabaseUrl } from '../../src/database/database-address.js';

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
