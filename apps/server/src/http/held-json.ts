import { RollcallError, unheldNumber } from '@rollcall/protocol';

/**
 * Reads what a caller says in JSON. Programs in other languages have longer numbers than JavaScript; another one must not be stored, or
 * looked for, without a word.
 * @throws SyntaxError for what is no JSON; RollcallError `INPUT_INVALID` for a number that would become another one.
 */
export function parseSaid(json: string): unknown {
  const value: unknown = JSON.parse(json);
  const unheld = unheldNumber(json);
  if (!unheld) return value;
  const { field, message } = unheld;
  throw new RollcallError('INPUT_INVALID', field === '' ? message : `${field}: ${message}`, { field });
}
