import type { Task } from '@rollcall/protocol';
import { addCounts, type ProductCounts } from '../users/in-tasks.js';
import { readableTimes } from './readable-times.js';

const TIMES = ['created_at', 'updated_at', 'started_at', 'finished_at'];

/** More failures are read in the console, or by a program. */
const LISTED_FAILURES = 20;

/**
 * A task as an agent reads it: how many users ended how, and the first failures. The link to the file of an export is not
 * shown: it needs no token, and the text of an agent is kept in many places.
 */
export function shownTask(task: Task): object {
  const { result, ...shown } = task;
  return { ...readableTimes(shown, TIMES), ...(result && { result: shownResult(result) }) };
}

function shownResult(result: NonNullable<Task['result']>): object {
  const { users, counts, unlisted_failures = 0, export: file } = result;
  const outcomes: Record<string, number> = {};
  const products: ProductCounts = {};
  const failures: object[] = [];
  for (const [id, { status, error, details }] of Object.entries(users)) {
    outcomes[status] = (outcomes[status] ?? 0) + 1;
    addCounts(products, details ?? {});
    if (error) failures.push({ id, code: error.code, message: error.message.slice(0, 300) });
  }
  const more = failures.length - LISTED_FAILURES + unlisted_failures;
  return {
    ...(counts ? { counts } : { outcomes }),
    ...(Object.keys(products).length > 0 && { content: products }),
    ...(failures.length > 0 && { failures: failures.slice(0, LISTED_FAILURES) }),
    ...(failures.length > LISTED_FAILURES || unlisted_failures > 0 ? { more_failures: more } : {}),
    ...(file && {
      export: { bytes: file.bytes, left_out: 'the link; rollcall users export writes the file' },
    }),
  };
}
