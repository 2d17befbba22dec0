import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import type { Queryable, UnitOfWork } from '../../database/unit-of-work.js';
import { CUSTOM_INDEX, indexablePath } from '../custom-index-name.js';
import type { MakeCustomIndexes } from '../json-dialect.js';
import { dropTriggers, type KeyTable, keyTableOf } from './sqlite-key-table.js';

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
 * An index that nobody wants any more loses its triggers and its name, is emptied in turns as well, and dropped. That comes last:
 * what is obsolete goes when the others serve.
 */
export const makeSqliteIndexes: MakeCustomIndexes = async (unitOfWork, wanted, signal) => {
  const read = async (transaction: Queryable) => {
    const tables = (await wanted(transaction)).map(path => keyTableOf(indexablePath(path)));
    return { tables, present: await presentIndexes(transaction) };
  };
  for (;;) {
    signal.throwIfAborted();
    const { tables, present } = await unitOfWork.read(read);
    const lacking = tables.find(({ name }) => !present.served.has(name));
    if (lacking) {
      await makeTable(unitOfWork, lacking, { read, signal });
      continue;
    }
    const names = new Set(tables.map(({ name }) => name));
    const unwanted = [...present.served, ...present.making].find(name => !names.has(name));
    const [before] = present.before;
    const [gone] = present.gone;
    if (unwanted !== undefined) await unitOfWork.write(one => retire(one, unwanted, read));
    else if (before !== undefined)
      await unitOfWork.write(one => one.query(raw(`DROP INDEX IF EXISTS ${before}`)));
    else if (gone !== undefined) await empty(unitOfWork, gone, signal);
    else return;
  }
};

type Read = (transaction: Queryable) => Promise<{ tables: KeyTable[]; present: Present }>;

async function presentIndexes(transaction: Queryable): Promise<Present> {
  const rows = await transaction.query(
    sql`SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'index') AND name GLOB ${`${CUSTOM_INDEX}*`}`,
  );
  const present: Present = { served: new Set(), making: new Set(), gone: new Set(), before: new Set() };
  for (const { name, type } of rows as { name: string; type: string }[]) {
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
    for (const statement of table.definition) await transaction.query(statement);
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
  for (const statement of dropTriggers(name)) await transaction.query(statement);
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
