import { describe, it } from 'vitest';
import { expectUpToDate, type GeneratedTable } from './generated-pages.js';
import { closeCodes, errorCodes, eventTypes, limits, queryFields, userFields } from './protocol-tables.js';

/** The pages whose tables are made from the protocol. */
const PAGES: Record<string, Record<string, GeneratedTable>> = {
  'docs/errors.md': { 'error-codes': errorCodes },
  'docs/events.md': { 'event-types': eventTypes },
  'docs/users.md': { 'user-fields': userFields, 'query-fields': queryFields },
  'docs/protocol.md': { 'close-codes': closeCodes, limits },
};

describe('a page says what the protocol says (when it does not: npm run docs)', () => {
  it.each(Object.entries(PAGES))('%s', expectUpToDate);
});
