import type { Sql } from 'sql-template-tag';
import type { Questions } from './questions.js';
import type { SortValue } from './sort-value.js';
import type { ValueTest } from './value-test.js';

/**
 * How queries look into JSON columns, and what else they need, once for each SQL dialect. Paths and values are always
 * bound, with one exception: the path of an indexed field stands in the statement as text, because an index on an
 * expression serves only the same text. The operator chose that path, and the field name grammar has accepted it.
 */
export interface JsonDialect {
  /** Users whose custom data at a path passes at least one of these tests. The path is followed once for all of them. */
  customPasses(path: readonly string[], tests: readonly ValueTest[]): Sql;
  /**
   * The answers to questions about custom data as one integer: its bit i (from 0) is set where question i holds. The user's
   * data is read once for all of them. Of a user who has nothing to ask about it may be NULL.
   */
  customAnswers(questions: Questions): Sql;
  /** Users whose teams pass a test. */
  teamsPass(test: ValueTest): Sql;
  /**
   * Users who belong to a tenant: users who share one of these teams or, if there are no teams, users without a team.
   */
  belongsTo(tenant: readonly string[]): Sql;
  /** `expression` equals one of the values, which are all numbers or all strings. */
  isOneOf(expression: Sql, values: readonly (string | number)[]): Sql;
  /** The column is NULL, for a column that is NULL in most rows. */
  isMostlyNull(column: Sql): Sql;
  /** The words of a search column (users/model/derived-columns.ts) begin with all of these. */
  hasWords(column: Sql, words: readonly string[]): Sql;
  /** What a sort by a custom path compares, in order. */
  sortCustom(column: CustomSortColumn): SortPlan;
  /** What a sort by teams compares: the least team when ascending, the greatest when descending. */
  sortTeams(descending: boolean): Sql;
  /** What an `ORDER BY` adds so that missing values come first when ascending and last when descending. */
  missingFirst(descending: boolean): Sql;
  readonly customIndex: CustomIndexDialect;
}

/** A custom path as a sort key. */
export interface CustomSortColumn extends SortColumn {
  path: readonly string[];
  /** The position of the key in the sort, from 0. */
  position: number;
}

/** The index of a custom path: one expression, and the tests that it answers. */
export interface CustomIndexDialect {
  /** The indexed expression, as text. */
  key(path: readonly string[]): Sql;
  /** The key of users who have an array on the path. They match by rules that one key cannot express. */
  readonly arrayKey: Sql;
  /** A test as a condition on the key; undefined when the index cannot answer it. */
  keyPasses(key: Sql, test: ValueTest): Sql | undefined;
  /** The names of the indexes on `users`. */
  readonly names: Sql;
  /** Reads what new indexes hold, where the planner knows nothing of them until then and would rather not use them. */
  readonly statistics?: Sql;
}

/** One expression of an `ORDER BY`. A sort key consists of one or more of these. */
export interface SortAtom {
  expression: Sql;
  descending: boolean;
  /** Whether the expression can be NULL, which comes first when ascending and last when descending. */
  nullable: boolean;
  /** Its value in the last row of the page before; null where that was NULL. */
  last?: Sql | null;
}

/** A sort key as the dialects take it. */
export interface SortColumn {
  descending: boolean;
  /** The sort key of the last row of the page before. */
  last: SortValue | undefined;
}

/** What a sort adds to a statement. */
export interface SortPlan {
  /** Joins that provide what the atoms compare. */
  from: Sql;
  atoms: SortAtom[];
  /** Whether the first atom is a nullable column that has an index. */
  nullsInIndex: boolean;
}
