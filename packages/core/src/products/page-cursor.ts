import { type JsonValue, RollcallError } from '@rollcall/protocol';

/** What a list is sorted by: the cursor behind a page holds it for the last row. */
export type PageKey = readonly (string | number)[];

/** What a cursor belongs to: the list, and the conditions that it was made for. A cursor is good for no other. */
export type PageConditions = readonly (JsonValue | undefined)[];

/** Writes the cursor behind a page. */
export function writePageCursor(conditions: PageConditions, last: PageKey): string {
  const parts = [conditions.map(one => one ?? null), last];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Reads a cursor back: what the last row of the page before was sorted by. It says where to go on and nothing about what
 * may be seen, so whoever forges one only moves about in the answer to their own query.
 * @param kinds what stands at each place of the key.
 * @throws RollcallError `CURSOR_INVALID` when it was not made for a list with these conditions.
 */
export function readPageCursor<Key extends PageKey>(
  text: string,
  conditions: PageConditions,
  kinds: readonly ('number' | 'string')[],
): Key {
  const [its, key] = parse(text);
  const same = JSON.stringify(its) === JSON.stringify(conditions.map(one => one ?? null));
  if (
    !same ||
    !Array.isArray(key) ||
    key.length !== kinds.length ||
    !kinds.every((kind, place) => fits(key[place], kind))
  ) {
    throw new RollcallError(
      'CURSOR_INVALID',
      'next: this cursor was not issued for this list; begin without it',
      {
        field: 'next',
      },
    );
  }
  return key as unknown as Key;
}

function fits(value: unknown, kind: 'number' | 'string'): boolean {
  if (kind === 'number') return Number.isSafeInteger(value);
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\u0000');
}

function parse(text: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

/** The last row of a page that is sorted by time: the next page begins after it. */
export interface ContentCursor {
  /** Epoch milliseconds. */
  created_at: number;
  /** What tells rows of the same moment apart: the primary key. */
  key: string;
}

/** Writes the cursor behind a page. It holds the conditions of the list too, and is good for no other. */
export function writeContentCursor(last: ContentCursor, conditions: PageConditions): string {
  return writePageCursor(conditions, [last.created_at, last.key]);
}

/** Reads a cursor back. @throws RollcallError `CURSOR_INVALID` when it was not made for a list with these conditions. */
export function readContentCursor(text: string, conditions: PageConditions): ContentCursor {
  const [created_at, key] = readPageCursor<[number, string]>(text, conditions, ['number', 'string']);
  return { created_at, key };
}
