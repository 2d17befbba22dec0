import { searchText } from '@rollcall/protocol';
import { expect } from 'vitest';
import { emptyUser } from '../users/user-row.js';
import type { ModelledDeletion } from './content-after.js';
import type { Dump, StoredRow } from './stored-data.js';

/** Any number. */
const SOME = expect.any(Number);

/** What a deletion adds: its task, the outcome for jane, and its events in order. */
export interface Additions {
  taskId: string;
  details: object;
  /** The events as stored, without positions and times, each with the users whom it mentions. */
  events: readonly { row: StoredRow; mentions: readonly string[] }[];
}

/**
 * The tables without content, after the deletion of a user: users, tombstones, tasks, exports and the log. It is
 * written from docs/contract/life-cycle.md and the descriptions of the tables.
 */
export function registersAfter(before: Dump, deletion: ModelledDeletion, added: Additions): Dump {
  const { world, modes, name } = deletion;
  const lasting = modes.user !== 'soft';
  const lastSeq = Number(Object.values(before.event_stream ?? {})[0]?.last_seq);
  const events = added.events.map(({ row }, index) => ({ seq: lastSeq + 1 + index, at: SOME, ...row }));
  const mentions = added.events.flatMap(({ mentions }, index) =>
    mentions.map(user_id => ({ user_id, seq: lastSeq + 1 + index })),
  );
  const users = usersAfter(before, deletion);
  return {
    users,
    // A table of the embedded engines only: what an index is elsewhere.
    ...(before.user_teams && {
      user_teams: pick(before.user_teams, row => !lasting || row.id !== world.jane),
    }),
    ...(before.user_words && { user_words: wordsOf(users, deletion) }),
    tombstones: {
      ...before.tombstones,
      ...(modes.user === 'hard' && { [name]: { id: name, deleted_at: SOME } }),
    },
    sweeps: {},
    ...tasksAfter(before, deletion, added),
    export_chunks: pick(before.export_chunks, row => !lasting || row.task_id !== world.exports.ofJane),
    events: {
      ...each(before.events, row => erasedEvent(row, deletion)),
      ...Object.fromEntries(events.map(row => [String(row.seq), row])),
    },
    event_mentions: keyed(
      [
        ...Object.values(before.event_mentions ?? {}).map(row => renamed(row, deletion) as StoredRow),
        ...mentions,
      ],
      row => `${row.user_id} ${row.seq}`,
    ),
    event_stream: each(before.event_stream, row => ({ ...row, last_seq: lastSeq + events.length })),
  };
}

/** The words of all users, one row for each. */
function wordsOf(users: Record<string, StoredRow>, { heir }: ModelledDeletion): Record<string, StoredRow> {
  const rows = Object.entries(users).flatMap(([id, { created_at, name_words, id_words }]) => {
    const made = id === heir && id_words === undefined;
    const fields = { name: name_words, id: made ? searchText(id) : id_words };
    return Object.entries(fields).flatMap(([field, words]) =>
      String(words ?? '')
        .split(' ')
        .filter(Boolean)
        .map((word): StoredRow => ({ field, word, created_at: made ? SOME : created_at, id })),
    );
  });
  return keyed(rows, row => `${row.field} ${row.word} ${row.id}`);
}

function usersAfter(before: Dump, { world, modes, heir }: ModelledDeletion): Record<string, StoredRow> {
  const { [world.jane]: jane = {}, ...others } = before.users ?? {};
  if (modes.user === 'hard') {
    const made = heir !== undefined && heir !== world.heir && !others[heir];
    return {
      ...others,
      ...(made && { [heir]: expect.objectContaining({ id: heir, role: 'user', revision: 1 }) }),
    };
  }
  const deleted = {
    updated_at: SOME,
    deleted_at: SOME,
    deletion: modes.user,
    revision: Number(jane.revision) + 1,
  };
  if (modes.user === 'soft') return { ...others, [world.jane]: { ...jane, ...deleted } };
  const { id, id_words, role, created_at } = jane;
  return { ...others, [world.jane]: { id, id_words, role, created_at, ...emptyUser(), ...deleted } };
}

function tasksAfter(before: Dump, deletion: ModelledDeletion, { taskId, details }: Additions): Dump {
  const { world, modes, name } = deletion;
  const { user, messages, conversations, calls } = modes;
  const task = {
    id: taskId,
    type: 'users.delete',
    status: 'completed',
    actor: { type: 'server' },
    input: expect.objectContaining({
      user,
      ...(messages && { messages }),
      ...(conversations && { conversations }),
      ...(calls && { calls }),
    }),
    done: 1,
    total: 1,
    failed: 0,
    cancel_requested: false,
    within_user: false,
    ...Object.fromEntries(
      ['tries', 'run_at', 'fence', 'created_at', 'updated_at', 'started_at', 'finished_at'].map(time => [
        time,
        SOME,
      ]),
    ),
  };
  const outcome = { status: 'done', ...(Object.keys(details).length > 0 && { details }) };
  return {
    tasks: {
      ...each(before.tasks, row => {
        const { output, ...rest } = row;
        const emptied = modes.user !== 'soft' && row.id === world.exports.ofJane && output !== undefined;
        return renamed(emptied ? rest : row, deletion) as StoredRow;
      }),
      [taskId]: task,
    },
    task_users: {
      ...each(before.task_users, row => renamed(row, deletion) as StoredRow),
      [`${taskId} 0`]: { task_id: taskId, ordinal: 0, user_id: name, outcome },
    },
  };
}

/**
 * An older entry after the deletion. Of an entry about jane only position, type, time, actor and values that are not
 * personal are left.
 */
function erasedEvent(row: StoredRow, deletion: ModelledDeletion): StoredRow {
  if (deletion.modes.user === 'soft') return row;
  if (row.user_id !== deletion.world.jane) return renamed(row, deletion) as StoredRow;
  const user = expect.objectContaining({ id: deletion.name, teams: [], custom: {} });
  return { ...(renamed(row, deletion) as StoredRow), data: { user } };
}

/** The same value with jane's new name instead of her id. */
function renamed(value: unknown, deletion: ModelledDeletion): unknown {
  const { world, name } = deletion;
  if (value === world.jane) return name;
  if (Array.isArray(value)) return value.map(one => renamed(one, deletion));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key === world.jane ? name : key, renamed(inner, deletion)]),
  );
}

type Rows = Record<string, StoredRow>;

function each(rows: Rows = {}, change: (row: StoredRow) => StoredRow): Rows {
  return Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, change(row)]));
}

function pick(rows: Rows = {}, keep: (row: StoredRow) => boolean): Rows {
  return Object.fromEntries(Object.entries(rows).filter(([, row]) => keep(row)));
}

function keyed(rows: readonly StoredRow[], key: (row: StoredRow) => string): Rows {
  return Object.fromEntries(rows.map(row => [key(row), row]));
}
