import { RollcallError } from '@rollcall/protocol';
import { terminalText } from './terminal-text.js';

/**
 * An error on one line, as every command ends with it: `error: CODE message (field …, row …)`. What is no RollcallError
 * is a fault of the machine or of this program: its message, without a code.
 */
export function errorLine(error: unknown): string {
  if (!(error instanceof RollcallError)) {
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

function oneLine(text: string): string {
  return terminalText(text.trim().replace(/\s*\n\s*/g, ' '));
}
