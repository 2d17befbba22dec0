import { type ErrorCode, RollcallError } from '@rollcall/client';

/** The error of something that the bindings themselves cannot do. */
export function fault(code: ErrorCode, message: string, cause?: unknown): RollcallError {
  return new RollcallError(code, message, { cause });
}
