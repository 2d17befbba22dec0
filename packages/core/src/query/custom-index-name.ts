import { createHash } from 'node:crypto';
import { fieldNameProblem, splitPath } from '@rollcall/protocol';

/** The beginning of the name of each index of a custom path. */
const CUSTOM_INDEX = 'users_custom_';

/** Own products and operators may have tables and indexes whose names begin like that, too. */
const OUR_NAMES = /^users_custom_[0-9a-f]{24}(?:_making|_gone_[0-9a-f]{8})?$/;

/** Whether something of this name is an index of a custom path, or was one, or is about to be. */
export function isCustomIndexName(name: string): boolean {
  return OUR_NAMES.test(name);
}

/** The name of an index of a custom path. It follows from the definition, so a changed definition gives another index. */
export function customIndexName(definition: string): string {
  return `${CUSTOM_INDEX}${createHash('sha256').update(definition).digest('hex').slice(0, 24)}`;
}

/**
 * The names of a dotted path that is to be indexed. The grammar of the path is checked here, because it becomes part of a
 * statement's text.
 */
export function indexablePath(path: string): string[] {
  const names = splitPath(path);
  const problem = names.map(fieldNameProblem).find(Boolean);
  if (problem) throw new Error(`this path cannot be indexed: ${problem}`);
  return names;
}
