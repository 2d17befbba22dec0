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

/** Passes while it waits keep the last one short. */
const BETWEEN_PASSES_MS = 30_000;

/** What is copied where. */
export interface CopyOptions {
  /** `sqlite:<file>` or `better-sqlite3:<file>`. */
  readonly from: string;
  /** `postgres://…` */
  readonly to: string;
  /** Who brings tables of its own along, as with {@link openDirectory}. */
  readonly products?: readonly TableOwner[];
  /** Tables of the source that do not belong to Rollcall and stay behind; default none. */
  readonly leaveOut?: readonly string[];
  /** Whether to wait until the server of the source is stopped; default true. */
  readonly wait?: boolean;
  /** While it waits, what changed is brought over at most this often; default 30 s. */
  readonly betweenPassesMs?: number;
  /** Ends the copy between two statements; the next run goes on. */
  readonly signal?: AbortSignal;
  /** Hears how it gets on. It must not throw. */
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** What became of a copy. */
export interface CopyResult {
  /** Whether all of it is there. When not, a further run of the same copy goes on. */
  readonly finished: boolean;
  /** Each table with its rows and its checksum as they were read back; as far as they are known, when it is not finished. */
  readonly tables: readonly TableCopy[];
}

/**
 * Copies an embedded installation to an empty PostgreSQL database: every table of Rollcall and of the operator's products,
 * but for what is of a moment. A server may work on the source meanwhile; the last pass begins when it is stopped, and
 * keeps every other one from starting. The source is not changed.
 *
 * Until it is finished no directory opens on the target. Afterwards the log goes on at the same position, so whoever
 * resumes at the target misses nothing.
 * @throws RollcallError `INPUT_INVALID` for a source or a target that will not do, and for what PostgreSQL cannot hold;
 * `UNAVAILABLE` when the target is in use or is lost; `INTERNAL` when it is not the same in the end. What was copied stays
 * then, and the next run goes on.
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

/** Looks at both sides, makes the tables of the target and marks it. */
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
  // From here on none starts; one that started in this moment is found now.
  await refuseCompany(target);
  return plan;
}

function refused(field: 'from' | 'to', message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message, { field });
}

/** A wait that is interrupted ends with an error of its own. */
function isInterrupt(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'))
  );
}

/** A connection that broke while nothing was asked of it shows itself as one that was given back. */
function isLost(error: unknown): boolean {
  if (error instanceof RollcallError) return false;
  return error instanceof QueryRunnerAlreadyReleasedError || classifyStorageError(error) === 'unavailable';
}

function lost(cause: unknown): RollcallError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RollcallError(
    'UNAVAILABLE',
    `one of the two databases cannot be used now (${reason}); run the same copy again, it goes on where it stopped`,
    { cause },
  );
}
