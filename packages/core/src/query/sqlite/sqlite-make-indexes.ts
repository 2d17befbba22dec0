import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import type { Queryable, UnitOfWork } from '../../database/unit-of-work.js';
import { indexablePath, isCustomIndexName } from '../custom-index-name.js';
import type { MakeCustomIndexes } from '../json-dialect.js';
import { type KeyTable, keyTableOf, triggersOf } from './sqlite-key-table.js';

/** How long one turn holds up those who write. */
const TURN_MS = 20;

/** What one turn begins with. How many rows the next ones take follows from how long that took. */
const FIRST_ROWS = 200;
const MOST_ROWS = 5000;

/** What there is of the indexes: each name says how far it is. */
interface Present {
  /** Tables that hold all users, by name. */
  served: Set<string>;
  /** Tables that are being filled. */
  making: Set<string>;
  /** Tables that are being emptied. */
  gone: Set<string>;
  /** Indexes of a version before, which SQLite keeps by itself. */
  before: Set<string>;
}

/**
 * Makes each index in steps, of which each is a short transaction. What a step leaves is found by the next by its name alone, in
 * this process or in a later one:
 *
 * 1. The table is made, empty, with the triggers that keep up to date what is in it.
 * 2. A reader beside the work sorts the users by their keys. In this order they are put in, some hundreds at a time, so that the
 *    entries of one turn lie together in the file. Each turn takes the users as they are then.
 * 3. The table gets the name by which queries find it. They have not looked into it before.
 *
 * An index that nobody wants any more loses its name, is emptied in turns as well, and dropped. That comes last: what is obsolete
 * goes when the others serve. Until then its triggers stay, so that nothing is in it of users who are gone.
 *
 * What fails with one table holds up no other. The first failure is thrown at the end.
 */
export const makeSqliteIndexes: MakeCustomIndexes = async (unitOfWork, wanted, signal) => {
  const read = async (transaction: Queryable) => {
    const tables = (await wanted(transaction)).map(path => keyTableOf(indexablePath(path)));
    return { tables, present: await presentIndexes(transaction) };
  };
  const failed = new Map<string, unknown>();
  for (;;) {
    signal.throwIfAborted();
    const { tables, present } = await unitOfWork.read(read);
    const wantedNames = new Set(tables.map(({ name }) => name));
    const lacking = tables.filter(({ name }) => !present.served.has(name));
    const unwanted = [...present.served, ...present.making].filter(name => !wantedNames.has(name));
    const steps: { name: string; run(): Promise<unknown> }[] = [
      ...lacking.map(table => ({
        name: table.name,
        run: () => makeTable(unitOfWork, table, { read, signal }),
      })),
      ...unwanted.map(name => ({ name, run: () => unitOfWork.write(one => retire(one, name, read)) })),
      ...[...present.before].map(name => ({
        name,
        run: () => unitOfWork.write(one => one.query(raw(`DROP INDEX IF EXISTS ${name}`))),
      })),
      ...[...present.gone].map(name => ({ name, run: () => empty(unitOfWork, name, signal) })),
    ];
    const next = steps.find(({ name }) => !failed.has(name));
    if (!next) break;
    await next.run().catch((error: unknown) => {
      signal.throwIfAborted();
      failed.set(next.name, error);
    });
  }
  for (const error of failed.values()) throw error;
};

type Read = (transaction: Queryable) => Promise<{ tables: KeyTable[]; present: Present }>;

async function presentIndexes(transaction: Queryable): Promise<Present> {
  const rows = await transaction.query(
    sql`SELECT name, type FROM sqlite_schema WHERE type = 'table' OR (type = 'index' AND tbl_name = 'users')`,
  );
  const present: Present = { served: new Set(), making: new Set(), gone: new Set(), before: new Set() };
  for (const { name, type } of rows as { name: string; type: string }[]) {
    if (!isCustomIndexName(name)) continue;
    if (type === 'index') present.before.add(name);
    else if (name.includes('_gone_')) present.gone.add(name);
    else if (name.endsWith('_making')) present.making.add(name.slice(0, -'_making'.length));
    else present.served.add(name);
  }
  return present;
}

async function makeTable(
  unitOfWork: UnitOfWork,
  table: KeyTable,
  { read, signal }: { read: Read; signal: AbortSignal },
): Promise<void> {
  /** Does something to the table as long as it is wanted and not made. @returns whether it was. */
  const step = (work: (transaction: Queryable, present: Present) => Promise<unknown>) =>
    unitOfWork.write(async transaction => {
      const { tables, present } = await read(transaction);
      if (present.served.has(table.name) || !tables.some(({ name }) => name === table.name)) return false;
      await work(transaction, present);
      return true;
    });
  const isBegun = await step(async (transaction, { making }) => {
    if (making.has(table.name)) return;
    for (const statement of table.define()) await transaction.query(statement);
  });
  if (!isBegun) return;
  const isWanted = await unitOfWork.aside(async reader => {
    await reader.query(raw(`CREATE TEMP TABLE in_order AS ${table.idsInOrder.sql}`));
    let last = 0;
    return inTurns(signal, async rows => {
      const next = await reader.query(
        sql`SELECT rowid AS place, id FROM temp.in_order WHERE rowid > ${last} ORDER BY rowid LIMIT ${rows}`,
      );
      if (next.length === 0) return 'ended';
      last = Number(next.at(-1)?.place);
      const ids = next.map(({ id }) => String(id));
      let tookMs = 0;
      const goesOn = await step(async transaction => {
        const begun = performance.now();
        await transaction.query(table.fill(ids));
        tookMs = performance.now() - begun;
      });
      return goesOn ? { tookMs } : 'stopped';
    });
  }, signal);
  if (isWanted)
    await step(transaction => transaction.query(raw(`ALTER TABLE ${table.making} RENAME TO ${table.name}`)));
}

/** Takes an index away from all who use it, in an instant. Its rows are still there. */
async function retire(transaction: Queryable, name: string, read: Read): Promise<void> {
  const { tables, present } = await read(transaction);
  if (tables.some(table => table.name === name)) return;
  for (const [isThere, table] of [
    [present.served.has(name), name],
    [present.making.has(name), `${name}_making`],
  ] as const) {
    const gone = `${name}_gone_${randomBytes(4).toString('hex')}`;
    if (isThere) await transaction.query(raw(`ALTER TABLE ${table} RENAME TO ${gone}`));
  }
}

/** Empties a table and drops it. To drop it as it is would overwrite all of it at once. */
async function empty(unitOfWork: UnitOfWork, table: string, signal: AbortSignal): Promise<void> {
  const columns = 'custom_key, user_created_at, user_id';
  await inTurns(signal, rows =>
    unitOfWork.write(async transaction => {
      const begun = performance.now();
      const [{ left } = { left: 0 }] = await transaction.query(
        sql`SELECT count(*) AS left FROM (SELECT 1 FROM ${raw(table)} LIMIT ${rows + 1})`,
      );
      if (Number(left) <= rows) {
        for (const { name } of await transaction.query(triggersOf(table))) {
          await transaction.query(raw(`DROP TRIGGER ${name}`));
        }
        await transaction.query(raw(`DROP TABLE ${table}`));
        return 'ended';
      }
      await transaction.query(
        sql`DELETE FROM ${raw(table)} WHERE (${raw(columns)}) <= (SELECT ${raw(columns)} FROM ${raw(table)} ORDER BY ${raw(columns)} LIMIT 1 OFFSET ${rows - 1})`,
      );
      return { tookMs: performance.now() - begun };
    }),
  );
}

/**
 * Works in short turns, with as many rows in each as fit. After each one come those who waited meanwhile, and this process gets
 * to its other work.
 * @returns whether it came to the end.
 */
async function inTurns(
  signal: AbortSignal,
  turn: (rows: number) => Promise<'ended' | 'stopped' | { tookMs: number }>,
): Promise<boolean> {
  let rows = FIRST_ROWS;
  for (;;) {
    signal.throwIfAborted();
    const done = await turn(rows);
    if (typeof done === 'string') return done === 'ended';
    rows = Math.round(Math.min(MOST_ROWS, rows * 2, Math.max(1, (rows * TURN_MS) / (done.tookMs + 0.1))));
    await sleep(done.tookMs / 4);
  }
}
