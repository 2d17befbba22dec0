import { existsSync, statSync } from 'node:fs';
import type { AppSettings } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import { readCopyMark } from '../copy/copy-mark.js';
import { asideOnPostgres, asideOnSqlite } from '../database/aside.js';
import type { DatabaseAddress } from '../database/database-address.js';
import { MIGRATIONS } from '../database/migrations/index.js';
import { openingError } from '../database/opening-error.js';
import { productMigrations, type TableOwner } from '../database/product-migrations.js';
import { openSqliteReader } from '../database/sqlite-sources.js';
import type { TableShape } from '../database/table.js';
import type { Queryable } from '../database/unit-of-work.js';
import { readSettings } from '../settings/settings.js';
import { examineBackups } from './examine-backups.js';
import { examineContent, examineFiles } from './examine-file.js';
import { examinePostgres } from './examine-postgres.js';
import { examineReplicas } from './examine-replicas.js';
import { examineServers } from './examine-servers.js';
import { examineWebhooks } from './examine-webhooks.js';
import { examineWork } from './examine-work.js';
import { type Finding, risk, sentence, wrong } from './finding.js';

/** What is examined. */
export interface ExamineOptions {
  address: DatabaseAddress;
  /** The tables that there have to be. */
  tables: readonly TableShape[];
  /** Products with tables of their own. */
  products: readonly TableOwner[];
  /** A folder with backups; absent: backups are not looked at. */
  backups?: string;
  /** Ends it. */
  signal?: AbortSignal;
}

/** Clocks that differ by more than this end tokens and links of exports at another time than they say. */
const SKEW_MS = 5000;

/** What was found. */
export interface Examined {
  findings: Finding[];
  /** The settings of the app, where they could be read. */
  settings?: AppSettings;
}

/**
 * Looks at a database and says what is wrong with it. It reads and changes nothing; a server may work meanwhile. It looks
 * through the whole of an embedded file.
 */
export async function examineInstallation(options: ExamineOptions): Promise<Examined> {
  const examined: Examined = { findings: [] };
  const { signal = new AbortController().signal } = options;
  await examineDatabase({ ...options, signal }, examined).catch(error => {
    signal.throwIfAborted();
    const message = messageOf(error);
    const says = /^(the database|PostgreSQL) /.test(message)
      ? message
      : `the database cannot be used: ${message}`;
    examined.findings.push(wrong('database', sentence(says)));
  });
  if (options.backups !== undefined) {
    examined.findings.push(...(await examineBackups(options.backups, Date.now())));
  }
  return examined;
}

async function examineDatabase(
  { address, tables, products, signal }: ExamineOptions & { signal: AbortSignal },
  examined: Examined,
): Promise<void> {
  const { findings } = examined;
  const examineRest = async (connection: Queryable) => {
    const isReady = await examineSchema(connection, { tables, products }, findings);
    if (!isReady) return;
    examined.settings = await readSettings(connection);
    findings.push(...(await examineWork(connection)), ...(await examineWebhooks(connection)));
  };
  if (address.engine === 'postgres') {
    findings.push(...(await examineServers(address.url)));
    const work = async (connection: Queryable) => {
      findings.push(...(await examineClock(connection)), ...(await examinePostgres(connection)));
      await examineRest(connection);
      // What they are compared with is in the database: it has to be as this version expects.
      if (examined.settings) findings.push(...(await examineReplicas(connection, address.readUrls ?? [])));
    };
    return asideOnPostgres(address.url, work, signal);
  }
  const { file } = address;
  if (!existsSync(file)) {
    const message = `there is no database ${file}: a server makes it at its start. If there should be one, ROLLCALL_DATABASE_URL names another file.`;
    findings.push(wrong('database', message));
    return;
  }
  if (!statSync(file).isFile()) {
    findings.push(wrong('database', `${file} is not a file: name a file in ROLLCALL_DATABASE_URL.`));
    return;
  }
  findings.push(...(await examineFiles(address)));
  const work = async (connection: Queryable) => {
    const content = await examineContent(connection, file);
    findings.push(...content);
    // What a damaged file says is worth nothing.
    if (!content.some(({ level }) => level === 'wrong')) await examineRest(connection);
  };
  await asideOnSqlite(() => openSqliteReader(address, { interruptible: true }), work, signal).catch(error => {
    throw openingError(file, error);
  });
}

/** Why, too, where the error is made for callers, who are not told. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  const why = cause instanceof Error && !message.includes(cause.message) && message.startsWith('the storage');
  return why ? `${message} (${cause.message})` : message;
}

/** The database's clock is compared with ours in the middle of the question. */
async function examineClock(connection: Queryable): Promise<Finding[]> {
  const before = Date.now();
  const [row] = await connection.query(sql`SELECT ${connection.dialect.now} AS now`);
  const skew = Number(row?.now) - (before + Date.now()) / 2;
  if (Math.abs(skew) <= SKEW_MS) return [];
  return [
    risk(
      'clock',
      `the clock of PostgreSQL is ${Math.abs(Math.round(skew / 1000))} s ${skew > 0 ? 'ahead of' : 'behind'} that of this machine: tokens and links expire by the one, leases by the other. Set both by NTP.`,
    ),
  ];
}

/** @returns whether the schema has what this version reads. */
async function examineSchema(
  connection: Queryable,
  { tables, products }: Pick<ExamineOptions, 'tables' | 'products'>,
  findings: Finding[],
): Promise<boolean> {
  const made = await connection.query(
    connection.dialect.name === 'sqlite'
      ? sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'`
      : sql`SELECT to_regclass('migrations') AS name WHERE to_regclass('migrations') IS NOT NULL`,
  );
  if (made.length === 0) {
    const message =
      'the database has no tables of Rollcall: a server makes them at its start. If there should be some, ROLLCALL_DATABASE_URL names another database.';
    findings.push(wrong('schema', message));
    return false;
  }
  const known = [
    ...MIGRATIONS.map(one => new one().name),
    ...productMigrations(products).map(({ name }) => name),
  ];
  const rows = await connection.query(sql`SELECT name FROM migrations`);
  const ran = rows.map(({ name }) => String(name));
  const missing = known.filter(name => name !== undefined && !ran.includes(name));
  if (missing.length > 0) {
    const message = `the schema lacks ${missing.join(', ')}: run \`rollcall migrate\`. A server with ROLLCALL_MIGRATE=on does it at its start; one with off refuses to start.`;
    findings.push(risk('schema', message));
    return false;
  }
  const foreign = ran.filter(name => !known.includes(name));
  if (foreign.length > 0) {
    const message = `the schema has what this version does not know: ${foreign.join(', ')}. It is of a newer version, or of products that ROLLCALL_PRODUCTS does not name.`;
    findings.push(risk('schema', message));
  }
  const lost = await findLost(connection, tables);
  if (lost.length > 0) {
    const message = `the schema has run all migrations and lacks something all the same (${lost.join('; ')}): somebody changed it past Rollcall. Bring back what is gone, or restore a backup.`;
    findings.push(wrong('schema', message));
    return false;
  }
  const mark = await readCopyMark(connection);
  if (!mark || mark.finished) return true;
  const message =
    'the database is an unfinished copy: no server starts on it. Run the same `rollcall copy` again, and it continues where it stopped.';
  findings.push(wrong('copy', message));
  return false;
}

/** What the database says of tables and columns that are not there. */
async function findLost(connection: Queryable, tables: readonly TableShape[]): Promise<string[]> {
  const lost: string[] = [];
  for (const { name, columns } of tables) {
    // With its table before it, no column is taken for a word of SQL, nor for a text.
    const list = columns.map(column => `${name}.${column.name}`).join(', ');
    await connection.query(sql`SELECT ${raw(list)} FROM ${raw(name)} LIMIT 0`).catch((error: Error) => {
      if (!/no such|does not exist/.test(error.message)) throw error;
      lost.push(error.message);
    });
  }
  return lost;
}
