import { eventRule, type JsonValue, USER_IDS_IN_EVENTS } from '@rollcall/protocol';

/**
 * The users whom the data of an event names, by the places where its type holds ids. Who caused it, and whom it is about,
 * stand in columns of their own.
 */
export function idsNamedInEvent(type: string, data: object): Set<string> {
  const ids = new Set<string>();
  const about = eventRule(type)?.about;
  for (const path of about ? PLACES[about] : []) collect(data as JsonValue, path, ids);
  return ids;
}

type About = keyof typeof USER_IDS_IN_EVENTS;

/** The names on the way to each place; `[]` stands for the items of a list. */
const PLACES = Object.fromEntries(
  Object.entries(USER_IDS_IN_EVENTS).map(([about, paths]) => [
    about,
    paths.map(path => path.replaceAll('[]', '.[]').split('.')),
  ]),
) as Record<About, string[][]>;

function collect(value: JsonValue | undefined, path: readonly string[], ids: Set<string>, place = 0): void {
  const name = path[place];
  if (name === undefined) {
    if (typeof value === 'string') ids.add(value);
  } else if (name === '[]') {
    if (Array.isArray(value)) for (const item of value) collect(item, path, ids, place + 1);
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    if (Object.hasOwn(value, name)) collect(value[name], path, ids, place + 1);
  }
}
