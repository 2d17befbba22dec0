import { type Issue, LIMITS, RollcallError } from '@rollcall/protocol';
import type { ParseResult } from '@rollcall/protocol/schemas';

/** The valid items of a batch, with their positions, and everything that is wrong with the others. */
export interface ParsedBatch<Item> {
  items: { index: number; item: Item }[];
  issues: Issue[];
}

/**
 * Checks the form of every item of a batch, so that one answer can list everything that is wrong.
 * @throws RollcallError `INPUT_INVALID` for a batch that is empty, too large, or not an array.
 */
export function parseBatch<Item extends { id: string }>(
  raw: unknown,
  parse: (item: unknown) => ParseResult<Item>,
): ParsedBatch<Item> {
  if (!Array.isArray(raw) || raw.length < 1 || raw.length > LIMITS.batchUsers) {
    const size = Array.isArray(raw) ? `; this one has ${raw.length}` : '';
    throw new RollcallError(
      'INPUT_INVALID',
      `users: a batch is an array of 1–${LIMITS.batchUsers} users${size}`,
      {
        field: 'users',
      },
    );
  }
  const parsed: ParsedBatch<Item> = { items: [], issues: [] };
  const seen = new Map<string, number>();
  for (const [index, one] of raw.entries()) {
    const { value, issues = [] } = parse(one);
    for (const issue of issues) parsed.issues.push({ ...issue, index });
    if (!value) continue;
    const earlier = seen.get(value.id);
    if (earlier === undefined) {
      seen.set(value.id, index);
      parsed.items.push({ index, item: value });
    } else {
      const message = `id: "${value.id}" is already at index ${earlier}; a batch names each user at most once`;
      parsed.issues.push({ code: 'INPUT_INVALID', index, field: 'id', message });
    }
  }
  return parsed;
}

/** Throws the issues of a batch, if there are any: the first in input order, with all of them attached. */
export function throwIssues(issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  throw RollcallError.ofIssues([...issues].sort((a, b) => (a.index ?? 0) - (b.index ?? 0)));
}
