import type { RollcallEvent, User } from '@rollcall/protocol';

/** A row of the log as it is stored. */
export interface StoredEntry {
  seq: number;
  type: string;
}

/** How far the log goes, as it is stored. */
export interface StoredStream {
  epoch: string;
  last_seq: number;
  min_seq: number;
}

/** What is wrong with the log as it is stored: the positions have no gap, and the counter says how many there are. */
export function problemsOfLog(entries: readonly StoredEntry[], stream: StoredStream): string[] {
  const problems: string[] = [];
  const expected = stream.last_seq - stream.min_seq + 1;
  if (entries.length !== expected) problems.push(`${entries.length} entries where there are ${expected}`);
  entries.forEach(({ seq }, index) => {
    if (seq !== stream.min_seq + index) problems.push(`entry ${index} has the position ${seq}`);
  });
  return problems.slice(0, 5);
}

/** What is wrong with events that somebody heard: they are the entries of the log, each once, in their order. */
export function problemsOfEvents(
  who: string,
  events: readonly { type: string; id?: string }[],
  entries: readonly StoredEntry[],
  epoch: string,
): string[] {
  const problems: string[] = [];
  if (events.length !== entries.length)
    problems.push(`${who} has ${events.length} events of ${entries.length}`);
  for (const [index, { seq, type }] of entries.entries()) {
    const event = events[index];
    if (event?.id === `${epoch}.${seq}` && event.type === type) continue;
    problems.push(`${who} has ${event?.type} ${event?.id} in the place of ${type} ${epoch}.${seq}`);
    break;
  }
  return problems;
}

/** What is wrong between two who heard the same: the content differs. */
export function problemsOfContent(
  who: string,
  heard: readonly object[],
  reference: readonly object[],
): string[] {
  const differs = heard.findIndex(
    (event, index) => JSON.stringify(event) !== JSON.stringify(reference[index]),
  );
  if (differs < 0) return [];
  return [
    `${who} heard other content: ${JSON.stringify(heard[differs])}, not ${JSON.stringify(reference[differs])}`,
  ];
}

type UserEvent = Extract<RollcallEvent, { user: User }>;

/** From which state each event about a user comes, and to which it leads; others leave the state as it is. */
const STEPS: Record<string, readonly [from: string, to: string]> = {
  'user.created': ['none', 'active'],
  'user.updated': ['active', 'active'],
  'user.deactivated': ['active', 'deactivated'],
  'user.reactivated': ['deactivated', 'active'],
  'user.deleted': ['active', 'deleted'],
  'user.restored': ['deleted', 'active'],
};

/**
 * What is wrong with the users as they are stored: each is what its events make of it, every event could happen to who it
 * happened to, every change has the next revision, and no two who are not deleted ever had one name.
 */
export function problemsOfUsers(events: readonly RollcallEvent[], stored: readonly User[]): string[] {
  const problems: string[] = [];
  const last = new Map<string, { state: string; user: User }>();
  const names = new Map<string, string>();
  for (const event of events.filter((one): one is UserEvent => 'user' in one)) {
    const { id, type, user } = event;
    const before = last.get(user.id);
    const state = before?.state ?? 'none';
    const [from, to] = STEPS[type] ?? [state, state];
    if (state !== from) problems.push(`${type} ${id} happened to ${user.id}, who was ${state}`);
    const revision = (before?.user.revision ?? 0) + (type in STEPS ? 1 : 0);
    if (user.revision !== revision)
      problems.push(`${type} ${id} gave ${user.id} the revision ${user.revision}, not ${revision}`);
    last.set(user.id, { state: to, user });
    if (before?.user.name !== undefined && names.get(before.user.name) === user.id) {
      names.delete(before.user.name);
    }
    if (to === 'deleted' || user.name === undefined) continue;
    const holder = names.get(user.name);
    if (holder !== undefined) problems.push(`${type} ${id} gave ${user.id} the name of ${holder}`);
    names.set(user.name, user.id);
  }
  for (const user of stored) {
    const expected = last.get(user.id)?.user;
    last.delete(user.id);
    const [is, should] = [user, expected].map(one => JSON.stringify(withoutPresence(one)));
    if (is !== should) problems.push(`stored is ${is}, and the log says ${should}`);
  }
  for (const id of last.keys()) problems.push(`${id} is in the log and not stored`);
  return problems.slice(0, 5);
}

/** Presence is no change of a user, and not in the log; the order of keys says nothing. */
function withoutPresence(user: User | undefined): object | undefined {
  if (!user) return undefined;
  const { online: _online, last_active: _lastActive, ...rest } = user;
  return Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
}
