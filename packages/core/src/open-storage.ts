import { RollcallError } from '@rollcall/protocol';
import { refuseUnfinishedCopy } from './copy/copy-mark.js';
import { type DatabaseAddress, parseDatabaseUrl } from './database/database-address.js';
import type { DirectoryInstruments } from './database/instruments.js';
import { migrateDatabase, openDatabase } from './database/open-database.js';
import { Scrubber } from './database/scrubber.js';
import type { UnitOfWork } from './database/unit-of-work.js';
import { WriteProbe } from './database/write-probe.js';
import { writeLog } from './events/stored-log.js';
import { checkOwnProducts } from './products/own-products.js';
import type { Product } from './products/product.js';
import { CustomIndexes } from './query/custom-indexes.js';
import { indexedFields } from './settings/settings.js';
import { TABLES } from './tables.js';

/** Which database a directory is opened on, and how. */
export interface StorageOptions {
  /** `sqlite:<file>`, `better-sqlite3:<file>` or `postgres://…`. */
  databaseUrl: string;
  /** The most connections that this process keeps open to a server of PostgreSQL; default 10. Embedded engines do not use it. */
  postgresPoolSize?: number;
  /** Standbys of PostgreSQL that may serve queries and replays; default none. */
  databaseReadUrls?: readonly string[];
  /** Epoch milliseconds; default the machine's clock. */
  clock?: () => number;
  /** Hears of errors that reach no caller. It must not throw. */
  onError?: (error: unknown, context: string) => void;
  /** Whether to bring the schema up to date first. Without it, a schema that lacks something is refused. Default true. */
  migrate?: boolean;
  /** The operator's own products: they follow users as the built-in ones do, after those and in this order. */
  products?: readonly Product[];
  /** Who counts, times and traces what the directory does; default nobody. */
  instruments?: DirectoryInstruments;
}

/** An open database and what looks after it. */
export interface Storage {
  readonly address: DatabaseAddress;
  readonly unitOfWork: UnitOfWork;
  readonly writeProbe: WriteProbe;
  readonly scrubber: Scrubber;
  readonly customIndexes: CustomIndexes;
  /** Begins to look through a file that was not closed, which may be damaged. If it is, it takes no writes any more. */
  checkFile(): void;
  /** Closes the database; the scrubber is closed before. */
  close(): Promise<void>;
}

/**
 * Opens the database of a directory. Indexes of custom fields that are missing, because a process ended while it made them or an
 * earlier version has defined them otherwise, are made beside the work.
 * @throws RollcallError `INPUT_INVALID` for a string that is not a database URL, and for a product whose name is not
 * valid or is used twice; `UNAVAILABLE` for a database that is in use, damaged, an unfinished copy, or not up to date
 * with `migrate: false`, and for a migration that fails or gets no lock in time.
 */
export async function openStorage(
  options: StorageOptions & Required<Pick<StorageOptions, 'clock' | 'onError' | 'products'>>,
): Promise<Storage> {
  const { clock, onError, products } = options;
  const address = addressOf(options);
  checkOwnProducts(products);
  const schema = (options.migrate ?? true) ? 'migrate' : 'require';
  const database = await openDatabase(
    address,
    {
      tables: TABLES,
      owners: products,
      schema,
      clock,
      mayCheckLater: true,
      onError,
      ...(options.instruments && { instruments: options.instruments }),
    },
    writeLog,
  );
  const { unitOfWork } = database;
  try {
    await unitOfWork.read(refuseUnfinishedCopy);
  } catch (error) {
    await database.close();
    throw error;
  }
  const customIndexes = new CustomIndexes(unitOfWork, indexedFields);
  customIndexes.makeBeside(onError);
  return {
    address,
    unitOfWork,
    customIndexes,
    writeProbe: new WriteProbe(unitOfWork),
    scrubber: new Scrubber(unitOfWork, onError),
    checkFile: () =>
      database.checkFile(error => onError(error, 'checking the database, which was not closed')),
    close: async () => {
      await customIndexes.close();
      await database.close();
    },
  };
}

/**
 * Brings the schema of a database up to date, including the tables of the operator's own products and the indexes of custom
 * fields, and closes the database again.
 * @returns the names of the migrations that ran.
 * @throws RollcallError `UNAVAILABLE` for a database that is in use or damaged, and for a migration that fails or gets no
 * lock in time.
 */
export async function migrateStorage(
  address: DatabaseAddress,
  products: readonly Product[] = [],
): Promise<string[]> {
  const ran = await migrateDatabase(address, products);
  const { unitOfWork, close } = await openDatabase(
    address,
    { owners: products, schema: 'require' },
    writeLog,
  );
  await new CustomIndexes(unitOfWork, indexedFields).make().finally(close);
  return ran;
}

function addressOf(options: StorageOptions): DatabaseAddress {
  const { databaseUrl, databaseReadUrls: readUrls = [], postgresPoolSize: poolSize } = options;
  const address = parseDatabaseUrl(databaseUrl);
  if (address.engine === 'postgres') return { ...address, readUrls, ...(poolSize && { poolSize }) };
  if (readUrls.length === 0) return address;
  const message =
    'only PostgreSQL has replicas: leave out ROLLCALL_DATABASE_READ_URLS, or name a PostgreSQL in ROLLCALL_DATABASE_URL';
  throw new RollcallError('INPUT_INVALID', message, { field: 'ROLLCALL_DATABASE_READ_URLS' });
}
