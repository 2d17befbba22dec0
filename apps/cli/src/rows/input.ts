import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { RollcallError } from '@rollcall/protocol';
import type { CommandContext } from '../context.js';
import { readCsvRows } from './csv-rows.js';
import { readLines } from './lines.js';
import { readNdjsonRows } from './ndjson-rows.js';
import { MAX_ROW_BYTES, type Row } from './row.js';

/** The formats that users are read from. */
export const INPUT_FORMATS = ['ndjson', 'csv'] as const;

/** One of the formats that users are read from. */
export type InputFormat = (typeof INPUT_FORMATS)[number];

/** How to read an input. The name of the file decides what is absent. */
export interface InputOptions {
  format?: InputFormat;
  /** CSV: one character; by default a comma, and in a `.tsv` file a tab. */
  delimiter?: string;
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

const FORMAT_OF_EXTENSION: Record<string, InputFormat> = {
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.csv': 'csv',
  '.tsv': 'csv',
};

/**
 * Opens a file to read users from; `-` is standard input, which is NDJSON by default.
 * @throws RollcallError `INPUT_INVALID` when there is no such file, or its name does not tell its format.
 */
export async function openInput(
  file: string,
  options: InputOptions,
  context: CommandContext,
): Promise<Input> {
  if (file === '-') {
    const bytes = addAbortSignal(context.interrupted, context.stdin);
    return { name: 'standard input', rows: readRows(bytes, '.ndjson', options) };
  }
  const path = resolve(context.directory, file);
  const stats = await stat(path).catch(() => undefined);
  if (!stats || stats.isDirectory()) throw invalid(`there is no file ${file}`);
  const bytes = createReadStream(path, { highWaterMark: 256 * 1024, signal: context.interrupted });
  const rows = readRows(bytes, extname(path).toLowerCase(), options);
  return { name: basename(path), path, rows, ...(stats.isFile() && { sizeBytes: stats.size }) };
}

function readRows(
  bytes: AsyncIterable<Uint8Array>,
  extension: string,
  options: InputOptions,
): AsyncIterable<Row> {
  const format = options.format ?? FORMAT_OF_EXTENSION[extension];
  if (!format) {
    throw invalid(
      'the format of the file is unknown: its name must end in .ndjson, .jsonl, .csv or .tsv, or give --format',
    );
  }
  const lines = readLines(bytes, { maxBytes: MAX_ROW_BYTES });
  if (format === 'ndjson') return readNdjsonRows(lines);
  const delimiter = options.delimiter ?? (extension === '.tsv' ? '\t' : ',');
  return readCsvRows(lines, { delimiter, asText: options.asText ?? false });
}

function invalid(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message);
}
