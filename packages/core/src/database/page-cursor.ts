import { type JsonValue, RollcallError } from '@rollcall/protocol';

/** The sort key of a row. The cursor holds the key of the last row of a page. */
export type PageKey = readonly (string | number)[];

/** The list and the conditions that a cursor was made for. The cursor is valid for no other list. */
export type PageConditions = readonly (JsonValue | undefined)[];

/** Writes the cursor behind a page. */
export function writePageCursor(conditions: PageConditions, last: PageKey): string {
  const parts = [conditions.map(one => one ?? null), last];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Reads a cursor: the sort key of the last row of the page before. It only says where to continue, not what the caller
 * may see, so a client that forges a cursor only moves about in the answer to its own query.
 * @param kinds the type of each part of the key.
 * @throws RollcallError `CURSOR_INVALID` for a cursor that was made for another list or other conditions.
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
      'next: this cursor was not issued for this list; start again without it',
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

/** The last row of a page that is sorted by time. The next page begins after it. */
export interface ContentCursor {
  /** Epoch milliseconds. */
  created_at: number;
  /** The primary key. It orders rows of the same moment. */
  key: string;
}

/**
 * Writes the cursor behind a page that is sorted by time. It also holds the conditions of the list and is valid for no
 * other list.
 */
export function writeContentCursor(last: ContentCursor, conditions: PageConditions): string {
  return writePageCursor(conditions, [last.created_at, last.key]);
}

/** Reads such a cursor. @throws RollcallError `CURSOR_INVALID` for a cursor of another list or other conditions. */
export function readContentCursor(text: string, conditions: PageConditions): ContentCursor {
  const [created_at, key] = readPageCursor<[number, string]>(text, conditions, ['number', 'string']);
  return { created_at, key };
}
