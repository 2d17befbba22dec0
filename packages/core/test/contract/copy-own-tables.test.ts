import { freshDatabaseUrl, RUNS_WHOLE } from '@rollcall/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CopyOptions, copyInstallation } from '../../src/copy/copy-installation.js';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { migrateDatabase } from '../../src/database/open-database.js';
import type { TableOwner } from '../../src/database/product-migrations.js';
import { holdAsServer } from '../support/copy/copy-fixture.js';
import { StoredData } from '../support/life-cycle/stored-data.js';
import { refusal } from '../support/test-directory.js';

/** Tables such as no part of Rollcall has. */
const shelves: TableOwner = {
  name: 'shelves',
  migrations: [
    {
      timestamp: Date.UTC(2026, 0, 1),
      name: 'Tables',
      async up(run, { text, integer, boolean, json }) {
        const postgres = json === 'jsonb';
        await run(`CREATE TABLE shelves (
          id ${postgres ? 'bigint GENERATED ALWAYS AS IDENTITY' : 'integer'} PRIMARY KEY NOT NULL,
          label ${text} NOT NULL UNIQUE
        )`);
        // Before its parent in the order of names.
        await run(`CREATE TABLE books (
          "Lent" ${boolean} NOT NULL,
          place ${integer} NOT NULL,
          code ${postgres ? 'bytea' : 'blob'} NOT NULL,
          shelf_id ${integer} REFERENCES shelves (id),
          weight double precision,
          data ${json},
          PRIMARY KEY ("Lent", place, code)
        )`);
      },
    },
  ],
};

describe("a copy of an operator's own tables", () => {
  let from: string;
  let to: string;

  beforeEach(async () => {
    from = await installation('sqlite3');
    to = await freshDatabaseUrl('postgres');
  });

  async function installation(engine: 'sqlite3' | 'better-sqlite3'): Promise<string> {
    const url = await freshDatabaseUrl(engine);
    await migrateDatabase(parseDatabaseUrl(url), [shelves]);
    return url;
  }

  const copy = (options: Partial<CopyOptions> = {}) =>
    copyInstallation({ from, to, products: [shelves], ...options });

  async function run(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
    const stored = await StoredData.open(url);
    try {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) rows = await stored.run(statement);
      return rows;
    } finally {
      await stored.close();
    }
  }

  /** A copy that goes on while a server has the source, and ends before it does. */
  async function firstPass(): Promise<void> {
    const server = await holdAsServer(from);
    expect(await copy({ wait: false })).toMatchObject({ finished: false });
    await server.release();
  }

  const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)`;

  it.each(RUNS_WHOLE ? (['sqlite3', 'better-sqlite3'] as const) : (['better-sqlite3'] as const))(
    'carries keys of all kinds, large numbers, fractions, bytes and JSON exactly [%s]',
    async engine => {
      from = await installation(engine);
      await run(
        from,
        `INSERT INTO shelves SELECT i * 3, 'label ' || i FROM (${fill} SELECT i FROM n)`,
        `INSERT INTO books SELECT i % 2, -i, randomblob(8), i * 3, i / 7.0, json_object('n', i / 3.0, 'a', json_array()) FROM (${fill} SELECT i FROM n)`,
        `INSERT INTO books VALUES (1, 9223372036854775807, x'00ff', NULL, 1e300, NULL),
        (1, -9223372036854775808, x'', 3, -0.0, 'null'), (0, 9007199254740993, x'27', 6, 5e-324, '[9007199254740993, 1e400, -0, 1.50]'),
        (0, 9007199254740992, x'5c', 6, 0.1, '"\\u0007 \\\\ \\" é"')`,
      );
      expect(await copy()).toMatchObject({ finished: true });
      const ends = await run(
        to,
        `SELECT "Lent"::text AS lent, place::text, encode(code, 'hex') AS code, shelf_id::text AS shelf, weight::text, data::text FROM books
        WHERE code IN ('\\x00ff', '\\x', '\\x27', '\\x5c') ORDER BY 1, books.place, 3`,
      );
      expect(ends).toEqual([
        {
          lent: 'false',
          place: '9007199254740992',
          code: '5c',
          shelf: '6',
          weight: '0.1',
          data: '"\\u0007 \\\\ \\" é"',
        },
        {
          lent: 'false',
          place: '9007199254740993',
          code: '27',
          shelf: '6',
          weight: '5e-324',
          data: `[9007199254740993, 1${'0'.repeat(400)}, 0, 1.50]`,
        },
        { lent: 'true', place: '-9223372036854775808', code: '', shelf: '3', weight: '0', data: 'null' },
        {
          lent: 'true',
          place: '9223372036854775807',
          code: '00ff',
          shelf: null,
          weight: '1e+300',
          data: null,
        },
      ]);
      const sums = `SELECT count(*) AS rows, sum(place) AS places FROM books WHERE place BETWEEN -5000 AND 0`;
      expect((await run(to, sums)).map(row => Object.values(row).map(Number))).toEqual([[5000, -12_502_500]]);
    },
  );

  it('puts foreign keys back, and lets counting columns go on', async () => {
    await run(
      from,
      "INSERT INTO shelves VALUES (7, 'seven')",
      "INSERT INTO books VALUES (0, 1, x'01', 7, NULL, NULL)",
    );
    await firstPass();
    expect(await copy()).toMatchObject({ finished: true });
    expect(await run(to, "INSERT INTO shelves (label) VALUES ('eight') RETURNING id")).toEqual([{ id: 8 }]);
    await expect(run(to, "INSERT INTO books VALUES (false, 2, '\\x01', 99, NULL, NULL)")).rejects.toThrow(
      'foreign key',
    );
  });

  it('brings over what a later pass finds changed, gone and new, though unique values have changed places', async () => {
    await run(from, `INSERT INTO shelves SELECT i, 'label ' || i FROM (${fill} SELECT i FROM n)`);
    await firstPass();
    await run(
      from,
      "UPDATE shelves SET label = 'free' WHERE id = 4999",
      "UPDATE shelves SET label = 'label 4999' WHERE id = 2",
      "UPDATE shelves SET label = 'label 2' WHERE id = 4999",
      'DELETE FROM shelves WHERE id BETWEEN 100 AND 4500',
      "INSERT INTO shelves VALUES (6000, 'new'), (-1, 'label 200')",
    );
    const { finished, tables } = await copy();
    expect(finished).toBe(true);
    expect(tables.find(table => table.name === 'shelves')?.rows).toBe(5000 - 4401 + 2);
    expect(
      await run(to, 'SELECT id, label FROM shelves WHERE id IN (-1, 2, 150, 4999, 6000) ORDER BY id'),
    ).toEqual([
      { id: -1, label: 'label 200' },
      { id: 2, label: 'label 4999' },
      { id: 4999, label: 'label 2' },
      { id: 6000, label: 'new' },
    ]);
  });

  it('mends what somebody did to the target between two runs', async () => {
    await run(from, `INSERT INTO shelves SELECT i, 'label ' || i FROM (${fill} SELECT i FROM n)`);
    await firstPass();
    await run(
      to,
      "UPDATE shelves SET label = 'spoilt' WHERE id = 77",
      'DELETE FROM shelves WHERE id = 78',
      "INSERT INTO shelves OVERRIDING SYSTEM VALUE VALUES (99999, 'strange')",
    );
    expect(await copy()).toMatchObject({ finished: true });
    const [row] = await run(
      to,
      "SELECT count(*) AS all, count(*) FILTER (WHERE label = 'label ' || id) AS good FROM shelves",
    );
    expect(row).toMatchObject({ all: 5000, good: 5000 });
  });

  it('is not finished when the target does not keep what it is given, and says where', async () => {
    await run(from, `INSERT INTO shelves SELECT i, 'label ' || i FROM (${fill} SELECT i FROM n)`);
    await firstPass();
    await run(
      to,
      `CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.label := NEW.label || ''!''; RETURN NEW; END'`,
      'CREATE TRIGGER spoil BEFORE INSERT OR UPDATE ON shelves FOR EACH ROW WHEN (NEW.id = 3000) EXECUTE FUNCTION spoil()',
    );
    await run(from, "UPDATE shelves SET label = 'changed' WHERE id = 3000");
    const error = await refusal(copy());
    expect(error.code).toBe('INTERNAL');
    expect(error.message).toContain(
      'the table "shelves" is not the same on both sides: after "2000" up to "4000"',
    );
    await run(to, 'DROP TRIGGER spoil ON shelves');
    expect(await copy()).toMatchObject({ finished: true });
  });

  it('takes rows too large to be read together one by one', async () => {
    await run(
      from,
      `INSERT INTO shelves SELECT i, i || printf('%.*c', 3000000, 'x') FROM (${fill} SELECT i FROM n LIMIT 5)`,
    );
    // An index of PostgreSQL has no room for such a text.
    await copy({ signal: AbortSignal.abort() });
    await run(to, 'ALTER TABLE shelves DROP CONSTRAINT shelves_label_key');
    const steps: number[] = [];
    const onProgress: CopyOptions['onProgress'] = ({ table, rows }) => {
      if (table === 'shelves') steps.push(rows);
    };
    expect(await copy({ onProgress })).toMatchObject({ finished: true });
    expect(steps).toHaveLength(6);
    expect(await run(to, 'SELECT count(*) AS rows, sum(length(label)) AS length FROM shelves')).toMatchObject(
      [{ rows: 5 }],
    );
  });
});

it.each([
  ['a table without a primary key', 'CREATE TABLE loose (a text)', 'has no primary key'],
  [
    'a column of a type that cannot be carried',
    'CREATE TABLE odd (a text PRIMARY KEY, b numeric)',
    'the column "b" of the table "odd" is of the type numeric',
  ],
])('refuses %s before anything is copied', async (_what, statement, says) => {
  const odd: TableOwner = {
    name: 'odd',
    migrations: [
      { timestamp: Date.UTC(2026, 0, 1), name: 'Odd', up: async run => void (await run(statement)) },
    ],
  };
  const from = await freshDatabaseUrl('sqlite3');
  await migrateDatabase(parseDatabaseUrl(from), [odd]);
  const error = await refusal(
    copyInstallation({ from, to: await freshDatabaseUrl('postgres'), products: [odd] }),
  );
  expect(error).toMatchObject({ code: 'INPUT_INVALID', field: 'from' });
  expect(error.message).toContain(says);
});
