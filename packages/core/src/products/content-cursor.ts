import { type JsonValue, RollcallError } from '@rollcall/protocol';

/** The last row of a page of content: the next page begins after it. */
export interface ContentCursor {
  /** Epoch milliseconds. */
  created_at: number;
  /** What tells rows of the same moment apart: the primary key. */
  key: string;
}

/** Writes the cursor behind a page. It holds the conditions of the list too, and is good for no other. */
export function writeContentCursor(last: ContentCursor, conditions: readonly JsonValue[]): string {
  return Buffer.from(JSON.stringify([last.created_at, last.key, ...conditions])).toString('base64url');
}

/**
 * Reads a cursor back. It says where to go on and nothing about what may be seen, so whoever forges one only moves about
 * in the answer to their own query.
 * @throws RollcallError `CURSOR_INVALID` when it was not made for a list with these conditions.
 */
export function readContentCursor(text: string, conditions: readonly JsonValue[]): ContentCursor {
  const [createdAt, key, ...its] = parse(text);
  const known = Number.isSafeInteger(createdAt) && typeof key === 'string' && /^[\w:!-]{1,320}$/.test(key);
  if (known && JSON.stringify(its) === JSON.stringify(conditions)) {
    return { created_at: createdAt as number, key };
  }
  throw new RollcallError(
    'CURSOR_INVALID',
    'next: this cursor was not issued for this list; begin without it',
    { field: 'next' },
  );
}

function parse(text: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
