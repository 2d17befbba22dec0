import type { JsonObject, JsonValue, Task, UserOutcome } from '@rollcall/client/server';

/** What became of one user. */
export interface Outcome extends UserOutcome {
  id: string;
}

const ORDER: UserOutcome['status'][] = ['failed', 'superseded', 'unchanged', 'done'];

/** What became of the users of a task, those who failed first. */
export function outcomesOf({ result }: Task): Outcome[] {
  return Object.entries(result?.users ?? {})
    .map(([id, outcome]) => ({ id, ...outcome }))
    .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
}

/** What was changed of the content of a user: `12 messages, 1 channel`. */
export function detailWords(details: JsonObject | undefined): string {
  return Object.entries(details ?? {})
    .flatMap(([name, value]) => numbersIn(name, value))
    .filter(([, number]) => number > 0)
    .map(([name, number]) => `${number.toLocaleString('en')} ${name.replaceAll('_', ' ')}`)
    .join(', ');
}

function numbersIn(name: string, value: JsonValue): [string, number][] {
  if (typeof value === 'number') return [[name, value]];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([inner, one]) => numbersIn(inner, one));
}
