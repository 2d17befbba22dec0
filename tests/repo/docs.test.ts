import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appSettingsUpdateSchema } from '@rollcall/protocol/schemas';
import { describe, expect, it } from 'vitest';
import { expectUpToDate, type GeneratedTable } from './generated-pages.js';
import { mistakesTable } from './mistakes-table.js';
import { mutationList } from './mutation-list.js';
import { procedureList } from './procedure-list.js';
import {
  appSettings,
  closeCodes,
  errorCodes,
  eventTypes,
  grants,
  limits,
  queryFields,
  userFields,
  warnings,
} from './protocol-tables.js';
import { ROOT } from './tracked-files.js';

const mistakes = await mistakesTable();

/** The pages whose tables are made from the protocol, the router and the tests. */
const PAGES: Record<string, Record<string, GeneratedTable>> = {
  'docs/contract/access.md': { grants, 'app-settings': appSettings },
  'docs/contract/errors.md': { 'error-codes': errorCodes },
  'docs/contract/events.md': { 'event-types': eventTypes },
  'docs/contract/users.md': { 'user-fields': userFields },
  'docs/contract/queries.md': { 'query-fields': queryFields },
  'docs/contract/limits.md': { limits },
  'docs/contract/overview.md': { warnings },
  'docs/mistakes.md': { mistakes: () => mistakes },
  'docs/protocol.md': { 'close-codes': closeCodes },
  'docs/procedures.md': { procedures: procedureList },
  'docs/mechanisms.md': { mechanisms: mutationList },
};

describe('a page says what the source says (when it does not: npm run docs)', () => {
  it.each(Object.entries(PAGES))('%s', expectUpToDate);
});

it('the page about access names every setting of the app in its table, and no other', () => {
  const page = readFileSync(join(ROOT, 'docs/contract/access.md'), 'utf8');
  const [, part = ''] = page.split('\n## Settings of the app\n');
  const [section = ''] = part.split('\n## ');
  const named = [...section.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, name]) => name);
  // The only setting that `updateAppSettings` does not take: `revokeTokens` sets it.
  const readOnly = 'revoke_tokens_issued_before';
  expect(named.sort()).toEqual([...Object.keys(appSettingsUpdateSchema.shape), readOnly].sort());
});
