import { type ErrorCode, RollcallError } from '@rollcall/protocol';

const REFUSED_INPUT: readonly ErrorCode[] = [
  'INPUT_INVALID',
  'PAYLOAD_TOO_LARGE',
  'NOT_ALLOWED',
  'USER_NOT_FOUND',
];

/** Whether an error refuses what was asked for, and not who asks. */
export function isRefusedInput(error: unknown): boolean {
  return error instanceof RollcallError && REFUSED_INPUT.includes(error.code);
}
