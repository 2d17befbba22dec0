import { createHash, randomBytes } from 'node:crypto';

/** How long a preview may be considered. */
const VALID_MS = 10 * 60 * 1000;

/** Previews that nobody came back to are forgotten. */
const MAX_WAITING = 50;

/**
 * The confirmations that were offered with previews. Each is good once, for a while, and for exactly what was shown: the
 * same tool, the same input, and the same users. They live with the process, so nothing that an agent kept from before is
 * one.
 */
export class Confirmations {
  readonly #offered = new Map<string, { of: string; until: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A value that has to be given back, for what was shown. */
  offer(shown: unknown): string {
    const value = randomBytes(9).toString('base64url');
    this.#offered.set(value, { of: digestOf(shown), until: this.#now() + VALID_MS });
    const [oldest] = this.#offered.keys();
    if (this.#offered.size > MAX_WAITING && oldest !== undefined) this.#offered.delete(oldest);
    return value;
  }

  /** Whether a value was offered for exactly this. It is used up, whatever it was offered for. */
  take(value: string, shown: unknown): boolean {
    const offered = this.#offered.get(value);
    this.#offered.delete(value);
    return offered !== undefined && offered.until > this.#now() && offered.of === digestOf(shown);
  }
}

function digestOf(shown: unknown): string {
  return createHash('sha256').update(JSON.stringify(shown, inOrder)).digest('base64url');
}

/** The names of an object in one order, so that the same input is the same text. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
