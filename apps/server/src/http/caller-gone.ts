import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Says that the caller has gone before its answer was complete. It listens to the request as well: while a response waits behind
 * an earlier one of the same connection, it hears nothing of the end of the connection.
 */
export function callerGone(request: IncomingMessage, response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  // Every call of a batch listens, and there are as many as a batch may have.
  setMaxListeners(0, gone.signal);
  const leave = () => {
    if (!response.writableEnded) gone.abort();
  };
  response.once('close', leave);
  request.once('aborted', leave);
  if (response.closed) leave();
  return gone.signal;
}
