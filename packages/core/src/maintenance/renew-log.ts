import type { Position } from '@rollcall/protocol';
import type { DatabaseAddress } from '../database/database-address.js';
import { openDatabase } from '../database/open-database.js';
import { renewEpoch, writeLog } from '../events/stored-log.js';

/**
 * Gives the event log of a database a new epoch, after a backup was restored: positions that were handed out before are
 * recognised as another log's, and whoever comes back with one is told to read afresh, once. Servers on the same
 * PostgreSQL may run meanwhile and find out by themselves.
 * @returns where the log ends now.
 * @throws RollcallError `UNAVAILABLE` for a database that is in use by another process and embedded, is damaged, or is not
 * up to date.
 */
export async function renewLog(address: DatabaseAddress): Promise<Position> {
  const database = await openDatabase(address, { schema: 'require' }, writeLog);
  try {
    const end = await database.unitOfWork.write(transaction => renewEpoch(transaction));
    if (!end) throw new Error('the row of the event log is missing');
    return end;
  } finally {
    await database.close();
  }
}
