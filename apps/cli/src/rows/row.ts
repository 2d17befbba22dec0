import { isUtf8 } from 'node:buffer';
import type { ErrorCode, UpsertUserInput } from '@rollcall/protocol';
import type { Line } from './lines.js';

/**
 * The longest row. A user has at most 16 KiB as JSON, and six times as much when every character is escaped. A CSV
 * record with line breaks is also one row.
 */
export const MAX_ROW_BYTES = 256 * 1024;

/** One user of an input, or what is wrong with it. Empty lines are not rows. */
export type Row = UserRow | BrokenRow;

/** Where a row stands in its input. */
export interface RowPlace {
  /** The line that the row begins on, from 1. */
  line: number;
  /** The line that the row ends on; it is a later one when a CSV field holds line breaks. */
  lastLine: number;
  /** The position in the input after this row, in bytes. */
  endOffset: number;
  /** The bytes of the row. A resumed import hashes them to check that the rows it skips are the same. */
  bytes: Buffer;
}

/** A row that could be read. The server checks whether the user is valid. */
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

/** The place of a row on one line. */
export function placeOf(line: Line): RowPlace {
  return { line: line.number, lastLine: line.number, endOffset: line.endOffset, bytes: line.bytes };
}

/** The text of a line, or what is wrong with it. */
export function textOf(line: Line): string | RowProblem {
  if (line.tooLong) {
    return { code: 'PAYLOAD_TOO_LARGE', message: `the line is longer than ${MAX_ROW_BYTES} bytes` };
  }
  if (!isUtf8(line.bytes)) return { code: 'INPUT_INVALID', message: 'the line is not UTF-8 text' };
  return line.bytes.toString('utf8');
}
