import type { Changes, JsonValue } from '@rollcall/client/server';

/** What sets back what an event changed; undefined where a part of it cannot be written. */
export function undoOf(changes: Changes): { set?: Record<string, JsonValue>; unset?: string[] } | undefined {
  const set: Record<string, JsonValue> = {};
  const unset: string[] = [];
  for (const [path, { before }] of Object.entries(changes)) {
    if (!WRITABLE.test(path)) return undefined;
    if (before === undefined) unset.push(path);
    else set[path] = before;
  }
  return {
    ...(Object.keys(set).length > 0 && { set }),
    ...(unset.length > 0 && { unset }),
  };
}

const WRITABLE =
  /^(?:name|image|role|teams|teams_role|language|invisible|privacy_settings|push_notifications|custom)(?:\.|$)/;
