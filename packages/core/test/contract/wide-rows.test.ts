import { describeOnEveryEngine } from '@rollcall/testing';
import sql, { raw } from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type UserRow, userTable } from '../../src/users/model/user-table.js';
import { QueryFixture } from '../support/query/query-fixture.js';
import { userRow } from '../support/users/user-row.js';

/** Every character that JSON or SQLite may write in more than one way. PostgreSQL takes no U+0000. */
const ODD_TEXT = [
  ...Array.from({ length: 0xff }, (_, code) => String.fromCharCode(code + 1)),
  '\u2028\u2029\ufeff\uffff\u{1f469}\u200d\u{1f680}',
  'null',
  '"[1]"',
  '\\u0041 \\" \\\\',
].join('');

const ROWS: readonly UserRow[] = [
  userRow({ id: 'plain' }),
  userRow({
    id: 'odd',
    name: ODD_TEXT,
    image: '',
    teams: [ODD_TEXT, '', '[]'],
    custom: {
      [ODD_TEXT]: ODD_TEXT,
      numbers: [0, 0.1, 1e-7, 1e21, 1.7976931348623157e308, 2 ** 53 - 1, -1],
      nested: { list: [[], {}, null, false, ''], text: '{"a":[1]}' },
    },
    banned: true,
    last_active: Number.MAX_SAFE_INTEGER,
    avg_response_time: 0,
  }),
];

describeOnEveryEngine('a user in one cell', engine => {
  let fixture: QueryFixture;
  beforeEach(async () => {
    fixture = await QueryFixture.open(engine);
    await fixture.replaceUsers(ROWS);
  });
  afterEach(() => fixture.close());

  it('is what it is with a cell for each column: what was written', async () => {
    const { columnList, decode } = userTable;
    const [byColumn, wide] = await fixture.unitOfWork.read(async transaction => {
      const { dialect } = transaction;
      const read = async (columns: ReturnType<typeof raw>) => {
        const cells = await transaction.query(sql`SELECT ${columns} FROM users ORDER BY id DESC`);
        return cells.map(cell => decode(cell, dialect));
      };
      return [await read(raw(columnList)), await read(userTable.wideRows(dialect))];
    });
    expect(wide).toEqual(ROWS);
    expect(wide).toEqual(byColumn);
  });
});
