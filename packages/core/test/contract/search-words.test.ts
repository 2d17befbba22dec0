/** Whom `$autocomplete` finds: by the beginning of each word, however people write it. */
import { type Filter, parseFilter } from '@rollcall/protocol';
import { describeOnEveryDialect, describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { matchesFilter } from '../../src/query/match-filter.js';
import { toUser } from '../../src/users/model/to-user.js';
import { openEarlierDatabase } from '../support/earlier-database.js';
import { QueryFixture } from '../support/query/query-fixture.js';
import { NOW, userRow } from '../support/users/user-row.js';

const PEOPLE = [
  ['lukasz', 'Łukasz Żółć'],
  ['duc', 'Nguyễn Văn Đức'],
  ['soren', 'Søren Ærø'],
  ['thor', 'Þór Sigurðsson'],
  ['yamada', '山田太郎'],
  ['somchai', 'สมชาย ใจดี'],
  ['oconnor', 'Sinéad O’Connor'],
  ['darcy', "Fitzwilliam D'Arcy"],
  ['kim', '김민준'],
  ['quiet', '— 🦊 —'],
  ['nameless', undefined],
] as const;

const FOUND: [value: string, ids: string[]][] = [
  ['lukasz', ['lukasz']],
  ['ŁUK zolc', ['lukasz']],
  ['duc', ['duc']],
  ['đức van', ['duc']],
  ['soren aero', ['soren']],
  ['søren ærø', ['soren']],
  ['thor sigurds', ['thor']],
  ['太郎', ['yamada']],
  ['田', ['yamada']],
  ['山太', []],
  ['太郎 山', ['yamada']],
  ['ใจ', ['somchai']],
  ['oconnor', ['oconnor']],
  ["o'con", ['oconnor']],
  ['O’C', ['oconnor']],
  ['connor', ['oconnor']],
  ['o connor', ['oconnor']],
  ['darcy', ['darcy']],
  ['arcy fitz', ['darcy']],
  ['김', ['kim']],
  ['민', []],
  ['', []],
  ['_', []],
  ['🦊', []],
];

describeOnEveryEngine('people whose names are written in many ways', engine => {
  let fixture: QueryFixture;

  beforeEach(async () => {
    fixture = await QueryFixture.open(engine);
    await fixture.replaceUsers(
      PEOPLE.map(([id, name]) => userRow({ id, ...(name !== undefined && { name }) })),
    );
  });

  afterEach(() => fixture.close());

  it.each(FOUND)('are found by %j: %j', async (value, ids) => {
    const filter: Filter = { name: { $autocomplete: value } };
    const all = PEOPLE.map(([id]) => id);
    const others = all.filter(id => !ids.includes(id)).sort();
    const sort = [{ field: 'id', direction: 1 }] as const;
    expect(await fixture.ids({ filter, sort: [...sort] })).toEqual(ids);
    expect(await fixture.ids({ filter: { $nor: [filter] }, sort: [...sort] })).toEqual(others);
    const matched = PEOPLE.filter(([id, name]) => {
      const row = userRow({ id, ...(name !== undefined && { name }) });
      return matchesFilter(parseFilter(filter, { server: true }), toUser(row, NOW), NOW);
    });
    expect(matched.map(([id]) => id)).toEqual(ids);
  });
});

describeOnEveryDialect('people who were stored before their words were folded like that', engine => {
  it('are found after the upgrade, and nothing else of them has changed', async () => {
    const url = await engine.freshUrl();
    const source = await openEarlierDatabase(url, 11);
    const stored = [
      ...PEOPLE.map(([id, name]) => [id, name?.replaceAll("'", "''")]),
      ...Array.from({ length: 1200 }, (_, index) => [`u-${index}`, `User Łos ${index}`]),
    ];
    const rows = stored.map(([id, name]) => {
      const given = name === undefined ? 'NULL, NULL' : `'${name}', ' old'`;
      return `('${id}', ' ${id}', ${given}, 'user', '[]', '{}', false, false, false, '[]', '[]', false, 1, 1, 1)`;
    });
    await source.query(`INSERT INTO users (id, id_words, name, name_words, role, teams, custom, invisible, banned,
      shadow_banned, blocked_user_ids, devices, online, created_at, updated_at, revision) VALUES ${rows.join()}`);
    await source.destroy();

    const fixture = await QueryFixture.open(engine, url);
    const find = (value: string) =>
      fixture.ids({ filter: { name: { $autocomplete: value } }, sort: [{ field: 'id', direction: 1 }] });
    for (const [value, ids] of FOUND) expect(await find(value), value).toEqual(ids);
    expect(await find('los 1199')).toEqual(['u-1199']);
    const { rows: found } = await fixture.page({ filter: { id: 'oconnor' } });
    expect(found).toMatchObject([{ name: 'Sinéad O’Connor', revision: 1, updated_at: 1 }]);
    await fixture.close();
  });
});
