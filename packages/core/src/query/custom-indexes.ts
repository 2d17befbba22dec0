/**
 * The indexes of the setting `indexed_custom_fields`. Each index holds what a sort compares at a path, and the default
 * sort: a page of users with a value is read directly from it, and so is a page sorted by the path.
 *
 * One key cannot express all the ways in which an array on the path can match or sort, and an object or a long text has
 * no room in it. The index holds of such users only that it lacks their value, and so finds them: a filter asks each of
 * them as it would without an index ({@link indexedCustomPasses}), and a sort merges them into the others (page-parts.ts).
 * So a few such users cost what they are, and nothing when there are none.
 */
import { fieldNameProblem, splitPath } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Queryable, Transaction } from '../database/unit-of-work.js';
import { every, some } from './conditions.js';
import { namedCustomIndex } from './custom-index-name.js';
import type { JsonDialect } from './json-dialect.js';
import { jsonDialectOf } from './json-dialect-of.js';
import type { ValueTest } from './value-test.js';

/** The indexed custom paths, dotted, and whether the index lacks the value of some user. */
export type UsableIndexes = ReadonlyMap<string, { lacksUsers: boolean }>;

const OUR_NAMES = /^users_custom_[0-9a-f]{24}$/;

/**
 * Makes the indexes match the setting: creates missing ones and drops the others. Calling it again changes nothing. On
 * a large directory it takes a while, and no other transaction can write users meanwhile.
 * @param paths dotted paths within custom data, as in the setting.
 */
export async function syncCustomIndexes(transaction: Queryable, paths: readonly string[]): Promise<void> {
  const { customIndex } = jsonDialectOf(transaction.dialect);
  const { obsolete, lacking } = await differences(transaction, paths);
  for (const name of obsolete) await transaction.query(raw(`DROP INDEX ${name}`));
  for (const [name, columns] of lacking) {
    await transaction.query(raw(`CREATE INDEX ${name} ON users ${columns}`));
  }
  if (lacking.length > 0 && customIndex.statistics) await transaction.query(customIndex.statistics);
}

/** Whether the indexes match the setting. A version that defines them otherwise finds those of before obsolete. */
export async function customIndexesMatch(transaction: Queryable, paths: readonly string[]): Promise<boolean> {
  const { obsolete, lacking } = await differences(transaction, paths);
  return obsolete.length === 0 && lacking.length === 0;
}

async function differences(
  transaction: Queryable,
  paths: readonly string[],
): Promise<{ obsolete: string[]; lacking: [name: string, columns: string][] }> {
  const { customIndex } = jsonDialectOf(transaction.dialect);
  const wanted = new Map(
    paths.map(path => {
      const { name, columns } = namedCustomIndex(customIndex.columns(checkedPath(path)));
      return [name, columns];
    }),
  );
  const rows = await transaction.query(customIndex.names);
  const present = new Set(rows.map(row => String(row.name)).filter(name => OUR_NAMES.test(name)));
  return {
    obsolete: [...present].filter(name => !wanted.has(name)),
    lacking: [...wanted].filter(([name]) => !present.has(name)),
  };
}

/** The indexed paths, dotted, whose index lacks the value of some user. */
export async function pathsThatLackUsers(
  transaction: Transaction,
  paths: readonly (readonly string[])[],
): Promise<ReadonlySet<string>> {
  const { customIndex } = jsonDialectOf(transaction.dialect);
  const found = new Set<string>();
  for (const path of paths) {
    const rows = await transaction.query(sql`SELECT 1 FROM users WHERE ${customIndex.lacks(path)} LIMIT 1`);
    if (rows.length > 0) found.add(path.join('.'));
  }
  return found;
}

/**
 * A test of an indexed path in a form that its index can answer; undefined if it cannot.
 * @param lacksUsers whether the index lacks the value of some user. If not, it alone decides.
 */
export function indexedCustomPasses(
  { customIndex, customPasses }: JsonDialect,
  path: readonly string[],
  { test, lacksUsers }: { test: ValueTest; lacksUsers: boolean },
): Sql | undefined {
  const byIndex = customIndex.passes(path, test);
  if (!byIndex || !lacksUsers) return byIndex;
  return some([byIndex, every([customIndex.lacks(path), customPasses(path, [test])])]);
}

/** Checks the path's grammar here, because the path becomes part of a statement's text. */
function checkedPath(path: string): string[] {
  const names = splitPath(path);
  const problem = names.map(fieldNameProblem).find(Boolean);
  if (problem) throw new Error(`this path cannot be indexed: ${problem}`);
  return names;
}
