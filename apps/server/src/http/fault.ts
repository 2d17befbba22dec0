import { RollcallError } from '@rollcall/protocol';

/** What a caller is told of a fault of ours: where the log has the rest, and nothing else. */
export function fault(requestId: string, cause: unknown): RollcallError {
  const message = `the server failed; the log has the rest under ${requestId}`;
  return new RollcallError('INTERNAL', message, { request_id: requestId, cause });
}
