import type { Sql } from 'sql-template-tag';
import type { SortValue } from './sort-value.js';
import type { ValueTest } from './value-test.js';

/**
 * How queries look into JSON columns and what else they need, once for each dialect of SQL. Paths and values are always bound; the one path that
 * stands in a statement as text is that of an indexed field, which the operator chose and the field name grammar has
 * passed, because an index on an expression serves only the same text.
 */
export interface JsonDialect {
  /** The users whose custom data at a path passes a test. */
  customPasses(path: readonly string[], test: ValueTest): Sql;
  /** The users whose teams pass a test. */
  teamsPass(test: ValueTest): Sql;
  /** The users who belong to a tenant: who share one of these teams, or with none of them, who have none. */
  belongsTo(tenant: readonly string[]): Sql;
  /** `expression` equals one of the values, which are all numbers or all strings. */
  isOneOf(expression: Sql, values: readonly (string | number)[]): Sql;
  /** The column is NULL, as it is in most rows. */
  isMostlyNull(column: Sql): Sql;
  /** The words of a search column (derived-columns.ts) begin with all of these. */
  hasWords(column: Sql, words: readonly string[]): Sql;
  /** What a sort by a custom path compares, in turn. */
  sortCustom(column: CustomSortColumn): SortPlan;
  /** What a sort by teams compares: the least team when ascending, the greatest when descending. */
  sortTeams(descending: boolean): Sql;
  /** What an `ORDER BY` adds so that missing values come first when ascending and last when descending. */
  missingFirst(descending: boolean): Sql;
  readonly customIndex: CustomIndexDialect;
}

/** A custom path as a key of a sort. */
export interface CustomSortColumn extends SortColumn {
  path: readonly string[];
  /** Which key of the sort it is, from 0. */
  position: number;
}

/** The index of a custom path: one expression, and the tests that it answers. */
export interface CustomIndexDialect {
  /** The indexed expression, as text. */
  key(path: readonly string[]): Sql;
  /** The key of the users who have an array on the path. They match by rules that one key cannot express. */
  readonly arrayKey: Sql;
  /** A test as a condition on the key; undefined when the index cannot answer it. */
  keyPasses(key: Sql, test: ValueTest): Sql | undefined;
  /** The names of the indexes on `users`. */
  readonly names: Sql;
}

/** One expression that an `ORDER BY` names; a key of a sort is one of these or several. */
export interface SortAtom {
  expression: Sql;
  descending: boolean;
  /** Whether the expression can be NULL, which comes first when ascending and last when descending. */
  nullable: boolean;
  /** Its value in the last row of the page before; null where that was NULL. */
  last?: Sql | null;
}

/** A key of a sort as the dialects take it. */
export interface SortColumn {
  descending: boolean;
  /** What the last row of the page before was sorted by. */
  last: SortValue | undefined;
}

/** What a sort adds to a statement. */
export interface SortPlan {
  /** Joins that name what the atoms compare. */
  from: Sql;
  atoms: SortAtom[];
  /** The first atom is a nullable column that has an index. */
  nullsInIndex: boolean;
}
