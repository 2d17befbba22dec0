import type { RollcallError } from '@rollcall/protocol';

/** The error that a call is refused with; fails when it is not refused. */
export async function refusal(call: Promise<unknown>): Promise<RollcallError> {
  return call.then(
    () => {
      throw new Error('the call was not refused');
    },
    (error: RollcallError) => error,
  );
}
