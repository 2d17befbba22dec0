/**
 * What core imports as `typeorm` when its tests run on TypeORM 1.x (`npm run test:typeorm-1`). It is TypeORM 1.x as it
 * is, but for the options that `database/sqlite-sources.ts` opens the `sqlite3` driver with, which 1.x no longer has.
 */
import { DataSource as DataSource1, type DataSourceOptions } from 'typeorm-1';
import { sqlite3Adapter } from './sqlite3-adapter.js';

export * from 'typeorm-1';

/** As TypeORM 0.3 takes them. */
interface Sqlite3Options {
  type: 'sqlite';
  database: string;
  driver: { OPEN_READWRITE: number; OPEN_CREATE: number };
  flags?: number;
}

export class DataSource extends DataSource1 {
  constructor(options: DataSourceOptions | Sqlite3Options) {
    super(options.type === 'sqlite' ? throughAdapter(options) : options);
  }
}

function throughAdapter({ driver, flags, ...options }: Sqlite3Options): DataSourceOptions {
  return {
    ...options,
    type: 'react-native',
    location: 'default',
    driver: sqlite3Adapter,
    extra: { flags: flags ?? driver.OPEN_READWRITE | driver.OPEN_CREATE },
  };
}
