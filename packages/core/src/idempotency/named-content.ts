/** What a kept answer may hold of somebody besides users, and what can be removed for ever. */
export type ContentKind = 'message' | 'channel' | 'call' | 'activity' | 'task';

/** How a kind of content stands in answers. */
interface InAnswers {
  /** The names under which it stands; absent when its id says enough. */
  under?: readonly string[];
  /** The field of its id. */
  key: string;
  /** The fields that go with an erasure. */
  fields: readonly string[];
}

const IN_ANSWERS: Readonly<Record<ContentKind, InAnswers>> = {
  message: { under: ['message', 'messages'], key: 'id', fields: ['text', 'attachments', 'custom'] },
  channel: { under: ['channel', 'channels'], key: 'cid', fields: ['custom'] },
  call: { under: ['call', 'calls'], key: 'cid', fields: ['custom'] },
  activity: { under: ['activity', 'activities'], key: 'id', fields: ['verb', 'object', 'custom'] },
  // Its result may link to a file.
  task: { key: 'task_id', fields: ['result'] },
};

/** Ids of content, by its kind. */
export type NamedContent = ReadonlyMap<ContentKind, ReadonlySet<string>>;

/**
 * The content that an answer holds. What is only named, or has been erased already, is not held: a message without text,
 * attachments and custom data has nothing left to erase.
 */
export function contentHeldIn(answer: unknown): NamedContent {
  const held = new Map<ContentKind, Set<string>>();
  collect(answer, '', held);
  return held;
}

function collect(value: unknown, name: string, held: Map<ContentKind, Set<string>>): void {
  if (typeof value !== 'object' || value === null || name === 'custom' || name === 'attachments') return;
  if (Array.isArray(value)) {
    for (const one of value) collect(one, name, held);
    return;
  }
  const record = value as Record<string, unknown>;
  for (const [kind, { under, key, fields }] of Object.entries(IN_ANSWERS) as [ContentKind, InAnswers][]) {
    const id = record[key];
    if (typeof id !== 'string' || (under && !under.includes(name))) continue;
    if (fields.some(field => !isEmpty(record[field]))) held.set(kind, (held.get(kind) ?? new Set()).add(id));
  }
  for (const [field, one] of Object.entries(record)) collect(one, field, held);
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === undefined || value === null;
  return Object.keys(value).length === 0;
}
