/**
 * The cursor of `queryUsers`: the sort key of the last user of a page, and a digest of the query that it belongs to. It
 * only says where to continue, not what the caller may see, so it needs no secret: a client that forges a cursor only
 * moves about in the answer to its own query. The checksum detects a damaged cursor.
 */
import { createHash } from 'node:crypto';
import { type ParsedSortKey, QUERY_FIELDS, RollcallError } from '@rollcall/protocol';
import type { SortValue } from './sort-value.js';
import type { UserQuery } from './user-query.js';

const VERSION = 2;

/** Writes the cursor behind a page. */
export function writeCursor(query: UserQuery, last: readonly SortValue[]): string {
  const body = [VERSION, digestOf(query), ...last.map(encode)];
  return Buffer.from(JSON.stringify([checksum(body), ...body])).toString('base64url');
}

/**
 * Reads a cursor: the sort key of the last user of the page before, key by key.
 * @throws RollcallError `CURSOR_INVALID` for a cursor that is malformed or changed, or that belongs to another filter,
 * sort or range.
 */
export function readCursor(query: UserQuery, text: string): SortValue[] {
  const [sum, ...body] = parse(text);
  const [version, digest, ...values] = body;
  if (version !== VERSION || sum !== checksum(body)) {
    throw invalid('this is not a cursor of queryUsers; pass `next` of the page before, unchanged');
  }
  if (digest !== digestOf(query)) {
    throw invalid('this cursor belongs to another filter, sort or range of users; start again without it');
  }
  const decoded = query.sort.map((key, position) => decode(key, values[position]));
  if (values.length !== decoded.length || !decoded.every(value => value !== undefined)) {
    throw invalid('this cursor does not fit the sort; start again without it');
  }
  return decoded;
}

/**
 * A digest of everything that decides which users are found and in which order, except for what changes between two
 * pages.
 */
function digestOf({ filter, sort, options, seesInvisible }: UserQuery): string {
  const { limit, offset, next, watch, presence, ...ranges } = options;
  return digest([filter, sort, ranges, seesInvisible]);
}

function checksum(body: readonly unknown[]): string {
  return digest(['cursor', body]);
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}

function encode(value: SortValue): unknown {
  switch (value.kind) {
    case 'null':
      return null;
    case 'empty':
      return [];
    case 'structured':
      return [value.value];
    default:
      return value.value;
  }
}

/** Decodes a value that the sort of its field can have; undefined for anything else. */
function decode({ field }: ParsedSortKey, encoded: unknown): SortValue | undefined {
  const value = sortValue(encoded);
  if (!value || field.kind === 'custom' || value.kind === 'null') return value;
  switch (QUERY_FIELDS[field.field].holds) {
    case 'string':
    case 'strings':
      return value.kind === 'string' ? value : undefined;
    case 'boolean':
      return value.kind === 'boolean' ? value : undefined;
    case 'time':
      return value.kind === 'number' && Number.isSafeInteger(value.value) ? value : undefined;
  }
}

function sortValue(encoded: unknown): SortValue | undefined {
  if (encoded === null) return { kind: 'null' };
  if (typeof encoded === 'boolean') return { kind: 'boolean', value: encoded };
  if (typeof encoded === 'number') {
    return Number.isFinite(encoded) ? { kind: 'number', value: encoded } : undefined;
  }
  if (isStorableText(encoded)) return { kind: 'string', value: encoded };
  if (!Array.isArray(encoded) || encoded.length > 1) return undefined;
  const [text] = encoded;
  if (encoded.length === 0) return { kind: 'empty' };
  return isStorableText(text) ? { kind: 'structured', value: text } : undefined;
}

function isStorableText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\u0000');
}

function parse(text: string): unknown[] {
  try {
    const bytes = Buffer.from(text, 'base64url');
    // Buffer ignores characters that are not base64url. A text with such characters is not a cursor.
    if (bytes.toString('base64url') !== text) return [];
    const parts: unknown = JSON.parse(bytes.toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function invalid(message: string): RollcallError {
  return new RollcallError('CURSOR_INVALID', `next: ${message}`, { field: 'next' });
}
