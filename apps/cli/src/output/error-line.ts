import { RollcallError } from '@rollcall/protocol';
import { fileError } from './file-error.js';
import { terminalText } from './terminal-text.js';

/**
 * An error on one line, which is how every command reports one: `error: CODE message (field …, user …)`. An error that
 * is not a RollcallError and not about a file is a fault of this program: `INTERNAL`.
 */
export function errorLine(thrown: unknown): string {
  const error = fileError(thrown);
  if (!isRollcallError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return `error: INTERNAL ${oneLine(message)} (ROLLCALL_DEBUG=1 shows where)`;
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

/** What the parser of the command line says about a command, an option or an argument, as the error line of any other error. */
export function usageErrorLine(said: string): string {
  return errorLine(new RollcallError('INPUT_INVALID', said.replace(/^error: /, '')));
}

/** The built client carries its own copy of the class, so `instanceof` does not recognise an error of the server. */
export function isRollcallError(error: unknown): error is RollcallError {
  return error instanceof Error && error.name === 'RollcallError' && 'code' in error;
}

/** A text of unknown origin as one line that cannot steer a terminal. */
export function oneLine(text: string): string {
  return terminalText(text.trim().replace(/\s*\n\s*/g, ' '));
}
