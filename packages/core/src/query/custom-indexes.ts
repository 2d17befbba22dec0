/**
 * The indexes of the setting `indexed_custom_fields`. Each index holds what a sort compares at a path, and the default
 * sort: a page of users with a value is read directly from it, and so is a page sorted by the path.
 *
 * One key cannot express all the ways in which an array on the path can match or sort, and an object or a long text has
 * no room in it. The index holds of such users only that it lacks their value, and so finds them: a filter asks each of
 * them as it would without an index ({@link indexedCustomPasses}), and a sort merges them into the others (query-users.ts).
 * So a few such users cost what they are, and nothing when there are none.
 *
 * An index is made beside the work of everybody else, which takes a while on a large directory. Until it is made to the end, and
 * from the moment at which the setting does not name its path any more, queries do without it.
 */
import sql, { type Sql } from 'sql-template-tag';
import { busy } from '../database/storage-error.js';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { every, some } from './conditions.js';
import type { JsonDialect, WantedIndexes } from './json-dialect.js';
import { jsonDialectOf } from './json-dialect-of.js';
import type { ValueTest } from './value-test.js';

/** The indexed custom paths, dotted, and whether the index lacks the value of some user. */
export type UsableIndexes = ReadonlyMap<string, { lacksUsers: boolean }>;

/**
 * The indexes of custom fields, as the setting of one database wants them. Those who have them made at the same time wait for each
 * other.
 */
export class CustomIndexes {
  readonly #unitOfWork: UnitOfWork;
  readonly #wanted: WantedIndexes;
  readonly #closing = new AbortController();
  #last: Promise<void> = Promise.resolve();

  constructor(unitOfWork: UnitOfWork, wanted: WantedIndexes) {
    this.#unitOfWork = unitOfWork;
    this.#wanted = wanted;
  }

  /**
   * Makes the indexes match what is wanted now, and resolves when they serve. Others go on reading and writing meanwhile. What a
   * process has not made to the end is completed by the next call, here or in another process.
   * @throws RollcallError `UNAVAILABLE` when the storage cannot do it now, or is closed meanwhile.
   */
  make(): Promise<void> {
    const { make } = jsonDialectOf(this.#unitOfWork.dialect).customIndex;
    const { signal } = this.#closing;
    const run = async () => {
      try {
        await make(this.#unitOfWork, this.#wanted, signal);
      } catch (error) {
        throw signal.aborted ? busy('the storage is closed') : error;
      }
    };
    this.#last = this.#last.then(run, run);
    return this.#last;
  }

  /** The same, for a caller who does not wait. What goes wrong is told, unless it is that the storage is closed. */
  makeBeside(onError: (error: unknown, context: string) => void): void {
    this.make().catch((error: unknown) => {
      if (!this.#closing.signal.aborted) onError(error, 'making the indexes of custom fields');
    });
  }

  /** Ends what is under way, and resolves when nothing uses the storage any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#last.catch(() => undefined);
  }
}

/**
 * Of the paths that a query names, those with an index that serves it.
 * @param indexed the setting: dotted paths.
 */
export async function servingIndexes(
  transaction: Transaction,
  named: readonly (readonly string[])[],
  indexed: readonly string[],
): Promise<UsableIndexes> {
  const { customIndex } = jsonDialectOf(transaction.dialect);
  const asked = new Map(
    named
      .map((path): [string, readonly string[]] => [path.join('.'), path])
      .filter(([name]) => indexed.includes(name)),
  );
  const serving = new Map<string, { lacksUsers: boolean }>();
  if (asked.size === 0) return serving;
  const rows = await transaction.query(customIndex.serving([...asked.values()].map(customIndex.nameOf)));
  const names = new Set(rows.map(row => String(row.name)));
  for (const [dotted, path] of asked) {
    if (!names.has(customIndex.nameOf(path))) continue;
    const { from } = customIndex.source(path);
    const lacked = await transaction.query(
      sql`SELECT 1 FROM ${from} WHERE ${customIndex.lacks(path)} LIMIT 1`,
    );
    serving.set(dotted, { lacksUsers: lacked.length > 0 });
  }
  return serving;
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
