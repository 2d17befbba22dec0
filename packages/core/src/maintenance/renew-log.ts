import type { Position } from '@rollcall/protocol';
import type { DatabaseAddress } from '../database/database-address.js';
import { openDatabase } from '../database/open-database.js';
import { renewEpoch, writeLog } from '../events/stored-log.js';

/**
 * Gives the event log of a database a new epoch, after a backup was restored. Positions that were handed out before belong
 * to another log then, and a listener that comes back with one is told once to read afresh. Servers on the same PostgreSQL
 * may run meanwhile; they notice by themselves.
 * @returns where the log ends now.
 * @throws RollcallError `UNAVAILABLE` for an embedded database that another process uses, and for a database that is
 * damaged or not up to date.
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
