import sql from 'sql-template-tag';
import type { UnitOfWork } from '../database/unit-of-work.js';

/** Connections and disconnections are written together, at most this often. */
const FLUSH_MS = 250;

/**
 * Who is connected to this process. Counting happens in memory; the columns `online` and `last_active` follow in batches,
 * so that thousands of users who come back at once cost a few statements. Presence is no change of a user: it moves
 * neither `revision` nor `updated_at`.
 */
export class Presence {
  readonly #unitOfWork: UnitOfWork;
  readonly #clock: () => number;
  readonly #onError: (error: unknown, context: string) => void;
  readonly #connections = new Map<string, number>();
  readonly #unwritten = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    unitOfWork: UnitOfWork,
    clock: () => number,
    onError: (error: unknown, context: string) => void,
  ) {
    this.#unitOfWork = unitOfWork;
    this.#clock = clock;
    this.#onError = onError;
  }

  /** A live connection of this user has opened. */
  connected(userId: string): void {
    this.#connections.set(userId, (this.#connections.get(userId) ?? 0) + 1);
    this.#note(userId);
  }

  /** A live connection of this user has closed. */
  disconnected(userId: string): void {
    const left = (this.#connections.get(userId) ?? 0) - 1;
    if (left > 0) this.#connections.set(userId, left);
    else this.#connections.delete(userId);
    this.#note(userId);
  }

  /** Whether the user has a live connection to this process. */
  isOnline(userId: string): boolean {
    return this.#connections.has(userId);
  }

  /** Marks everybody as offline whom an earlier process left behind; for an engine that one process has to itself. */
  async forgetEverybody(): Promise<void> {
    await this.#unitOfWork.write(transaction =>
      transaction.query(sql`UPDATE users SET online = ${false} WHERE online = ${true}`),
    );
  }

  /** Writes what is not written yet. Everybody still connected is offline from now on. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    for (const userId of this.#connections.keys()) this.#unwritten.set(userId, this.#clock());
    this.#connections.clear();
    this.#flush();
    await this.#writing;
  }

  #note(userId: string): void {
    this.#unwritten.set(userId, this.#clock());
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush(): void {
    this.#timer = undefined;
    const states = [...this.#unwritten].map(([id, at]) => ({ id, at, online: this.#connections.has(id) }));
    this.#unwritten.clear();
    if (states.length === 0) return;
    this.#writing = this.#writing
      .then(() => this.#write(states))
      .catch(error => this.#onError(error, 'writing presence'));
  }

  async #write(states: readonly { id: string; at: number; online: boolean }[]): Promise<void> {
    // One statement for each of the two states; all in a batch are at most FLUSH_MS apart, so they share a time.
    const at = Math.max(...states.map(state => state.at));
    await this.#unitOfWork.write(async transaction => {
      for (const online of [true, false]) {
        const ids = states.filter(state => state.online === online).map(state => state.id);
        if (ids.length === 0) continue;
        await transaction.query(
          sql`UPDATE users SET online = ${online}, last_active = ${at} WHERE id IN (${transaction.dialect.values(ids)})`,
        );
      }
    });
  }
}
