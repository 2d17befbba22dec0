/**
 * Reads users from CSV (RFC 4180) in a way that one bad record costs only itself. A parser that runs over the whole
 * stream cannot do that: after a stray quote it takes everything up to the next quote for one field. Here the stream is
 * cut into lines first, lines are joined only while a quote is open, and where the joined text is no sound record, its
 * first line alone is the broken row and reading goes on with the second.
 */
import { RollcallError } from '@rollcall/protocol';
import { CsvError, parse } from 'csv-parse/sync';
import { type Column, parseColumns } from './csv-columns.js';
import { userOfCells } from './csv-user.js';
import type { Line } from './lines.js';
import {
  type BrokenRow,
  MAX_ROW_BYTES,
  placeOf,
  type Row,
  type RowPlace,
  type RowProblem,
  textOf,
} from './row.js';

/** How a CSV file is written. */
export interface CsvOptions {
  /** What stands between two cells: one character. */
  delimiter: string;
  /** Keep every custom value as text, even where it looks like a number. */
  asText: boolean;
}

/**
 * Reads one user a record; the first record is the header.
 * @throws RollcallError `INPUT_INVALID` when the header is not sound: no row can be understood without it.
 */
export async function* readCsvRows(source: AsyncIterable<Line>, options: CsvOptions): AsyncGenerator<Row> {
  const lines = new LineQueue(source);
  const header = await nextRecord(lines, options);
  if (!header)
    throw new RollcallError('INPUT_INVALID', 'the file is empty; its first line names the columns');
  if ('problem' in header) throw new RollcallError(header.problem.code, `header: ${header.problem.message}`);
  const columns = parseColumns(header.cells);
  // What the rows mean depends on the header, so it belongs to the bytes of the first of them.
  let before: Buffer | undefined = header.bytes;
  for await (const row of readRecords(lines, columns, options)) {
    yield before ? { ...row, bytes: Buffer.concat([before, row.bytes]) } : row;
    before = undefined;
  }
}

async function* readRecords(lines: LineQueue, columns: Column[], options: CsvOptions): AsyncGenerator<Row> {
  for (let record = await nextRecord(lines, options); record; record = await nextRecord(lines, options)) {
    if ('problem' in record) yield record;
    else if (record.cells.length === columns.length) {
      const { cells, lines: _, ...place } = record;
      // Spreadsheets write empty rows as commas.
      if (cells.some(cell => cell.trim() !== '')) yield { ...place, ...toUser(columns, cells, options) };
    } else {
      lines.putBack(record.lines.slice(1));
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
  const message = `the header has ${expected} columns, this record has ${found}`;
  return { code: 'INPUT_INVALID', message };
}

interface CsvRecord extends RowPlace {
  cells: string[];
  lines: [Line, ...Line[]];
}

/** The next record that is not empty, or undefined at the end. */
async function nextRecord(lines: LineQueue, options: CsvOptions): Promise<CsvRecord | BrokenRow | undefined> {
  for (let first = await lines.take(); first; first = await lines.take()) {
    const text = textOf(first);
    if (typeof text !== 'string') return { ...placeOf(first), problem: text };
    if (text.trim() !== '') return readRecord(first, text, lines, options);
  }
  return undefined;
}

async function readRecord(
  first: Line,
  firstText: string,
  lines: LineQueue,
  options: CsvOptions,
): Promise<CsvRecord | BrokenRow> {
  // Most files quote nothing, and for those there is nothing to parse.
  if (!firstText.includes('"')) return recordOf([first], firstText.split(options.delimiter));
  const taken: [Line, ...Line[]] = [first];
  let text = firstText;
  let open = countQuotes(firstText) % 2 === 1;
  while (open && text.length < MAX_ROW_BYTES) {
    const line = await lines.take();
    if (!line) break;
    taken.push(line);
    const more = textOf(line);
    if (typeof more !== 'string') break;
    text += `\n${more}`;
    if (countQuotes(more) % 2 === 1) open = false;
  }
  const cells = open ? 'a quote is opened in this record and never closed' : parseRecord(text, options);
  if (typeof cells !== 'string') return recordOf(taken, cells);
  lines.putBack(taken.slice(1));
  return { ...placeOf(first), problem: { code: 'INPUT_INVALID', message: cells } };
}

function recordOf(lines: [Line, ...Line[]], cells: string[]): CsvRecord {
  const place = placeOf(lines[0]);
  const last = lines.at(-1) ?? lines[0];
  const bytes = lines.length === 1 ? place.bytes : Buffer.concat(lines.map(line => line.bytes));
  return { ...place, lastLine: last.number, endOffset: last.endOffset, bytes, cells, lines };
}

/** The cells of one record, or what is wrong with it. */
function parseRecord(text: string, options: CsvOptions): string[] | string {
  try {
    const [cells] = parse(text, { delimiter: options.delimiter, record_delimiter: '\n', max_record_size: 0 });
    return cells ?? [];
  } catch (error) {
    if (error instanceof CsvError) return `the record is not CSV: ${withoutPlace(error.message)}`;
    throw error;
  }
}

/** The parser counts lines within the record that it was given, which would only mislead. */
function withoutPlace(message: string): string {
  return message.replace(/ at line \d+/, '');
}

function countQuotes(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count++;
  return count;
}

/** Lines that can be put back, to be read again as rows of their own. */
class LineQueue {
  readonly #iterator: AsyncIterator<Line>;
  /** The next one last. */
  readonly #waiting: Line[] = [];

  constructor(source: AsyncIterable<Line>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  async take(): Promise<Line | undefined> {
    const waiting = this.#waiting.pop();
    if (waiting) return waiting;
    const next = await this.#iterator.next();
    return next.done ? undefined : next.value;
  }

  putBack(lines: Line[]): void {
    for (const line of lines.toReversed()) this.#waiting.push(line);
  }
}
