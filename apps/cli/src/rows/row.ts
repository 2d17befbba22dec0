import { isUtf8 } from 'node:buffer';
import type { ErrorCode, UpsertUserInput } from '@rollcall/protocol';
import type { Line } from './lines.js';

/**
 * The longest line that is taken for a row. A user has at most 16 KiB as JSON; written with escapes for every character
 * it is six times as long, and a record of CSV with line breaks in it is a row too.
 */
export const MAX_ROW_BYTES = 256 * 1024;

/** One user of an input, or why there is none. Lines without anything on them are no rows. */
export type Row = UserRow | BrokenRow;

/** Where a row stands in its input. */
export interface RowPlace {
  /** The line that the row begins on, from 1. */
  line: number;
  /** The line that the row ends on: not the same where a CSV field holds line breaks. */
  lastLine: number;
  /** How many bytes of the input end with this row. */
  endOffset: number;
  /** The bytes of the row, by which a resumed import knows that the rows it skips are the same. */
  bytes: Buffer;
}

/** A row that could be read. Whether the user in it is valid is for the server to say. */
export interface UserRow extends RowPlace {
  user: UpsertUserInput;
}

/** A row that could not be read. */
export interface BrokenRow extends RowPlace {
  problem: RowProblem;
}

/** What is wrong with a row. */
export interface RowProblem {
  code: ErrorCode;
  message: string;
  /** The field, or column, that is wrong. */
  field?: string;
}

/** The place of a row that lies on one line. */
export function placeOf(line: Line): RowPlace {
  return { line: line.number, lastLine: line.number, endOffset: line.endOffset, bytes: line.bytes };
}

/** The text of a line, or why it has none. */
export function textOf(line: Line): string | RowProblem {
  if (line.tooLong) {
    return { code: 'PAYLOAD_TOO_LARGE', message: `the line is longer than ${MAX_ROW_BYTES} bytes` };
  }
  if (!isUtf8(line.bytes)) return { code: 'INPUT_INVALID', message: 'the line is not UTF-8 text' };
  return line.bytes.toString('utf8');
}
