/** Queries of users that took too long: those that search by the same fields without an index count together. */
export interface StoppedQueries {
  /** The custom fields that have no index, by which they filter or sort; none where no index would help. */
  paths: readonly string[];
  count: number;
  /** When the last one was ended, epoch milliseconds. */
  lastAt: number;
}

const KEPT_MS = 60 * 60 * 1000;

/** Callers make up paths. Beyond so many kinds, the oldest is forgotten. */
const MAX_KINDS = 20;

/** Remembers for an hour which queries of users were ended, so that somebody may add an index. */
export class StoppedQueryMemory {
  readonly #kinds = new Map<string, StoppedQueries>();

  note(paths: readonly string[], now = Date.now()): void {
    const key = JSON.stringify([...paths].sort());
    const count = (this.#kinds.get(key)?.count ?? 0) + 1;
    // The last one noted stands last.
    this.#kinds.delete(key);
    this.#kinds.set(key, { paths, count, lastAt: now });
    for (const oldest of this.#kinds.keys()) {
      if (this.#kinds.size <= MAX_KINDS) break;
      this.#kinds.delete(oldest);
    }
  }

  /** Those of the last hour, the last one first. @param indexed what has an index by now is no matter any more. */
  list(indexed: readonly string[], now = Date.now()): StoppedQueries[] {
    return [...this.#kinds.values()]
      .filter(({ lastAt }) => now - lastAt < KEPT_MS)
      .map(kind => ({ ...kind, missing: kind.paths.filter(path => !indexed.includes(path)) }))
      .filter(({ paths, missing }) => paths.length === 0 || missing.length > 0)
      .map(({ missing, ...kind }) => ({ ...kind, paths: missing }))
      .reverse();
  }
}
