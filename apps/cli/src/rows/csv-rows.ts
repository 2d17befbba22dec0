import { type JsonObject, RollcallError, type UpsertUserInput } from '@rollcall/protocol';
import { type Column, parseCell, parseColumns } from './csv-columns.js';
import { type CsvOptions, LineQueue, nextRecord } from './csv-records.js';
import { declaredDelimiter, delimiterOf } from './delimiter.js';
import { FieldNames } from './field-names.js';
import type { Line } from './lines.js';
import { placeOf, type Row, type RowProblem } from './row.js';

/**
 * Reads one user a record. The first record is the header.
 * @throws RollcallError `INPUT_INVALID` when the header is not valid, because no row can be read without it.
 */
export async function* readCsvRows(source: AsyncIterable<Line>, given: CsvOptions): AsyncGenerator<Row> {
  const lines = new LineQueue(source);
  const options = { ...given, delimiter: await findDelimiter(lines, given) };
  const header = await nextRecord(lines, options);
  if (!header)
    throw new RollcallError('INPUT_INVALID', 'the file is empty; its first line must name the columns');
  if ('problem' in header) throw new RollcallError(header.problem.code, `header: ${header.problem.message}`);
  const names = (options.names ?? new FieldNames({})).ofColumns(header.cells.map(cell => cell.trim()));
  const columns = parseColumns(names, options);
  // The header decides what the rows mean, so its bytes are part of the first row.
  let before: Buffer | undefined = header.bytes;
  for await (const row of readRecords(lines, columns, options)) {
    yield before ? { ...row, bytes: Buffer.concat([before, row.bytes]) } : row;
    before = undefined;
  }
}

/** The delimiter that was given, or that the first line says or has. A line that only says it is taken away. */
async function findDelimiter(
  lines: LineQueue,
  { delimiter, usualDelimiter = ',' }: CsvOptions,
): Promise<string> {
  for (let line = await lines.take(); line; line = await lines.take()) {
    const text = line.bytes.toString('utf8');
    if (text.trim() === '') continue;
    const declared = declaredDelimiter(text);
    if (declared !== undefined) return delimiter ?? declared;
    lines.unread([line]);
    return delimiter ?? delimiterOf(text, usualDelimiter);
  }
  return usualDelimiter;
}

async function* readRecords(
  lines: LineQueue,
  columns: Column[],
  options: CsvOptions & { delimiter: string },
): AsyncGenerator<Row> {
  for (let record = await nextRecord(lines, options); record; record = await nextRecord(lines, options)) {
    if ('problem' in record) yield record;
    else if (record.cells.length === columns.length) {
      const { cells, lines: _, ...place } = record;
      // Spreadsheets write an empty row as commas.
      if (cells.some(cell => cell.trim() !== '')) yield { ...place, ...toUser(columns, cells, options) };
    } else {
      lines.unread(record.lines.slice(1));
      yield { ...placeOf(record.lines[0]), problem: wrongCount(columns.length, record.cells.length) };
    }
  }
}

function toUser(columns: Column[], cells: string[], options: CsvOptions) {
  try {
    return { user: userOfCells(columns, cells, options) };
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    return { problem: { code: error.code, message: error.message, field: error.field } };
  }
}

function wrongCount(expected: number, found: number): RowProblem {
  const message = `the header has ${expected} columns, but this record has ${found}`;
  return { code: 'INPUT_INVALID', message };
}

/**
 * Makes a user from the cells of one record, which has one cell for each column.
 * @throws RollcallError `INPUT_INVALID` that names the column whose cell is wrong.
 */
function userOfCells(
  columns: readonly Column[],
  cells: readonly string[],
  options: { asText: boolean },
): UpsertUserInput {
  const user: JsonObject = {};
  const custom: JsonObject = {};
  columns.forEach((column, index) => {
    const value = parseCell(column, cells[index] ?? '', options);
    if (value === undefined) return;
    if (column.kind !== 'custom') user[column.name] = value;
    else setWithin(custom, column.path, value);
  });
  if (Object.keys(custom).length > 0) user.custom = custom;
  return user as UpsertUserInput;
}

/** `parseColumns` has checked the names of the path, so none of them reaches a prototype. */
function setWithin(object: JsonObject, path: readonly string[], value: JsonObject[string]): void {
  let inner = object;
  for (const name of path.slice(0, -1)) {
    inner[name] ??= {};
    inner = inner[name] as JsonObject;
  }
  inner[path.at(-1) as string] = value;
}
