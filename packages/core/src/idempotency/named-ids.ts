/** A name under which an id stands, or several. */
const NAMES_IDS = /(^|_)ids?$|^members$/;

/**
 * The ids in what was said and answered that may be those of users: they stand under a name that says so, or they are the names of
 * `users`. What callers put into custom data is no id.
 */
export function idsNamedIn(...said: readonly unknown[]): Set<string> {
  const ids = new Set<string>();
  for (const one of said) collect(one, '', ids);
  return ids;
}

function collect(value: unknown, name: string, ids: Set<string>): void {
  if (typeof value === 'string') {
    if (NAMES_IDS.test(name)) ids.add(value);
  } else if (Array.isArray(value)) {
    for (const one of value) collect(one, name, ids);
  } else if (typeof value === 'object' && value !== null && name !== 'custom') {
    for (const [field, one] of Object.entries(value)) {
      if (name === 'users') ids.add(field);
      // An operator of a filter is about the field around it.
      collect(one, field.startsWith('$') ? name : field, ids);
    }
  }
}
