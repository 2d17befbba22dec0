import { RollcallError } from '@rollcall/protocol';
import { raw } from 'sql-template-tag';
import { queryLane } from './read-lane.js';
import { damagedFile, findDamage, noteChecked } from './sqlite-file.js';
import type { SqliteUnitOfWork } from './sqlite-unit-of-work.js';

/** The longest time that a timer takes, which is 24 days. */
const WITHOUT_END_MS = 2 ** 31 - 1;

/**
 * Checks a file that its last process has not closed, while the file is in use: on a large one that takes long, and it is
 * nearly always sound. The check has the place of one query. If the file is damaged, it takes no writes any more, and what can
 * be read stays readable, so that it can be saved. A check that is cut off begins again when the file is opened again.
 * @param onDamage hears of the damage, and of a check that failed.
 */
export async function checkBesideWork(
  unitOfWork: SqliteUnitOfWork,
  file: string,
  onDamage: (error: unknown) => void,
): Promise<void> {
  try {
    const damage = await unitOfWork.read(
      transaction => findDamage(statement => transaction.query(raw(statement))),
      queryLane({ queryMs: WITHOUT_END_MS }),
    );
    if (damage === undefined) return noteChecked(file);
    const error = damagedFile(file, damage);
    unitOfWork.refuseWrites(takesNoWrites(error));
    onDamage(error);
  } catch (error) {
    // Without a cause the storage was closed, and the next start checks it.
    if ((error as RollcallError).cause !== undefined) onDamage(error);
  }
}

/** The error for a caller, who need not know where the file is. */
function takesNoWrites(cause: RollcallError): RollcallError {
  return new RollcallError('UNAVAILABLE', 'the database is damaged and takes no writes; restore a backup', {
    cause,
  });
}
