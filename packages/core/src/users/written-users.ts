import type { WriteCounts } from '@rollcall/protocol';
import type { UserRow } from './model/user-table.js';
import type { Written } from './write-users.js';

/** What a batch of writes has done: its users as stored now, in its order, and how many of them changed. */
export interface WrittenUsers {
  rows: UserRow[];
  counts: WriteCounts;
}

/** Counts what became of the users of a batch. */
export function countWritten({ drafts, rows }: Written): WrittenUsers {
  const counts: WriteCounts = { created: 0, updated: 0, unchanged: 0 };
  for (const [place, { before }] of drafts.entries()) {
    // A user who did not change is the same object as before.
    if (!before) counts.created += 1;
    else if (rows[place] === before) counts.unchanged += 1;
    else counts.updated += 1;
  }
  return { rows, counts };
}
