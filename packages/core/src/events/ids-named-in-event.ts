import { eventRule, type JsonValue, USER_IDS_IN_EVENTS } from '@rollcall/protocol';

/**
 * The users whom the data of an event names, by the places where its type holds ids. Who caused it, and whom it is about,
 * stand in columns of their own.
 */
export function idsNamedInEvent(type: string, data: object): Set<string> {
  const ids = new Set<string>();
  const about = eventRule(type)?.about;
  for (const path of about ? USER_IDS_IN_EVENTS[about] : []) {
    collect(data as JsonValue, path.replaceAll('[]', '.[]').split('.'), ids);
  }
  return ids;
}

function collect(value: JsonValue | undefined, path: readonly string[], ids: Set<string>): void {
  const [name, ...rest] = path;
  if (name === undefined) {
    if (typeof value === 'string') ids.add(value);
  } else if (name === '[]') {
    if (Array.isArray(value)) for (const item of value) collect(item, rest, ids);
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    if (Object.hasOwn(value, name)) collect(value[name], rest, ids);
  }
}
