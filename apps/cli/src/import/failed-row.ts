import type { ErrorCode, UpsertUserInput } from '@rollcall/protocol';

/** One row that was not stored, and why: an entry of the error file. */
export interface FailedRow {
  /** The line of the input that it begins on, from 1. */
  row: number;
  id?: string;
  name?: string;
  code: ErrorCode;
  message: string;
  /** What is wrong within the user, as a dotted path. */
  field?: string;
  /** As it was read; absent where it could not be read. */
  user?: UpsertUserInput;
}

/** Describes a failed row. What the input calls id and name may be anything; only text is repeated as such. */
export function failedRow(
  line: number,
  reason: { code: ErrorCode; message: string; field?: string },
  user?: UpsertUserInput,
): FailedRow {
  const { id, name }: { id?: unknown; name?: unknown } = user ?? {};
  return {
    row: line,
    ...(typeof id === 'string' && { id }),
    ...(typeof name === 'string' && { name }),
    code: reason.code,
    message: reason.message,
    ...(reason.field !== undefined && { field: reason.field }),
    ...(user && { user }),
  };
}
