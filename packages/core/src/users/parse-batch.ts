import { type Issue, LIMITS, RollcallError } from '@rollcall/protocol';
import type { ParseResult } from '@rollcall/protocol/schemas';

/** The valid items of a batch, with their positions, and what is wrong with the others. */
export interface ParsedBatch<Item> {
  items: { index: number; item: Item }[];
  /** As many as an error lists, and the first of each item that has any. */
  issues: Issue[];
  /** How many more there are. */
  more: number;
}

/**
 * Checks the form of every item of a batch, so that one answer can say everything that is wrong.
 * @throws RollcallError `INPUT_INVALID` for a batch that is empty, too large, or not an array.
 */
export function parseBatch<Item extends { id: string }>(
  raw: unknown,
  parse: (item: unknown, most: number) => ParseResult<Item>,
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
  const parsed: ParsedBatch<Item> = { items: [], issues: [], more: 0 };
  const seen = new Map<string, number>();
  for (const [index, one] of raw.entries()) {
    const room = LIMITS.listedIssues - parsed.issues.length;
    const { value, issues = [], more = 0 } = parse(one, Math.max(1, room));
    for (const issue of issues) parsed.issues.push({ ...issue, index });
    parsed.more += more;
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

/**
 * The error of a batch with issues: the first in input order, with as many attached as an error lists. Each user of the
 * batch that has an issue is named by one of those, so that a caller can send all others again.
 * @param more how many there are that are not among these.
 * @returns undefined when nothing is wrong.
 */
export function refusalOf(issues: readonly Issue[], more = 0): RollcallError | undefined {
  if (issues.length === 0) return undefined;
  const inOrder = [...issues].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
  const listed = inOrder.length > LIMITS.listedIssues ? listedFirst(inOrder) : inOrder;
  return RollcallError.ofIssues(listed, issues.length + more);
}

/** Those that are listed come first, in input order: the first issue of each user, and of the others as many as fit. */
function listedFirst(inOrder: readonly Issue[]): Issue[] {
  const firsts = new Set(inOrder.filter(({ index }, place) => index !== inOrder[place - 1]?.index));
  let room = LIMITS.listedIssues - firsts.size;
  const listed = new Set(inOrder.filter(issue => firsts.has(issue) || room-- > 0));
  return [...listed, ...inOrder.filter(issue => !listed.has(issue))];
}
