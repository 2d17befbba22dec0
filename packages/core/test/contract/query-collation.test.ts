/**
 * Texts compare by their bytes whatever the collation of the database: here PostgreSQL's is German, which sorts "a"
 * before "B" and "ä" before "z".
 */
import { describeOnEveryDialect } from '@rollcall/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { QueryFixture } from '../support/query/query-fixture.js';
import { userRow } from '../support/users/user-row.js';

describeOnEveryDialect('in a database with a German collation, texts', engine => {
  let fixture: QueryFixture;
  beforeAll(async () => {
    const freshUrl = async () => {
      const url = await engine.freshUrl();
      return engine.name === 'postgres' ? germanDatabaseBeside(url) : url;
    };
    fixture = await QueryFixture.open({ ...engine, freshUrl });
  });
  afterAll(() => fixture.close());

  const words = ['B', 'Z', 'a', 'b', 'z', 'ä', '\uff61', '😀'];

  it('are in the order of their bytes, by every way to compare them', async () => {
    const rows = words.map((word, index) =>
      userRow({
        id: `u${index}`,
        name: word,
        teams: [word],
        custom: { word, list: [word], deep: [{ word: [word] }] },
      }),
    );
    await fixture.replaceUsers(rows);
    await fixture.index(['word', 'deep.word']);
    const ids = rows.map(row => row.id);
    for (const field of ['name', 'teams', 'word', 'list', 'deep.word', 'list.0']) {
      const sort = [{ field, direction: 1 as const }];
      expect(await fixture.ids({ sort }), field).toEqual(ids);
      const { next } = await fixture.page({ sort, options: { limit: 3 } });
      expect(await fixture.ids({ sort, options: { next } }), field).toEqual(ids.slice(3));
      if (field === 'teams') continue;
      for (const indexedFields of [[], ['word', 'deep.word']]) {
        const [upper, middle] = [{ [field]: { $lt: 'a' } }, { [field]: { $gt: 'b', $lte: 'ä' } }];
        expect(await fixture.ids({ filter: upper, sort, indexedFields }), field).toEqual(['u0', 'u1']);
        expect(await fixture.ids({ filter: middle, sort, indexedFields }), field).toEqual(['u4', 'u5']);
      }
    }
  });
});

async function germanDatabaseBeside(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const german = new URL(url);
    german.pathname = `${german.pathname}_german`;
    await client.query(
      `CREATE DATABASE ${german.pathname.slice(1)} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C.utf8'`,
    );
    return german.href;
  } finally {
    await client.end();
  }
}
