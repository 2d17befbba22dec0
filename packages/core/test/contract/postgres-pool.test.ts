import { describeOnPostgres } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { openDatabase } from '../../src/database/open-database.js';
import { writeLog } from '../../src/events/stored-log.js';

describeOnPostgres('the pool of connections', engine => {
  it('is as large as it was asked to be, however much is asked at once', async () => {
    const address = { ...parseDatabaseUrl(await engine.migratedUrl()), poolSize: 3 };
    const { unitOfWork, close } = await openDatabase(address, {}, writeLog);
    try {
      const open = await Promise.all(
        Array.from({ length: 30 }, () =>
          unitOfWork.read(async transaction => {
            const [row] = await transaction.query(
              sql`SELECT count(*) AS open FROM pg_stat_activity
                  WHERE datname = current_database() AND application_name = 'rollcall'`,
            );
            return Number(row?.open);
          }),
        ),
      );
      expect(open).toHaveLength(30);
      expect(Math.max(...open)).toBe(3);
    } finally {
      await close();
    }
  });
});
