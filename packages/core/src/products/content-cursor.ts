import { type PageConditions, readPageCursor, writePageCursor } from './page-cursor.js';

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
