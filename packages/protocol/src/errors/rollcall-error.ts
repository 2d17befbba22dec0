import { LIMITS } from '../limits.js';
import { ERROR_CODES, type ErrorCode } from './error-codes.js';

/** One thing that is wrong with an input. */
export interface Issue {
  code: ErrorCode;
  /** What is wrong, where, and what is accepted. */
  message: string;
  /** Position in the batch, from 0; absent outside batches. */
  index?: number;
  /** Dotted path within the item, for instance `custom.address`. */
  field?: string;
}

/** The wire form of an error, in `error.data`. */
export interface ErrorData extends Issue {
  /** The first hundred issues found, in input order. The first one is the error itself. */
  issues?: Issue[];
  /** How many more there are. */
  more_issues?: number;
  /** Seconds. */
  retry_after?: number;
  /** Whether the same call, repeated unchanged, fails again. */
  unrecoverable: boolean;
  /** The id of the line in the server log. Only with `INTERNAL`. */
  request_id?: string;
}

/** The one error class, on the server and in the client. */
export class RollcallError extends Error {
  override readonly name = 'RollcallError';
  readonly code: ErrorCode;
  // Declared, not defined: a field without a value is absent, also in a printed error.
  declare readonly index?: number;
  declare readonly field?: string;
  declare readonly issues?: Issue[];
  declare readonly more_issues?: number;
  declare readonly retry_after?: number;
  declare readonly request_id?: string;
  readonly unrecoverable: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    details: Partial<Omit<ErrorData, 'code' | 'message'>> & { cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.unrecoverable = details.unrecoverable ?? ERROR_CODES[code].unrecoverable;
    if (details.index !== undefined) this.index = details.index;
    if (details.field !== undefined) this.field = details.field;
    if (details.issues !== undefined) this.issues = details.issues;
    if (details.more_issues !== undefined) this.more_issues = details.more_issues;
    if (details.retry_after !== undefined) this.retry_after = details.retry_after;
    if (details.request_id !== undefined) this.request_id = details.request_id;
  }

  /**
   * The error for a list of issues: the first one, with the others attached, as many as an answer lists. So a refusal never
   * costs more than the request. The list must not be empty.
   * @param total how many there are, where the list has only the first of them.
   */
  static ofIssues(issues: readonly Issue[], total = issues.length): RollcallError {
    const first = issues[0];
    if (!first) throw new Error('an error needs at least one issue');
    const listed = issues.slice(0, LIMITS.listedIssues);
    const more_issues = total > listed.length ? total - listed.length : undefined;
    return new RollcallError(first.code, first.message, { ...first, issues: listed, more_issues });
  }

  /** The wire form of this error. */
  toData(): ErrorData {
    const { code, message, index, field, issues, more_issues, retry_after, request_id, unrecoverable } = this;
    return {
      code,
      message,
      ...(index !== undefined && { index }),
      ...(field !== undefined && { field }),
      ...(issues !== undefined && { issues }),
      ...(more_issues !== undefined && { more_issues }),
      ...(retry_after !== undefined && { retry_after }),
      ...(request_id !== undefined && { request_id }),
      unrecoverable,
    };
  }

  /** Reads the wire form. Anything else becomes `INTERNAL`. */
  static fromData(data: unknown, cause?: unknown): RollcallError {
    const given = (typeof data === 'object' && data !== null ? data : {}) as Partial<ErrorData>;
    const known = typeof given.code === 'string' && Object.hasOwn(ERROR_CODES, given.code);
    if (!known) return new RollcallError('INTERNAL', 'the server answered with an unknown error', { cause });
    const code = given.code as ErrorCode;
    const message = typeof given.message === 'string' ? given.message : 'the server gave no message';
    return new RollcallError(code, message, { ...given, cause });
  }
}
