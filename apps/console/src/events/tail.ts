import type { StreamItem } from '@rollcall/client/server';

/** So many rows are held: the last ones. */
export const MOST_ROWS = 5_000;

/** One row of a tail. Its number never changes and is no other row's. */
export interface TailRow {
  number: number;
  item: StreamItem;
}

/** A tail as it is at a moment. */
export interface TailState {
  rows: readonly TailRow[];
  paused: boolean;
  /** So many came since it was paused. */
  waiting: number;
  /** So many came in all. */
  total: number;
}

/**
 * The last events, as they come. While it is paused, nothing moves and what comes waits. It holds a bounded number of rows,
 * shown and waiting.
 */
export class Tail {
  #state: TailState = { rows: [], paused: false, waiting: 0, total: 0 };
  #held: readonly TailRow[] = [];
  #next = 0;
  readonly #listeners = new Set<() => void>();

  get state(): TailState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes what came, in its order. Those who show the tail are told once. */
  add(items: readonly StreamItem[]): void {
    if (items.length === 0) return;
    const { paused, rows, waiting, total } = this.#state;
    const first = this.#next;
    this.#next += items.length;
    // Of more than it holds, the first are gone before they are seen.
    const kept = items.slice(-MOST_ROWS);
    const added = kept.map((item, index) => ({ number: this.#next - kept.length + index, item }));
    if (paused) this.#held = lastOf(this.#held, added);
    this.#set({
      rows: paused ? rows : lastOf(rows, added),
      paused,
      waiting: paused ? waiting + (this.#next - first) : 0,
      total: total + items.length,
    });
  }

  pause(): void {
    if (!this.#state.paused) this.#set({ ...this.#state, paused: true });
  }

  /** Shows what waited. */
  resume(): void {
    if (!this.#state.paused) return;
    const rows = lastOf(this.#state.rows, this.#held);
    this.#held = [];
    this.#set({ ...this.#state, rows, paused: false, waiting: 0 });
  }

  /** Forgets what is shown and what waits. */
  clear(): void {
    this.#held = [];
    this.#set({ ...this.#state, rows: [], waiting: 0 });
  }

  #set(state: TailState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function lastOf(before: readonly TailRow[], added: readonly TailRow[]): readonly TailRow[] {
  const spare = before.length + added.length - MOST_ROWS;
  return [...(spare > 0 ? before.slice(spare) : before), ...added];
}
