/**
 * Reads users from CSV (RFC 4180) in a way that one bad record costs only itself. A parser that runs over the whole
 * stream cannot do that: after a stray quote it takes everything up to the next quote for one field. Here the stream is
 * cut into lines first, lines are joined only while a quote is open, and where the joined text is no sound record, its
 * first line alone is the broken row and reading goes on with the second.
 */
import { CsvError, parse } from 'csv-parse/sync';
import type { Line } from './lines.js';
import { type BrokenRow, MAX_ROW_BYTES, placeOf, type RowPlace, textOf } from './row.js';

/** How a CSV file is written. */
export interface CsvOptions {
  /** What stands between two cells: one character. */
  delimiter: string;
  /** Keep every custom value as text, even where it looks like a number. */
  asText: boolean;
}

interface CsvRecord extends RowPlace {
  cells: string[];
  lines: [Line, ...Line[]];
}

/** The next record that is not empty, or undefined at the end. */
export async function nextRecord(
  lines: LineQueue,
  options: CsvOptions,
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
export class LineQueue {
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

  unread(lines: Line[]): void {
    for (const line of lines.toReversed()) this.#waiting.push(line);
  }
}
