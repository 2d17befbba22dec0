import { isUserField, type UpsertUserInput, unheldNumber } from '@rollcall/protocol';
import { FieldNames } from './field-names.js';
import type { Line } from './lines.js';
import { placeOf, type Row, type RowProblem, textOf } from './row.js';

/**
 * Reads one JSON object a line, or an element of an array. Any other becomes a broken row, and reading continues with
 * the next one. A built-in field that is `null` is absent: that is how dumps of databases write a missing value.
 */
export async function* readNdjsonRows(
  lines: AsyncIterable<Line>,
  names: FieldNames = new FieldNames({}),
): AsyncGenerator<Row> {
  for await (const line of lines) {
    const text = textOf(line);
    if (typeof text !== 'string') yield { ...placeOf(line), problem: text };
    else if (text.trim() !== '') yield { ...placeOf(line), ...parseUser(text, names) };
  }
}

function parseUser(text: string, names: FieldNames): { user: UpsertUserInput } | { problem: RowProblem } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: { code: 'INPUT_INVALID', message: `the line is not JSON: ${reason}` } };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const unheld = unheldNumber(text);
    if (unheld) {
      const { field, message } = unheld;
      return { problem: { code: 'INPUT_INVALID', message: `${field}: ${message}`, field } };
    }
    return { user: withoutNulls(names.ofObject(value)) as UpsertUserInput };
  }
  return { problem: { code: 'INPUT_INVALID', message: 'the line is not a JSON object' } };
}

function withoutNulls(user: object): object {
  const entries = Object.entries(user);
  const isAbsent = ([name, value]: [string, unknown]) => value === null && isUserField(name);
  return entries.some(isAbsent) ? Object.fromEntries(entries.filter(entry => !isAbsent(entry))) : user;
}
