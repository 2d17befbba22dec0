import type { JsonValue, User } from '@rollcall/client/server';
import { csvLine } from '../files/csv.js';
import { IMPORT_FIELDS, isImportField } from '../import/import-fields.js';
import { valueAt } from '../users/custom-path.js';

/** How users are written into a file. */
export interface UserLines {
  extension: 'ndjson' | 'csv';
  /** What comes before the first user. */
  header: string;
  lineOf(user: User): string;
}

/** One JSON object a line: all of each user, to be imported again. */
export const NDJSON: UserLines = {
  extension: 'ndjson',
  header: '',
  lineOf: user => `${JSON.stringify(user)}\n`,
};

const FIELDS = Object.keys(IMPORT_FIELDS).filter(isImportField);

/** CSV with a column for each field, custom data as JSON in one of them: all of each user, to be imported again. */
export const WHOLE_CSV: UserLines = {
  extension: 'csv',
  header: csvLine(FIELDS),
  lineOf: user =>
    csvLine(
      FIELDS.map(field => {
        const value = user[field];
        if (value === undefined || isEmpty(value)) return '';
        if (IMPORT_FIELDS[field] === 'time') return new Date(value as number).toISOString();
        return typeof value === 'string' ? value : JSON.stringify(value);
      }),
    ),
};

/** CSV with the columns of a view, to be looked at in a spreadsheet. A text that a spreadsheet would run has a mark before it. */
export function viewCsv(columns: readonly string[]): UserLines {
  const keys = [...new Set(['id', ...columns])];
  return {
    extension: 'csv',
    header: csvLine(keys.map(harmless)),
    lineOf: user =>
      csvLine(
        keys.map(key => {
          const isField = isColumn(key);
          const value = isField
            ? (user[key as keyof User] as JsonValue | undefined)
            : valueAt(user.custom, key);
          if (value === undefined || value === null) return '';
          if (typeof value === 'number' && isTime(key)) return new Date(value).toISOString();
          if (Array.isArray(value) && value.every(one => typeof one === 'string'))
            return harmless(value.join('; '));
          return typeof value === 'string' ? harmless(value) : JSON.stringify(value);
        }),
      ),
  };
}

/** Whether a column shows a field of the user, and not custom data. */
function isColumn(key: string): boolean {
  return isImportField(key) || key === 'online' || key === 'updated_at' || key === 'revision';
}

function isTime(key: string): boolean {
  return key === 'updated_at' || (isImportField(key) && IMPORT_FIELDS[key] === 'time');
}

function isEmpty(value: object | string | number | boolean): boolean {
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/**
 * Users choose their names. A spreadsheet takes a cell that begins like a formula for one, and would run it. Where it parts
 * cells elsewhere than the file does, at semicolons or at every line, what stands behind one begins a cell, too.
 */
function harmless(text: string): string {
  return text.replace(/(^|[;\t\r\n])(?=[^\S\t\r\n]*[=+\-@＝＋－＠])|^(?=[\t\r])/g, "$1'");
}
