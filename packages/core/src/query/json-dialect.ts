import type { Sql } from 'sql-template-tag';
import type { Queryable, UnitOfWork } from '../database/unit-of-work.js';
import type { Questions } from './questions.js';
import type { SortNode } from './sort-tree.js';
import type { SortValue } from './sort-value.js';
import type { UserListsDialect } from './user-lists.js';
import type { UserSource } from './user-source.js';
import type { ValueTest } from './value-test.js';

/**
 * How queries look into JSON columns, and what else they need, once for each SQL dialect. Paths and values are always
 * bound, with one exception: the path of an indexed field stands in the statement as text, because an index on an
 * expression serves only the same text, and a trigger has no parameters. The operator chose that path, and the field name grammar has accepted it.
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
  /** Users who are in one of these teams. */
  inTeams(teams: readonly string[]): Sql;
  /** Users who belong to a tenant: users who share one of these teams or, if there are no teams, users without a team. */
  belongsTo(tenant: readonly string[]): Sql;
  /** The users whom indexes find, as lists that a query may begin with. */
  readonly lists: UserListsDialect;
  /** `expression` equals one of the values, which are all numbers or all strings. */
  isOneOf(expression: Sql, values: readonly (string | number)[]): Sql;
  /** The column is NULL, for a column that is NULL in most rows. */
  isMostlyNull(column: Sql): Sql;
  /** The words of a search column (users/model/derived-columns.ts) begin with all of these. */
  hasWords(column: Sql, words: readonly string[]): Sql;
  readonly customSort: CustomSortDialect;
  /** What a sort by teams compares: the least team when ascending, the greatest when descending. */
  sortTeams(descending: boolean): Sql;
  /** What an `ORDER BY` adds so that missing values come first when ascending and last when descending. */
  missingFirst(descending: boolean): Sql;
  readonly customIndex: CustomIndexDialect;
}

/** Sorts by custom paths, which MongoDB orders by rules of its own (sort-tree.ts). */
export interface CustomSortDialect {
  /**
   * What a sort compares at the paths of a tree: the joins that provide it and, for each of the tree's keys, the
   * expressions, in order. At each key they are as many as {@link toParameters} has.
   */
  compared(tree: SortNode): { from: Sql; expressions: Sql[][] };
  /** Whether the expressions can be NULL, which comes first when ascending and last when descending. */
  readonly nullable: boolean;
  /** A value as what the expressions of its key are compared with; null for NULL. */
  toParameters(value: SortValue): (Sql | null)[];
  /** The value that the expressions of a key had for a user. */
  read(cells: readonly unknown[]): SortValue;
}

/**
 * The index of a custom path. It holds what a sort compares at the path, for users who have one number, text or boolean
 * there, or nothing. Of all others it holds only that they are others: who have an array or an object on the path, or a
 * long text. See custom-indexes.ts.
 */
export interface CustomIndexDialect {
  /**
   * Whether the planner finds the index in every query of users that asks as it is written. Otherwise a query has to read the
   * users from {@link source}, and only there the conditions and expressions below hold.
   */
  readonly isFoundByPlanner: boolean;
  /** The users as the index has them. */
  source(path: readonly string[]): UserSource;
  /**
   * What is in FROM in place of the {@link source}, with the users of whom a condition on the index alone holds, in an order that
   * the index alone knows. So a query that ends with a page does not look at all users that are equal in the first part of the
   * order. Absent where it would not help.
   */
  sorted?(path: readonly string[], asked: { condition: Sql; order: Sql }): Sql;
  /** What a sort compares at the path, as the index holds it: for users whom it holds. */
  sortExpressions(path: readonly string[]): Sql[];
  /** Users whom the index holds with their value. */
  holds(path: readonly string[]): Sql;
  /** Users whom it does not hold. */
  lacks(path: readonly string[]): Sql;
  /** A test as a condition on what the index holds; undefined when the index cannot answer it. */
  passes(path: readonly string[], test: ValueTest): Sql | undefined;
  /** The name of the index of a path. It follows from what the index is, so a version that defines it otherwise names it otherwise. */
  nameOf(path: readonly string[]): string;
  /** Which of these names are indexes that are made to the end, as rows with `name`. */
  serving(names: readonly string[]): Sql;
  /** Makes the indexes of just these paths, beside the work of all others. */
  readonly make: MakeCustomIndexes;
}

/** The paths that are to have an index, as a transaction sees them: dotted paths within custom data. */
export type WantedIndexes = (transaction: Queryable) => Promise<readonly string[]>;

/**
 * Makes the indexes match what is wanted, and resolves when all of them serve. What is wanted may change meanwhile. If they match
 * already, it writes nothing. Nobody waits for it: it may be ended at any moment, and the next call completes what is there.
 */
export type MakeCustomIndexes = (
  unitOfWork: UnitOfWork,
  wanted: WantedIndexes,
  signal: AbortSignal,
) => Promise<void>;
