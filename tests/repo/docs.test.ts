import { describe, it } from 'vitest';
import { expectUpToDate, type GeneratedTable } from './generated-pages.js';
import { mistakesTable } from './mistakes-table.js';
import { mutationList } from './mutation-list.js';
import { procedureList } from './procedure-list.js';
import {
  closeCodes,
  errorCodes,
  eventTypes,
  grants,
  limits,
  queryFields,
  userFields,
} from './protocol-tables.js';

const mistakes = await mistakesTable();

/** The pages whose tables are made from the protocol, the router and the tests. */
const PAGES: Record<string, Record<string, GeneratedTable>> = {
  'docs/contract/access.md': { grants },
  'docs/contract/errors.md': { 'error-codes': errorCodes },
  'docs/contract/events.md': { 'event-types': eventTypes },
  'docs/contract/users.md': { 'user-fields': userFields },
  'docs/contract/queries.md': { 'query-fields': queryFields },
  'docs/contract/limits.md': { limits },
  'docs/mistakes.md': { mistakes: () => mistakes },
  'docs/protocol.md': { 'close-codes': closeCodes },
  'docs/procedures.md': { procedures: procedureList },
  'docs/mechanisms.md': { mechanisms: mutationList },
};

describe('a page says what the source says (when it does not: npm run docs)', () => {
  it.each(Object.entries(PAGES))('%s', expectUpToDate);
});
