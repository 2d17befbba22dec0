import { type Filter, parseFilter } from '@rollcall/protocol';
import { describeOnEveryEngine } from '@rollcall/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { matchesFilter } from '../../src/query/match-filter.js';
import { toUser } from '../../src/users/to-user.js';
import { filters, userRows } from '../support/query-arbitraries.js';
import { departuresOf } from '../support/query-departures.js';
import { NOW, QueryFixture } from '../support/query-fixture.js';
import { comparisonsIn, matchesByOracle, toDocument } from '../support/query-oracle.js';

const seed = Number(process.env.ROLLCALL_TEST_SEED ?? Date.now() % 2 ** 31);

describeOnEveryEngine(`filters (seed ${seed})`, engine => {
  let fixture: QueryFixture;
  beforeAll(async () => {
    fixture = await QueryFixture.open(engine);
  });
  afterAll(() => fixture.close());

  it('agrees with the matcher', async () => {
    const st = new Map<string,number>(); let n = 0, skipped = 0, ex = 0;
    const bad = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(userRows(30), fc.array(filters, { minLength: 30, maxLength: 30 }), async (rows, list) => {
        await fixture.replaceUsers(rows);
        for (const filter of list) {
          const node = parseFilter(filter, { server: true });
          const expected = rows.filter(row => matchesFilter(node, toUser(row, NOW), NOW)).map(row => row.id).sort();
          const got = (await fixture.ids({ filter, options: { include_deactivated_users: true } })).sort();
          n++;
          expect(got, JSON.stringify(filter)).toEqual(expected);
          for (const row of rows) {
            if (comparisonsIn(filter).some(one => departuresOf(one, toDocument(toUser(row, NOW))).length > 0)) {ex++; for (const d of new Set(comparisonsIn(filter).flatMap(one=>departuresOf(one, toDocument(toUser(row, NOW)))))) st.set(d,(st.get(d)??0)+1);}
            const o = matchesByOracle(filter, toDocument(toUser(row, NOW)));
            if (o !== expected.includes(row.id)) {
              const c = comparisonsIn(filter);
              if (c.some(one => departuresOf(one, toDocument(toUser(row, NOW))).length > 0)) { skipped++; for (const d of new Set(c.flatMap(one=>departuresOf(one, toDocument(toUser(row, NOW)))))) st.set(d+' DIFF',(st.get(d+' DIFF')??0)+1); continue; }
              if (c.length >= 1) bad.set(JSON.stringify(filter), `${JSON.stringify(row.custom)} mingo ${o}`);
            }
          }
        }
      }),
      { seed, numRuns: Number(process.env.RUNS ?? 20) },
    );
    console.log(st, n, skipped, ex, bad.size);
    for (const [f, d] of [...bad].slice(0, 60)) console.log(f, '   ', d);
  });
});
