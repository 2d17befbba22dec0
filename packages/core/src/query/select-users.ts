import sql, { raw, type Sql } from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import { compileFilter, customPathsIn, requiredTests } from './compile-filter.js';
import { every } from './conditions.js';
import { servingIndexes, type UsableIndexes } from './custom-indexes.js';
import { type Beginning, findBeginning, type Look, type NeededOrder } from './few-users.js';
import type { JsonDialect } from './json-dialect.js';
import { normaliseFilter } from './normalise-filter.js';
import type { UserSelection } from './user-query.js';
import { ALL_USERS, type UserSource } from './user-source.js';

/** The users of a selection. */
export interface Selected {
  beginning: Beginning;
  /** The custom paths whose indexes serve the selection. */
  serving: UsableIndexes;
  /** Their condition, in the table of users. */
  found: Sql;
  /** The same users as the index of a path has them: those whom it holds, and the others, if there are any. */
  listsOf(path: readonly string[]): IndexedList[];
}

/** Users of a selection as the index of a path has them. */
interface IndexedList {
  source: UserSource;
  conditions: Sql[];
  /** Whether the index holds their value. */
  isHeld: boolean;
  /** Those of the conditions that the index alone can answer, as far as they are known. */
  required: Sql[];
}

/**
 * Finds out with whom a query of a selection does best to begin, and what its users have in common.
 * @param options.sorted the custom path that comes first in the order.
 * @param options.sortedBy the same of a built-in field.
 * @param options.look where the users of a page are looked for.
 */
export async function selectUsers(
  transaction: Transaction,
  selection: UserSelection,
  {
    json,
    order,
    sorted,
    sortedBy,
    look,
  }: {
    json: JsonDialect;
    order: NeededOrder;
    sorted?: readonly string[] | undefined;
    sortedBy?: string | undefined;
    look?: Look | undefined;
  },
): Promise<Selected> {
  const { customIndex, lists } = json;
  const filter = normaliseFilter(selection.filter);
  const { tenant } = selection;
  const named = [...customPathsIn(filter), ...(sorted ? [sorted] : [])];
  const serving = await servingIndexes(transaction, named, selection.indexedFields);
  const asked = { filter, tenant, order, sortedBy, look };
  const beginning = await findBeginning(transaction, asked, { lists, indexes: serving });
  // What is cheap comes first: of a user who fails it, the rest is not looked at.
  const conditionOn = (source: UserSource, indexes: UsableIndexes) =>
    every([
      ...rangeConditions(selection, json, source),
      ...(tenant ? [json.belongsTo(tenant)] : []),
      compileFilter(filter, { json, viewpoint: { ...selection, source }, indexes }),
    ]);
  const anywhere: UsableIndexes = customIndex.isFoundByPlanner ? serving : new Map();
  const rest = conditionOn(ALL_USERS, anywhere);
  const found = beginning.kind === 'condition' ? lists.beginWith(beginning.condition, rest) : rest;
  return {
    beginning,
    serving,
    found,
    listsOf: path => {
      const source = customIndex.source(path);
      const isAlone = serving.get(path.join('.'))?.lacksUsers === false;
      if (customIndex.isFoundByPlanner) {
        const both = [customIndex.holds(path), customIndex.lacks(path)];
        return both.map((part, place) => ({
          source,
          conditions: [found, part],
          isHeld: place === 0,
          required: [],
        }));
      }
      // Of those whom it holds, the index alone decides.
      const byIndex = conditionOn(source, new Map([[path.join('.'), { lacksUsers: false }]]));
      const required = requiredTests(filter, path).flatMap(test => customIndex.passes(path, test) ?? []);
      if (isAlone) return [{ source, conditions: [byIndex], isHeld: true, required }];
      const others = [customIndex.lacks(path), conditionOn(source, anywhere)];
      return [
        { source, conditions: [customIndex.holds(path), byIndex], isHeld: true, required },
        { source, conditions: others, isHeld: false, required: [] },
      ];
    },
  };
}

/** The conditions that the options add to the filter. */
export function rangeConditions(
  { options }: UserSelection,
  json: JsonDialect,
  { id, createdAt }: UserSource,
): Sql[] {
  const bounds: [Sql, string, string | number | undefined][] = [
    [id, '>', options.id_gt],
    [id, '>=', options.id_gte],
    [id, '<', options.id_lt],
    [id, '<=', options.id_lte],
    [createdAt, '>', options.created_at_after],
    [createdAt, '>=', options.created_at_after_or_equal],
    [createdAt, '<', options.created_at_before],
    [createdAt, '<=', options.created_at_before_or_equal],
  ];
  return [
    ...bounds.flatMap(([column, bound, value]) =>
      value === undefined ? [] : [sql`${column} ${raw(bound)} ${value}`],
    ),
    ...(options.include_deleted_users ? [] : [json.isMostlyNull(sql`users.deleted_at`)]),
    ...(options.include_deactivated_users ? [] : [json.isMostlyNull(sql`users.deactivated_at`)]),
  ];
}
