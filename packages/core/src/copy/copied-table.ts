import { RollcallError } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import { isCustomIndexName } from '../query/custom-index-name.js';
import { COLUMN_KINDS, type ColumnKind } from './column-kind.js';

/** Tables that are not copied, and why. All other tables are copied, also those of others. */
export const NOT_COPIED: Readonly<Record<string, string>> = {
  migrations: 'the target has run its own migrations',
  copies: 'it is about the copy itself',
  nodes: 'the processes of the source end with it',
  node_users: 'no user is connected to a process that has ended',
  presence_changes: 'changes of presence are sent while they happen, and not afterwards',
  user_teams: 'the target has an index in its place',
  user_words: 'the target looks through the columns of words themselves',
  presence_stream: 'it counts what is in presence_changes',
  past_epochs: 'no standby takes over from an embedded database',
};

/** Whether a table of the source stays behind. The indexes of custom fields are tables there, and indexes of the target. */
export function staysBehind(name: string): boolean {
  return name in NOT_COPIED || isCustomIndexName(name);
}

/**
 * Columns that get another value than in the source, by table and column, as an expression over the source: all users
 * arrive offline, and running tasks and webhooks can be claimed, since the process that worked on them has ended. An embedded
 * database does the same when it is opened again.
 */
export const AT_REST: Readonly<Record<string, Readonly<Record<string, Sql>>>> = {
  users: { online: sql`'false'` },
  tasks: { lease_until: sql`CASE WHEN lease_until IS NOT NULL THEN '0' END` },
  webhook_endpoints: { lease_until: sql`'0'` },
};

/** Columns that say something about the server of the target, by table: they stay as they are there. */
const OF_THE_TARGET: Readonly<Record<string, readonly string[]>> = { event_stream: ['timeline'] };

/** A column of a table that is copied. */
interface CopiedColumn {
  /** The quoted name, for both sides. */
  readonly sql: Sql;
  readonly name: string;
  readonly kind: ColumnKind;
  /** Its place in the primary key; null when it is not part of it. */
  readonly keyPlace: number | null;
}

/** A table that is copied. */
export interface CopiedTable {
  /** The name in lower case. */
  readonly name: string;
  /** The quoted name, for both sides. */
  readonly sql: Sql;
  readonly columns: readonly CopiedColumn[];
  /** The columns of the primary key, in its order. */
  readonly key: readonly CopiedColumn[];
}

/**
 * The tables of the source: the names of their columns by the name of the table. All are in lower case, since an embedded
 * file does not distinguish cases.
 */
export type SourceTables = ReadonlyMap<string, readonly string[]>;

/** A column as the catalogue of the target has it. */
export interface TargetColumn {
  readonly table: string;
  readonly column: string;
  /** The name of its type. */
  readonly type: string;
  /** Its place in the primary key; null when it is not part of it. */
  readonly keyPlace: number | null;
}

/**
 * The tables to copy, according to both catalogues. So a table of a later version or of a product is never missed.
 * @param leaveOut tables of the source that are not to be copied.
 * @throws RollcallError `INPUT_INVALID` for a table or a column that one side lacks, for a table that has no usable
 * primary key, for a column of an unknown type, and for a table to be left out that the source lacks or Rollcall needs.
 */
export function copiedTables(
  source: SourceTables,
  target: readonly TargetColumn[],
  leaveOut: readonly string[],
): CopiedTable[] {
  const inTarget = new Map<string, TargetColumn[]>();
  for (const column of target) {
    const name = column.table.toLowerCase();
    inTarget.set(name, [...(inTarget.get(name) ?? []), column]);
  }
  for (const name of leaveOut) {
    if (!source.has(name)) throw refused(`there is no table "${name}" in the source to leave out`);
    if (inTarget.has(name)) throw refused(`the table "${name}" belongs to Rollcall and cannot be left out`);
  }
  const names = [...source.keys()].filter(name => !staysBehind(name) && !leaveOut.includes(name)).sort();
  const unknown = names.filter(name => !inTarget.has(name));
  if (unknown.length > 0) {
    throw refused(
      `the source has tables that the target lacks: ${unknown.join(', ')}; name the products that they belong to in ROLLCALL_PRODUCTS, or leave them out`,
    );
  }
  return names.map(name => copiedTable(name, source.get(name) ?? [], inTarget.get(name) ?? []));
}

function copiedTable(name: string, given: readonly string[], wanted: readonly TargetColumn[]): CopiedTable {
  const [fewer, more] = [
    wanted.map(({ column }) => column).filter(column => !given.includes(column.toLowerCase())),
    given.filter(column => !wanted.some(one => one.column.toLowerCase() === column)),
  ];
  if (fewer.length + more.length > 0) {
    throw refused(
      `the table "${name}" has different columns on the two sides: ${[...fewer, ...more].join(', ')}`,
    );
  }
  const copied = wanted.filter(({ column }) => !OF_THE_TARGET[name]?.includes(column.toLowerCase()));
  const columns = copied.map((one): CopiedColumn => {
    const kind = COLUMN_KINDS[one.type];
    if (kind) return { name: one.column, sql: raw(quotedName(one.column)), kind, keyPlace: one.keyPlace };
    throw refused(
      `the column "${one.column}" of the table "${name}" is of the type ${one.type}; a copy can carry ${Object.keys(COLUMN_KINDS).join(', ')}`,
    );
  });
  const key = columns
    .filter(({ keyPlace }) => keyPlace !== null)
    .sort((one, other) => Number(one.keyPlace) - Number(other.keyPlace));
  if (key.length === 0) throw refused(`the table "${name}" has no primary key to copy it by`);
  if (!key.every(({ kind }) => kind.inOrder)) {
    throw refused(`the primary key of the table "${name}" has no order that both sides share`);
  }
  return { name, sql: raw(quotedName(wanted[0]?.table ?? name)), columns, key };
}

function refused(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${message}; nothing was copied`, { field: 'from' });
}

/** The name of a table or a column as SQL, on both sides. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
