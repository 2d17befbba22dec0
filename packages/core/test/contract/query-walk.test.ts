import { describeOnEveryDialect, RUNS_WHOLE } from '@rollcall/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { insertRows } from '../../src/database/table.js';
import { userTable } from '../../src/users/model/user-table.js';
import { QueryFixture } from '../support/query/query-fixture.js';
import { NOW, userRow } from '../support/users/user-row.js';

const CHUNK = 1000;

describeOnEveryDialect('a walk over many users', engine => {
  // The two embedded engines differ in nothing but the driver: one of them shows the size.
  const USERS = RUNS_WHOLE && engine.name !== 'better-sqlite3' ? 100_000 : 10_000;
  let fixture: QueryFixture;
  beforeAll(async () => {
    fixture = await QueryFixture.open(engine);
    for (let first = 0; first < USERS; first += CHUNK) {
      const rows = Array.from({ length: CHUNK }, (_, index) => {
        // Several users share a moment, so that the id has ties to break.
        const created_at = NOW + Math.trunc((((first + index) * 7919) % USERS) / 3);
        return userRow({ id: `user-${first + index}`, created_at });
      });
      await fixture.unitOfWork.write(transaction => insertRows(transaction, userTable, rows));
    }
  }, 60_000);
  afterAll(() => fixture.close());

  it('meets everybody exactly once while others write', async () => {
    let written = 0;
    /** Newcomers before and behind the walker, and every hundredth user touched and moved to another time. */
    const write = async () => {
      const id = `user-${(written * 100) % USERS}`;
      await fixture.putUsers([
        userRow({ id: `new-${written}`, created_at: NOW + ((written * 31) % (2 * USERS)) }),
        userRow({ id, created_at: NOW + ((written * 17) % USERS), name: `moved ${written}` }),
      ]);
      written += 1;
    };
    const met = new Map<string, number>();
    let next: string | undefined;
    do {
      const [page] = await Promise.all([fixture.page({ options: { limit: 100, next } }), write()]);
      for (const { id } of page.rows) met.set(id, (met.get(id) ?? 0) + 1);
      next = page.next;
    } while (next);

    expect(written).toBeGreaterThan(USERS / 100);
    const undisturbed = Array.from({ length: USERS }, (_, index) => index).filter(index => index % 100 !== 0);
    expect(undisturbed.filter(index => met.get(`user-${index}`) !== 1)).toEqual([]);
  }, 60_000);
});
