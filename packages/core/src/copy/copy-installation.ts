import { RollcallError } from '@rollcall/protocol';
import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { type DatabaseAddress, parseDatabaseUrl } from '../database/database-address.js';
import { migrateDatabase } from '../database/open-database.js';
import type { TableOwner } from '../database/product-migrations.js';
import type { FileLock } from '../database/sqlite-file.js';
import { classifyStorageError } from '../database/storage-error.js';
import { checkSource, checkTarget, refuseCompany } from './check-copy.js';
import { type CopiedTable, copiedTables } from './copied-table.js';
import { markBegun } from './copy-mark.js';
import { type CopyProgress, copyTables, waitForLock } from './copy-pass.js';
import { CopySource } from './copy-source.js';
import type { TableCopy } from './copy-table.js';
import { CopyTarget } from './copy-target.js';
import { finishCopy, syncIndexes } from './finish-copy.js';

/** Passes that run while the copy waits keep the last pass short. */
const BETWEEN_PASSES_MS = 30_000;

/** What is copied where. */
export interface CopyOptions {
  /** `sqlite:<file>` or `better-sqlite3:<file>`. */
  readonly from: string;
  /** `postgres://…` */
  readonly to: string;
  /** Products with tables of their own, as for {@link openDirectory}. */
  readonly products?: readonly TableOwner[];
  /** Tables of the source that do not belong to Rollcall and are not copied; default none. */
  readonly leaveOut?: readonly string[];
  /** Whether to wait until the server of the source has stopped; default true. */
  readonly wait?: boolean;
  /** How often, at most, changes are copied while it waits; default 30 s. */
  readonly betweenPassesMs?: number;
  /** Ends the copy between two statements; the next run continues it. */
  readonly signal?: AbortSignal;
  /** Hears of its progress. It must not throw. */
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** What became of a copy. */
export interface CopyResult {
  /** Whether everything is copied. If not, another run of the same copy continues it. */
  readonly finished: boolean;
  /** The rows and the checksum of each table, as read back. If the copy is not finished, as far as they are known. */
  readonly tables: readonly TableCopy[];
}

/**
 * Copies an embedded installation to an empty PostgreSQL database: all tables of Rollcall and of the operator's products,
 * except what is true only for a moment. A server may work on the source meanwhile. The last pass begins when that server
 * has stopped, and keeps all others from starting. The source is not changed.
 *
 * No directory opens on the target until the copy is finished. Afterwards the log goes on at the same position, so a
 * client that resumes at the target misses nothing.
 * @throws RollcallError `INPUT_INVALID` for an unusable source or target, and for a row that PostgreSQL cannot hold;
 * `UNAVAILABLE` when the target is in use or lost; `INTERNAL` when both sides differ in the end. Then what was copied
 * stays, and the next run continues.
 */
export async function copyInstallation(options: CopyOptions): Promise<CopyResult> {
  const [from, to] = addressesOf(options);
  const source = await CopySource.open(from);
  let target: CopyTarget | undefined;
  let lock: FileLock | undefined;
  const signal = options.signal ?? new AbortController().signal;
  const tables: TableCopy[] = [];
  try {
    await checkSource(source, options.products ?? []);
    target = await CopyTarget.open(to.url);
    const plan = await prepare(source, target, { ...options, to });
    const pass = { source, target, plan, signal, onProgress: options.onProgress ?? (() => undefined) };
    lock = await source.lock();
    if (!lock) {
      tables.push(...(await copyTables({ ...pass, stage: 'copying' })));
      await syncIndexes(target);
      if (!(options.wait ?? true)) return { finished: false, tables };
      lock = await waitForLock(pass, options.betweenPassesMs ?? BETWEEN_PASSES_MS);
    }
    tables.splice(0, tables.length, ...(await copyTables({ ...pass, stage: 'finishing' })));
    await finishCopy(target, plan);
    return { finished: true, tables };
  } catch (error) {
    if (isInterrupt(error, signal)) return { finished: false, tables };
    throw isLost(error) ? lost(error) : error;
  } finally {
    await source.close();
    await target?.close();
    await lock?.release();
  }
}

type FileAddress = Extract<DatabaseAddress, { file: string }>;
type ServerAddress = Extract<DatabaseAddress, { url: string }>;

function addressesOf(options: CopyOptions): [FileAddress, ServerAddress] {
  const [from, to] = [parseDatabaseUrl(options.from), parseDatabaseUrl(options.to)];
  if (from.engine === 'postgres')
    throw refused('from', 'a copy is made from sqlite:<file> or better-sqlite3:<file>');
  if (to.engine !== 'postgres')
    throw refused('to', 'a copy is made to postgres://user:password@host:port/database');
  return [from, to];
}

/** Checks both sides, makes the tables of the target, and marks the target as an unfinished copy. */
async function prepare(
  source: CopySource,
  target: CopyTarget,
  { to, products = [], leaveOut = [] }: Pick<CopyOptions, 'products' | 'leaveOut'> & { to: ServerAddress },
): Promise<CopiedTable[]> {
  const given = await source.tables();
  const epoch = await source.epoch();
  await refuseCompany(target);
  await checkTarget(target, [...given.keys()], epoch);
  await migrateDatabase(to, products);
  const plan = copiedTables(given, await target.columns(), leaveOut);
  await target.write(() => markBegun(target, epoch, Date.now()));
  // From here on no server starts on the target. One that started just before is found now.
  await refuseCompany(target);
  return plan;
}

function refused(field: 'from' | 'to', message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message, { field });
}

/** Whether the copy was asked to end. An interrupted wait ends with an error of its own. */
function isInterrupt(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'))
  );
}

/** Whether a database was lost. A connection that broke while it was idle looks like one that was released. */
function isLost(error: unknown): boolean {
  if (error instanceof RollcallError) return false;
  return error instanceof QueryRunnerAlreadyReleasedError || classifyStorageError(error) === 'unavailable';
}

function lost(cause: unknown): RollcallError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RollcallError(
    'UNAVAILABLE',
    `one of the two databases cannot be used now (${reason}); run the same copy again, and it continues where it stopped`,
    { cause },
  );
}
