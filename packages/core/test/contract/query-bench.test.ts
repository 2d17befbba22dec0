import { describeOnEveryEngine } from '@rollcall/testing';
import { afterAll, beforeAll, it } from 'vitest';
import sql from 'sql-template-tag';
import { NOW, QueryFixture, userRow, type WrittenQuery } from '../support/query-fixture.js';
import { insertRows } from '../../src/database/insert-rows.js';
import { userTable } from '../../src/users/user-table.js';

describeOnEveryEngine('bench', engine => {
  let fixture: QueryFixture;
  beforeAll(async () => { fixture = await QueryFixture.open(engine); }, 300000);
  afterAll(() => fixture.close());
  it('x', async () => {
    const N = Number(process.env.N ?? 100000);
    let t = performance.now();
    await fixture.unitOfWork.write(async tr => {
      for (let i = 0; i < N; i += 500) {
        await insertRows(tr, userTable, Array.from({ length: 500 }, (_, k) => { const n = i + k; return userRow({ id: `user-${(n * 7919) % N}`, name: n % 10 ? `Name ${n % 5000}` : undefined, role: n % 20000 === 1 ? 'rare' : n % 10 ? 'user' : 'admin', created_at: NOW + (n * 7) % N, last_active: n % 2 ? NOW - n : undefined, teams: ['t' + n % 100], custom: { age: n % 100, plan: ['free', 'pro'][n % 2]!, address: { city: 'c' + n % 50 }, tags: ['x' + n % 10] } }); }));
      }
    });
    console.log('insert', performance.now() - t);
    t = performance.now();
    await fixture.index(['age', 'address.city']);
    console.log('index', performance.now() - t);
    const idx = ['age', 'address.city'];
    const qs: Record<string, WrittenQuery> = {
      default: {},
      roleCommon: { filter: { role: 'admin' } },
      roleRare: { filter: { role: 'rare' } },
      indexedEq: { filter: { age: 42 }, indexedFields: idx },
      indexedCity: { filter: { 'address.city': 'c7' }, indexedFields: idx },
      indexedIn: { filter: { age: { $in: [1, 2, 3] } }, indexedFields: idx },
      indexedRange: { filter: { age: { $gt: 97 } }, indexedFields: idx },
      indexedMissing: { filter: { age: 420 }, indexedFields: idx },
      plainEq: { filter: { age: 42 } },
      plainEqNone: { filter: { age: 420 } },
      cityNone: { filter: { 'address.city': 'zz' } },
      tagNone: { filter: { tags: 'zz' } },
      tagsNumNone: { filter: { 'tags.0': 'zz' } },
      teamNone: { filter: { teams: 'zz' } },
      in1000: { filter: { age: { $in: Array.from({ length: 1000 }, (_, i) => i + 1000) } } },
      autocomplete: { filter: { name: { $autocomplete: 'zzz' } } },
      sortName: { sort: [{ field: 'name', direction: 1 }] },
      sortNameDesc: { sort: [{ field: 'name', direction: -1 }] },
      sortLast: { sort: [{ field: 'last_active', direction: 1 }] },
      sortLastDesc: { sort: [{ field: 'last_active', direction: -1 }] },
      sortUpdated: { sort: [{ field: 'updated_at', direction: -1 }] },
      sortRole: { sort: [{ field: 'role', direction: 1 }] },
      sortAge: { sort: [{ field: 'age', direction: 1 }] },
      sortCity: { sort: [{ field: 'address.city', direction: 1 }] },
      sortTags: { sort: [{ field: 'tags', direction: 1 }] },
      sortTeams: { sort: [{ field: 'teams', direction: 1 }] },
      autocompleteHit: { filter: { name: { $autocomplete: 'nam 49' } } },
    };
    if (engine.name === 'postgres' && process.env.ANALYZE) await fixture.unitOfWork.write(tr => tr.query(sql`ANALYZE users`));
    for (const [name, q] of Object.entries(qs)) {
      await fixture.page(q);
      const t = performance.now();
      const { next } = await fixture.page(q);
      const first = performance.now() - t;
      let second = 0;
      if (next) { const t = performance.now(); await fixture.page({ ...q, options: { next } }); second = performance.now() - t; }
      console.log(engine.name.padEnd(15), name.padEnd(16), first.toFixed(1), second.toFixed(1));
    }
  }, 600000);
});
