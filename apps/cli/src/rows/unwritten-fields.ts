import type { UserField } from '@rollcall/protocol';
import { countOf } from '../output/terminal-text.js';
import type { Row } from './row.js';

/** What an export says of a user beside its profile. An import leaves it as it is here, unless users stay as they are. */
const UNWRITTEN_FIELDS = [
  'devices',
  'blocked_user_ids',
  'revoke_tokens_issued_before',
] as const satisfies readonly UserField[];

/** Passes rows on, and at their end tells once what of them an import without `--as-is` does not write. */
export async function* noteUnwritten(
  rows: AsyncIterable<Row>,
  onNote: (note: string) => void,
): AsyncGenerator<Row> {
  const counts = new Map(UNWRITTEN_FIELDS.map(field => [field, 0]));
  for await (const row of rows) {
    if ('user' in row) {
      const user: Record<string, unknown> = { ...row.user };
      for (const field of UNWRITTEN_FIELDS) {
        counts.set(field, (counts.get(field) ?? 0) + Number(says(user[field])));
      }
    }
    yield row;
  }
  const found = [...counts].flatMap(([field, count]) =>
    count > 0 ? [`${field} of ${countOf(count, 'row')}`] : [],
  );
  if (found.length === 0) return;
  onNote(`without --as-is an import does not write ${found.join(', ')}; to write them, import with --as-is`);
}

/** An empty list, also as the text of a cell, says nothing. */
function says(value: unknown): boolean {
  const empty = Array.isArray(value) ? value.length === 0 : value === '[]';
  return value !== undefined && value !== null && !empty;
}
