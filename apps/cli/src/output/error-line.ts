import type { RollcallError } from '@rollcall/protocol';
import { terminalText } from './terminal-text.js';

/**
 * An error on one line, which is how every command reports one: `error: CODE message (field …, user …)`. An error that
 * is not a RollcallError comes from the machine or from a fault of this program. It has a message and no code.
 */
export function errorLine(error: unknown): string {
  if (!isRollcallError(error)) {
    return `error: ${oneLine(error instanceof Error ? error.message : String(error))}`;
  }
  const place = [
    // Most messages begin with their field.
    ...(error.field && !error.message.startsWith(`${error.field}:`) ? [`field ${error.field}`] : []),
    ...(error.index !== undefined ? [`user ${error.index + 1} of the batch`] : []),
    ...(error.retry_after !== undefined ? [`try again in ${error.retry_after} s`] : []),
    ...(error.request_id !== undefined ? [`request ${error.request_id}`] : []),
  ];
  return `error: ${error.code} ${oneLine(error.message)}${place.length > 0 ? ` (${place.join(', ')})` : ''}`;
}

/** The built client carries its own copy of the class, so `instanceof` does not recognise an error of the server. */
function isRollcallError(error: unknown): error is RollcallError {
  return error instanceof Error && error.name === 'RollcallError' && 'code' in error;
}

function oneLine(text: string): string {
  return terminalText(text.trim().replace(/\s*\n\s*/g, ' '));
}
