import { RollcallError } from '@rollcall/protocol';
import { parseSaid } from '../held-json.js';
import type { QueryKind } from './route.js';

/** How much of a name somebody made up is said back. */
const MAX_TOLD = 100;

/**
 * Reads the query of a call.
 * @param text what stands behind the `?`.
 * @param kinds of the parameters that the call takes.
 * @throws RollcallError `INPUT_INVALID` for a parameter that the call does not take, one that stands twice, and a text that
 * is no value of its kind.
 */
export function readQuery(
  text: string,
  kinds: Readonly<Record<string, QueryKind>> = {},
): Record<string, unknown> {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (!Object.hasOwn(kinds, name)) throw unknownParameter(name, Object.keys(kinds));
    const before = values.get(name);
    if (before && kinds[name] !== 'texts') throw wrong(name, 'stands twice; it takes one value');
    if (before) before.push(value);
    else values.set(name, [value]);
  }
  return Object.fromEntries(
    [...values].map(([name, texts]) => [name, decoded(name, texts, kinds[name] as QueryKind)]),
  );
}

function decoded(name: string, texts: string[], kind: QueryKind): unknown {
  const [text = ''] = texts;
  switch (kind) {
    case 'text':
      return text;
    case 'texts':
      return texts;
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw wrong(name, 'must be true or false');
      return text === 'true';
    case 'integer':
      if (!isInteger(text)) throw wrong(name, 'must be a whole number');
      return Number(text);
    case 'time':
      return isInteger(text) ? Number(text) : text;
    case 'json':
      return parsed(name, text);
  }
}

function isInteger(text: string): boolean {
  return /^-?\d{1,16}$/.test(text);
}

function parsed(name: string, text: string): unknown {
  try {
    return parseSaid(text);
  } catch (cause) {
    if (cause instanceof RollcallError) throw wrong(name, cause.message);
    throw wrong(name, 'must be JSON');
  }
}

function unknownParameter(name: string, known: readonly string[]): RollcallError {
  const told = name.length > MAX_TOLD ? `${name.slice(0, MAX_TOLD)}…` : name;
  const accepted = known.length > 0 ? `it takes ${known.join(', ')}` : 'it takes none';
  return new RollcallError('INPUT_INVALID', `the call takes no query parameter "${told}"; ${accepted}`, {
    field: told,
  });
}

function wrong(field: string, problem: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${field}: ${problem}`, { field });
}
