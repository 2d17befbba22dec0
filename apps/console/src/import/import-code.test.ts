import { expect, it } from 'vitest';
import { codeOfImport } from './import-code.js';
import { readImportSearch } from './import-search.js';
import { mapColumns } from './mapping.js';

it('an import as a command names what the command would not do by itself', () => {
  const how = readImportSearch({
    map: { Notes: { to: '' }, Age: { to: 'custom.age', as: 'text' } },
    delimiter: ';',
  });
  const columns = mapColumns(['User ID', 'name', 'plan', 'Notes', 'Age', 'online', "it's"], how.map ?? {});
  const code = codeOfImport('http://x', { name: "jane's.csv", isCsv: true, how, columns })['Command line'];
  expect(code?.split(' \\\n  ')).toEqual([
    `ROLLCALL_URL=http://x rollcall import 'jane'\\''s.csv'`,
    `--delimiter ';'`,
    `--rename 'User ID=id'`,
    `--rename 'Age=age'`,
    `--rename 'it'\\''s=it_s'`,
    `--ignore 'Notes'`,
    '--on-error skip',
    '--dry-run\n# The command reads custom data as it looks; --csv-text makes all of it text.',
  ]);
});

it('an address that cannot be meant is read as far as it can', () => {
  expect(
    readImportSearch({ map: { a: { to: 'name' }, b: 7, c: { to: 1 } }, delimiter: ';;', as_is: 'yes' }),
  ).toEqual({
    map: { a: { to: 'name' } },
  });
  expect(mapColumns(['a'], { a: { to: 'custom.a', as: 'nonsense' as 'text' } })).toHaveLength(1);
});
