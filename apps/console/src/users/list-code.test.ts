import { expect, it } from 'vitest';
import { codeOfList } from './list-code.js';

it('says a list in three languages, quotes and all', () => {
  const list = {
    filter: { name: "O'Neil", 'address.city': 'Rome' },
    sort: [{ field: 'name', direction: -1 as const }],
    deactivated: true,
    deleted: false,
  };
  const code = codeOfList('http://localhost:4600', list);
  expect(code.TypeScript).toContain(
    `queryUsersAll({ name: "O'Neil", "address.city": "Rome" }, [{ field: "name", direction: -1 }], { include_deactivated_users: true })`,
  );
  expect(code.curl).toContain(`-d '{"filter":{"name":"O'\\''Neil","address.city":"Rome"}`);
  expect(code['Command line']).toContain(`--filter '{"name":"O'\\''Neil","address.city":"Rome"}' \\`);
  expect(code['Command line']).toContain(`--sort 'name:desc' \\\n  --include-deactivated`);
});
