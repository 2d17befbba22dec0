import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { RollcallError } from '@rollcall/protocol';
import type { CommandContext } from '../context.js';
import { readCsvRows } from './csv-rows.js';
import { FieldNames, type FieldNamesOptions } from './field-names.js';
import { readJsonElements } from './json-elements.js';
import { readLines } from './lines.js';
import { readNdjsonRows } from './ndjson-rows.js';
import { MAX_ROW_BYTES, type Row } from './row.js';
import { openText, utf16Of } from './text-source.js';
import { noteUnwritten } from './unwritten-fields.js';

/** The formats that users are read from. */
export const INPUT_FORMATS = ['ndjson', 'json', 'csv'] as const;

/** One of the formats that users are read from. */
export type InputFormat = (typeof INPUT_FORMATS)[number];

/** How to read an input. What it holds decides what is absent. */
export interface InputOptions extends FieldNamesOptions {
  format?: InputFormat;
  /** CSV: one character; by default what the first line says or has. */
  delimiter?: string;
  /** Whether the users stay as they are where they come from. */
  asIs?: boolean;
  /** CSV: read every custom value as text. */
  asText?: boolean;
}

/** An open input. */
export interface Input {
  /** The name for messages. */
  name: string;
  /** The full path; absent for standard input. */
  path?: string;
  /** Absent when the size is unknown before the end. */
  sizeBytes?: number;
  rows: AsyncIterable<Row>;
}

/**
 * Opens a file to read users from; `-` is standard input.
 * @throws RollcallError `INPUT_INVALID` when there is no such file.
 */
export async function openInput(
  file: string,
  options: InputOptions,
  context: CommandContext,
): Promise<Input> {
  if (file === '-') {
    const bytes = addAbortSignal(context.interrupted, context.stdin);
    return { name: 'standard input', rows: readRows(bytes, '', options) };
  }
  const path = resolve(context.directory, file);
  const stats = await stat(path).catch(() => undefined);
  if (!stats || stats.isDirectory()) throw invalid(`there is no file ${file}`);
  const bytes = createReadStream(path, { highWaterMark: 256 * 1024, signal: context.interrupted });
  const rows = readRows(bytes, extname(path).toLowerCase(), options);
  return {
    name: basename(path),
    path,
    rows,
    ...(stats.isFile() && { sizeBytes: await textSize(path, stats.size) }),
  };
}

/** The size of a file as UTF-8 text; undefined for UTF-16, whose size as UTF-8 shows only when it is read. */
async function textSize(path: string, sizeBytes: number): Promise<number | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return utf16Of(buffer.subarray(0, bytesRead)) ? undefined : sizeBytes;
  } finally {
    await file.close();
  }
}

function readRows(
  source: AsyncIterable<Uint8Array>,
  extension: string,
  options: InputOptions,
): AsyncIterable<Row> {
  const rows = rowsOf(source, extension, options);
  const { asIs, onNote } = options;
  return asIs || !onNote ? rows : noteUnwritten(rows, onNote);
}

async function* rowsOf(
  source: AsyncIterable<Uint8Array>,
  extension: string,
  options: InputOptions,
): AsyncGenerator<Row> {
  const { bytes, first } = await openText(source);
  const format = options.format ?? formatOf(first, extension);
  const names = new FieldNames(options);
  const limits = { maxBytes: MAX_ROW_BYTES };
  // A file of lines may be called JSON, and the other way round.
  if (format !== 'csv') {
    yield* readNdjsonRows(first === '[' ? readJsonElements(bytes, limits) : readLines(bytes, limits), names);
    names.noteAbsent();
  } else {
    const { delimiter, asText = false, asIs } = options;
    const usualDelimiter = extension === '.tsv' ? '\t' : ',';
    yield* readCsvRows(readLines(bytes, limits), { delimiter, usualDelimiter, asText, asIs, names });
  }
}

const JSON_EXTENSIONS = ['.ndjson', '.jsonl', '.json'];
const CSV_EXTENSIONS = ['.csv', '.tsv'];

/** What an input is, by its first character. The extension decides where that may be the beginning of either. */
function formatOf(first: string, extension: string): InputFormat {
  if (first === '[') return 'json';
  if (first === '{' || JSON_EXTENSIONS.includes(extension)) return 'ndjson';
  return first === '' && !CSV_EXTENSIONS.includes(extension) ? 'ndjson' : 'csv';
}

function invalid(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message);
}
