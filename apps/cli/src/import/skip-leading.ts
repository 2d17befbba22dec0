import { RollcallError } from '@rollcall/protocol';
import type { Row } from '../rows/row.js';
import type { Checkpoint } from './checkpoint.js';
import type { LeadingRows } from './leading-rows.js';

/**
 * Reads past the rows that an earlier import is done with. Nothing is sent for them; what comes after them may have
 * changed since.
 * @throws RollcallError `INPUT_INVALID` when the rows are not the ones that were imported.
 */
export async function skipLeading(
  rows: AsyncIterator<Row>,
  leading: LeadingRows,
  checkpoint: Checkpoint,
): Promise<void> {
  while (leading.count < checkpoint.rows) {
    const next = await rows.next();
    if (next.done) break;
    leading.add(next.value);
  }
  const { fingerprint } = leading.settle();
  if (fingerprint === checkpoint.fingerprint) return;
  throw new RollcallError(
    'INPUT_INVALID',
    `the first ${checkpoint.rows} rows of the input are not those that were imported before; start without --resume`,
  );
}
