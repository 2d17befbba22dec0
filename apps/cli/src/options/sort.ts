import type { SortKey } from '@rollcall/protocol';
import { InvalidArgumentError } from 'commander';

const DIRECTIONS: Record<string, SortKey['direction']> = { asc: 1, desc: -1 };

/**
 * Reads a sort such as `role:asc,created_at:desc`; without a direction a field sorts ascending. Whether the fields exist
 * is for the server to say.
 */
export function parseSortOption(text: string): SortKey[] {
  return text.split(',').map(part => {
    const [, field, direction = 'asc'] = /^([^:\s]+)(?::(.*))?$/.exec(part.trim()) ?? [];
    const sign = Object.hasOwn(DIRECTIONS, direction) ? DIRECTIONS[direction] : undefined;
    if (!field || !sign)
      throw new InvalidArgumentError('a sort is field:asc or field:desc, several with commas');
    return { field, direction: sign };
  });
}
