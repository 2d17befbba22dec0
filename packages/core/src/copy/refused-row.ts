import { RollcallError } from '@rollcall/protocol';
import { describeKey, type Key } from './key-range.js';

/** The error for a row that cannot be copied as it is. What was copied before stays. */
export function refusedRow({
  table,
  key,
  reason,
}: {
  table: string;
  key: Key;
  reason: string;
}): RollcallError {
  return new RollcallError(
    'INPUT_INVALID',
    `PostgreSQL does not take the row of the table "${table}" with the key ${describeKey(key)}: ${reason}; mend it in the source and run the copy again`,
    { field: 'from' },
  );
}
