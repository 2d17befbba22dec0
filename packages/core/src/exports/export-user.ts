import { type JsonObject, LIMITS, RollcallError, type UserExport } from '@rollcall/protocol';
import type { Transaction } from '../database/unit-of-work.js';
import { findUser } from '../users/find-users.js';
import { toUser } from '../users/to-user.js';
import type { ExportSource } from './export-sources.js';

const PAGE = 500;

/**
 * Everything that is stored about a user, as one object.
 * @throws RollcallError `USER_NOT_FOUND`, or `PAYLOAD_TOO_LARGE` for more than 10,000 records: `exportUsers` writes them
 * to a file.
 */
export async function exportUser(
  transaction: Transaction,
  userId: string,
  { sources }: { sources: readonly ExportSource[] },
): Promise<UserExport> {
  const user = toUser(await findUser(transaction, userId), transaction.now);
  const records: [string, JsonObject[]][] = [];
  let count = 0;
  for (const source of sources) {
    let after: string | undefined;
    do {
      const page = await source.export(transaction, {
        userId,
        ...(after !== undefined && { after }),
        limit: PAGE,
      });
      for (const { kind, ...record } of page.records) {
        const known = records.find(([name]) => name === kind);
        if (known) known[1].push(record);
        else records.push([kind, [record]]);
      }
      count += page.records.length;
      if (count > LIMITS.exportRecords) {
        throw new RollcallError(
          'PAYLOAD_TOO_LARGE',
          `more than ${LIMITS.exportRecords} records are stored about the user "${userId}"; exportUsers writes them to a file`,
        );
      }
      after = page.next;
    } while (after !== undefined);
  }
  return { user, records: Object.fromEntries(records) };
}
