import { randomBytes } from 'node:crypto';
import sql, { raw, type Sql } from 'sql-template-tag';
import { some } from '../conditions.js';
import { customIndexName } from '../custom-index-name.js';
import { SORT_TEXT_LENGTH } from '../sort-value.js';
import { sqlitePath } from './sqlite-objects.js';
import { SQLITE_SORT_KEYS as KEYS } from './sqlite-sort.js';

/** The key of users whose value the index does not hold. It comes after all others. */
export const LACKED = sql`x'ff'`;

/**
 * The table that is the index of a custom path: the key of each user, the time of creation and the id, in this order. The key is
 * the value of a sort, in which SQLite's order keeps the types apart. No other table has columns of these names.
 */
export interface KeyTable {
  /** Its name once it holds all users. Until then it has another: {@link KeyTable.making}. */
  readonly name: string;
  /** Its name while it is filled. */
  readonly making: string;
  /** The columns, and each of them. */
  readonly columns: Sql;
  readonly key: Sql;
  readonly createdAt: Sql;
  readonly id: Sql;
  /** What makes it, empty, and the triggers that keep it up to date from then on. They have other names each time. */
  define(): Sql[];
  /** What puts users into it who are not there yet, in the order in which their ids are given. */
  fill(ids: readonly string[]): Sql;
  /** All ids of users, in the order of the table. */
  readonly idsInOrder: Sql;
}

const COLUMNS = 'custom_key, user_created_at, user_id';
const PRIMARY_KEY = `(custom_key NOT NULL, user_created_at integer NOT NULL, user_id text NOT NULL, PRIMARY KEY (${COLUMNS})) WITHOUT ROWID`;

/** The index of a path. */
export function keyTableOf(path: readonly string[]): KeyTable {
  const text = keyText(path, 'users');
  const name = customIndexName(`${PRIMARY_KEY} ${text}`);
  const making = `${name}_making`;
  return {
    name,
    making,
    columns: raw(COLUMNS),
    key: raw(`${name}.custom_key`),
    createdAt: raw(`${name}.user_created_at`),
    id: raw(`${name}.user_id`),
    define: () =>
      [`CREATE TABLE ${making} ${PRIMARY_KEY}`, ...triggers(path, { name, table: making })].map(text =>
        raw(text),
      ),
    // An entry that a trigger has made since is as new as this one would be.
    fill: ids =>
      sql`INSERT OR IGNORE INTO ${raw(making)} SELECT ${raw(text)}, users.created_at, users.id
        FROM json_each(${JSON.stringify(ids)}) AS given CROSS JOIN users ON users.id = given.value`,
    idsInOrder: raw(`SELECT users.id AS id FROM users ORDER BY ${text}, users.created_at, users.id`),
  };
}

/**
 * The names of the triggers that write to a table. They follow it when it gets another name, as their texts do.
 * @param table the whole of a name that is no beginning of another.
 */
export function triggersOf(table: string): Sql {
  return sql`SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'users' AND instr(sql, ${table}) > 0`;
}

function triggers(path: readonly string[], { name, table }: { name: string; table: string }): string[] {
  const [before, after] = [keyText(path, 'old'), keyText(path, 'new')];
  const add = `INSERT INTO ${table} VALUES (${after}, new.created_at, new.id);`;
  const remove = `DELETE FROM ${table} WHERE custom_key = ${before} AND user_created_at = old.created_at AND user_id = old.id;`;
  // Other custom data may change without the key: then nothing is written.
  const changes = `(old.custom IS NOT new.custom AND ${before} IS NOT ${after}) OR old.created_at IS NOT new.created_at OR old.id IS NOT new.id`;
  const made = {
    insert: `AFTER INSERT ON users BEGIN ${add} END`,
    update: `AFTER UPDATE OF custom, created_at, id ON users WHEN ${changes} BEGIN ${remove} ${add} END`,
    delete: `AFTER DELETE ON users BEGIN ${remove} END`,
  };
  // Those of a table before may still be there, which is being emptied.
  const time = randomBytes(4).toString('hex');
  return Object.entries(made).map(([end, does]) => `CREATE TRIGGER ${name}_${end}_${time} ${does}`);
}

/** The key as text without parameters, as a trigger needs it. */
function keyText(path: readonly string[], row: 'users' | 'old' | 'new'): string {
  const custom = raw(`${row}.custom`);
  const at = raw(`'${sqlitePath(path)}'`);
  const parts = path.map((_, index) => raw(`'${sqlitePath(path.slice(0, index + 1))}'`));
  const onArray = some(parts.map(part => sql`json_type(${custom}, ${part}) = 'array'`));
  const value = sql`${custom} ->> ${at}`;
  const length = raw(String(SORT_TEXT_LENGTH));
  return sql`(CASE WHEN ${onArray} THEN ${LACKED} ELSE CASE json_type(${custom}, ${at}) WHEN 'true' THEN ${KEYS.true} WHEN 'false' THEN ${KEYS.false} WHEN 'integer' THEN ${value} WHEN 'real' THEN ${value} WHEN 'text' THEN CASE WHEN length(${value}) > ${length} THEN ${LACKED} ELSE ${value} END WHEN 'object' THEN ${LACKED} ELSE ${KEYS.null} END END)`
    .sql;
}
