/**
 * Reads CSV records (RFC 4180) so that a bad record breaks no other. A parser that runs over the whole stream cannot do
 * that: after a stray quote it reads everything up to the next quote as one field. This reader cuts the stream into
 * lines first, and joins lines only while a quote is open. If the joined text is not a valid record, the first line
 * alone is the broken row, and reading continues with the second line.
 */
import { CsvError, parse } from 'csv-parse/sync';
import type { FieldNames } from './field-names.js';
import type { Line } from './lines.js';
import { type BrokenRow, MAX_ROW_BYTES, placeOf, type RowPlace, textOf } from './row.js';

/** How a CSV file is written. */
export interface CsvOptions {
  /** The character between two cells; absent: what the first line says or has. */
  delimiter?: string;
  /** The delimiter of a file whose first line has none. */
  usualDelimiter?: string;
  /** The names of the columns; by default those of the header. */
  names?: FieldNames;
  /** Whether the users stay as they are where they come from. */
  asIs?: boolean;
  /** Read every custom value as text, also when it looks like a number. */
  asText: boolean;
}

/** One record of the file, with the lines that it was read from. */
interface CsvRecord extends RowPlace {
  cells: string[];
  lines: [Line, ...Line[]];
}

/** The next record that is not empty; undefined at the end. */
export async function nextRecord(
  lines: LineQueue,
  options: { delimiter: string },
): Promise<CsvRecord | BrokenRow | undefined> {
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
  options: { delimiter: string },
): Promise<CsvRecord | BrokenRow> {
  // Most files have no quotes, and need no parser.
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
  const cells = open ? 'this record opens a quote and never closes it' : parseRecord(text, options);
  if (typeof cells !== 'string') return recordOf(taken, cells);
  lines.unread(taken.slice(1));
  return { ...placeOf(first), problem: { code: 'INPUT_INVALID', message: cells } };
}

function recordOf(lines: [Line, ...Line[]], cells: string[]): CsvRecord {
  const place = placeOf(lines[0]);
  const last = lines.at(-1) ?? lines[0];
  const bytes = lines.length === 1 ? place.bytes : Buffer.concat(lines.map(line => line.bytes));
  return { ...place, lastLine: last.number, endOffset: last.endOffset, bytes, cells, lines };
}

/** The cells of one record, or what is wrong with it. */
function parseRecord(text: string, options: { delimiter: string }): string[] | string {
  try {
    const [cells] = parse(text, { delimiter: options.delimiter, record_delimiter: '\n', max_record_size: 0 });
    return cells ?? [];
  } catch (error) {
    if (error instanceof CsvError) return `the record is not CSV: ${withoutPlace(error.message)}`;
    throw error;
  }
}

/** The parser counts lines within the record, which would mislead a reader of the message. */
function withoutPlace(message: string): string {
  return message.replace(/ at line \d+/, '');
}

function countQuotes(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count++;
  return count;
}

/** Lines that can be returned, to be read again as rows of their own. */
export class LineQueue {
  readonly #iterator: AsyncIterator<Line>;
  /** Returned lines, the next one last. */
  readonly #returned: Line[] = [];

  constructor(source: AsyncIterable<Line>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  async take(): Promise<Line | undefined> {
    const returned = this.#returned.pop();
    if (returned) return returned;
    const next = await this.#iterator.next();
    return next.done ? undefined : next.value;
  }

  /** Returns lines in their order. `take` gives them again before all others. */
  unread(lines: Line[]): void {
    for (const line of lines.toReversed()) this.#returned.push(line);
  }
}
