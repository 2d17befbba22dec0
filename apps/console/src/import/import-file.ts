import type { JsonObject, JsonValue } from '@rollcall/client/server';
import { FileProblem, readChunks } from '../files/chunks.js';
import { type CsvRecord, declaredDelimiter, delimiterOf, readCsv } from '../files/csv.js';
import { type Line, readLines } from '../files/lines.js';
import { CellProblem, parseHeld } from './cell-value.js';
import { LINE_COLUMN } from './import-fields.js';

/** One user of a file as it stands there, or why it cannot be read. */
export type FileRow = { line: number; text: string } & (
  | { cells: string[] }
  | { object: JsonObject }
  | { problem: string }
);

/** A file that has been opened. Its rows are read as they are asked for, once. */
type OpenFile = { rows: AsyncGenerator<FileRow, void, undefined> } & FileFormat;

/** How a file holds users. CSV has columns, whose names are in its first line. */
export type FileFormat = { format: 'ndjson' } | { format: 'csv'; delimiter: string; names: string[] };

/** How to read a file. */
interface OpenFileOptions {
  /** Between two cells of CSV; by default what the first line says or has. */
  delimiter?: string;
  onRead?(bytes: number): void;
}

/** More columns nobody maps, and no user holds. */
export const MOST_COLUMNS = 500;

/**
 * Opens a file of users: NDJSON when it begins with an object, else CSV.
 * @throws FileProblem for what is neither, with what to do.
 */
export async function openFile(file: Blob, { delimiter, onRead }: OpenFileOptions = {}): Promise<OpenFile> {
  const lines = new PeekedLines(readLines(readChunks(file, onRead)));
  const first = await lines.peek();
  if (!first) throw new FileProblem('The file is empty.');
  const beginning = first.text.trim();
  if (!first.text.startsWith('"') && beginning.includes('\r')) {
    await lines.close();
    throw new FileProblem('Its lines end with CR alone. Save it with line breaks of LF or CRLF.');
  }
  if (beginning.startsWith('[')) {
    await lines.close();
    throw new FileProblem(
      "The file is one JSON list. Save one object a line: jq -c '.[]' users.json > users.ndjson",
    );
  }
  if (beginning.startsWith('{')) return { format: 'ndjson', rows: objectsOf(lines.rest()) };
  const declared = declaredDelimiter(beginning);
  if (declared !== undefined) await lines.take();
  const header = declared === undefined ? first : await lines.peek();
  const between = delimiter ?? declared ?? delimiterOf(header?.text ?? '');
  const records = readCsv(lines.rest(), between);
  const { value: names } = await records.next();
  if (!names || 'problem' in names) {
    await records.return();
    throw new FileProblem(`The first line must name the columns. ${names?.problem ?? ''}`.trim());
  }
  if (names.cells.length > MOST_COLUMNS) {
    await records.return();
    const columns = names.cells.length.toLocaleString('en');
    throw new FileProblem(
      `The first line names ${columns} columns, and at most ${MOST_COLUMNS} are read. Save those that users need.`,
    );
  }
  return {
    format: 'csv',
    delimiter: between,
    names: names.cells.map(name => name.trim()),
    rows: recordsOf(records),
  };
}

async function* recordsOf(records: AsyncGenerator<CsvRecord>): AsyncGenerator<FileRow, void, undefined> {
  for await (const record of records) {
    // Spreadsheets write an empty row as delimiters.
    if (!('cells' in record) || record.cells.some(cell => cell.trim() !== '')) yield record;
  }
}

async function* objectsOf(lines: AsyncIterable<Line>): AsyncGenerator<FileRow, void, undefined> {
  for await (const { number: line, text, problem } of lines) {
    if (problem !== undefined) yield { line, text, problem };
    else if (text.trim() !== '') yield { line, text, ...objectOf(text) };
  }
}

function objectOf(text: string): { object: JsonObject } | { problem: string } {
  try {
    const value: JsonValue = parseHeld(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { problem: 'The line is no JSON object, such as {"id":"jane"}.' };
    // A file of errors keeps a line that could not be read as text, to be mended there.
    const line = value[LINE_COLUMN];
    return typeof line === 'string' ? objectOf(line) : { object: value };
  } catch (error) {
    const reason = (error as Error).message;
    return { problem: error instanceof CellProblem ? reason : `The line is not JSON: ${reason}` };
  }
}

/** Lines of which the next one can be looked at. */
class PeekedLines {
  #next: Line | undefined;
  readonly #lines: AsyncGenerator<Line, void, undefined>;

  constructor(lines: AsyncGenerator<Line, void, undefined>) {
    this.#lines = lines;
  }

  /** The next line that is not empty. */
  async peek(): Promise<Line | undefined> {
    while (this.#next === undefined) {
      const next = await this.#lines.next();
      if (next.done) return undefined;
      if (next.value.text.trim() !== '') this.#next = next.value;
    }
    return this.#next;
  }

  async take(): Promise<void> {
    await this.peek();
    this.#next = undefined;
  }

  async *rest(): AsyncGenerator<Line, void, undefined> {
    try {
      if (this.#next) yield this.#next;
      yield* this.#lines;
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    await this.#lines.return();
  }
}
