import type { ParsedDeletion } from '@rollcall/protocol/schemas';
import { expect } from 'vitest';
import type { Dump, StoredRow } from './stored-data.js';
import type { World } from './world.js';

/** A deletion of jane of a world. */
export interface ModelledDeletion {
  world: World;
  modes: Omit<ParsedDeletion, 'ids'>;
  /** What jane is called from then on: herself, or her tombstone. */
  name: string;
  /** With `hard`: who inherits; a system user where nobody was named. */
  heir?: string;
}

/** A time, whichever it is. */
const TIME = expect.any(Number);

/** A copy of some rows in which every row is kept, changed (a row is the answer) or removed (nothing is). */
function mapRows(
  rows: Record<string, StoredRow> = {},
  change: (row: StoredRow) => StoredRow | undefined,
): Record<string, StoredRow> {
  return Object.fromEntries(
    Object.entries(rows).flatMap(([key, row]) => {
      const after = change(row);
      return after ? [[key, after]] : [];
    }),
  );
}

/**
 * The content of all products after the deletion of a user, from the content before: written from docs/contract/life-cycle.md,
 * docs/contract/products.md and the descriptions of the tables. Tables that hold no content are left out.
 */
export function contentAfter(before: Dump, deletion: ModelledDeletion): Dump {
  return {
    ...chatAfter(before, deletion),
    ...callsAfter(before, deletion),
    ...activitiesAfter(before, deletion),
  };
}

function chatAfter(before: Dump, { world, modes, heir }: ModelledDeletion): Dump {
  const { jane, channels } = world;
  const { messages, conversations } = modes;
  const forget = modes.user === 'hard';
  const isPair = (row: StoredRow) => row.cid === channels.pair;
  const pairGoes = (row: StoredRow) => isPair(row) && conversations === 'hard';
  const message = (id: unknown) => before.messages?.[String(id)] ?? {};
  const goes = (row: StoredRow) => pairGoes(row) || (row.user_id === jane && messages === 'hard');
  const isStripped = (row: StoredRow) => goes(row) || (row.user_id === jane && messages === 'pruning');
  const attached = (row: StoredRow) =>
    isStripped(message(row.message_id)) || (forget && row.user_id === jane) ? undefined : row;

  return {
    channels: mapRows(before.channels, row => {
      if (pairGoes(row)) return undefined;
      if (isPair(row) && conversations === 'soft') return { ...row, deleted_at: TIME };
      return forget && row.owner_id === jane ? { ...row, owner_id: heir, updated_at: TIME } : row;
    }),
    channel_members: mapRows(before.channel_members, row => {
      if (pairGoes(row) || (forget && row.user_id === jane)) return undefined;
      const marked = isPair(row) && row.user_id === jane && conversations === 'soft';
      return marked ? { ...row, deleted_with: 'deletion' } : row;
    }),
    messages: mapRows(before.messages, row => {
      if (goes(row)) return undefined;
      const { parent_id, ...orphan } = row;
      const own = parent_id !== undefined && goes(message(parent_id)) ? orphan : row;
      if (row.user_id !== jane || messages === undefined) return own;
      const deleted = {
        ...own,
        deleted_at: own.deleted_at ?? TIME,
        deleted_with: own.deleted_with ?? 'deletion',
      };
      if (messages === 'soft') return deleted;
      const { text: _, ...silent } = deleted as StoredRow;
      return { ...silent, attachments: [], custom: {}, pruned: true };
    }),
    reactions: mapRows(before.reactions, attached),
    flags: mapRows(before.flags, attached),
    response_times: mapRows(before.response_times, row => (forget && row.user_id === jane ? undefined : row)),
  };
}

function callsAfter(before: Dump, { world, modes, heir }: ModelledDeletion): Dump {
  const forget = modes.user === 'hard';
  const isPair = (row: StoredRow) => world.calls.pairs.includes(String(row.cid));
  return {
    calls: mapRows(before.calls, row => {
      if (isPair(row) && modes.calls === 'hard') return undefined;
      const inherited = forget && row.created_by_id === world.jane ? { ...row, created_by_id: heir } : row;
      if (!isPair(row) || modes.calls !== 'soft') return inherited;
      return { ...inherited, deleted_at: TIME, deleted_with: forget ? 'forgotten' : 'deletion' };
    }),
    call_members: mapRows(before.call_members, row => {
      if (isPair(row) && modes.calls === 'hard') return undefined;
      if (row.user_id !== world.jane) return row;
      if (forget) return undefined;
      return isPair(row) && modes.calls === 'soft' ? { ...row, deleted: true } : row;
    }),
  };
}

/** Activities follow `messages`; they say who acted, so none of a user who goes for ever is left. */
function activitiesAfter(before: Dump, { world, modes }: ModelledDeletion): Dump {
  const { messages } = modes;
  return {
    activities: mapRows(before.activities, row => {
      if (row.actor_id !== world.jane || messages === undefined) return row;
      if (messages === 'hard') return undefined;
      const deleted = {
        ...row,
        deleted_at: row.deleted_at ?? TIME,
        deleted_with: row.deleted_with ?? 'deletion',
      };
      if (messages === 'soft') return deleted;
      const { verb: _verb, object: _object, ...silent } = deleted as StoredRow;
      return { ...silent, custom: {}, pruned: true };
    }),
  };
}

/** How much a deletion changed, by product and by the name of the thing: counted in the rows that it changed. */
export function detailsOf(before: Dump, after: Dump, { world, modes }: ModelledDeletion) {
  const gone = (table: string) =>
    Object.entries(before[table] ?? {}).flatMap(([key, row]) => (after[table]?.[key] ? [] : [row]));
  const changed = (table: string, ...columns: string[]) =>
    Object.entries(before[table] ?? {}).filter(([key, row]) => {
      const now = after[table]?.[key];
      return now && columns.some(column => now[column] !== row[column]);
    });
  const is = (ids: readonly string[]) => (row: StoredRow) => ids.includes(String(row.cid));
  const isPair = is([world.channels.pair]);
  const callsGo = modes.calls === 'hard' ? is(world.calls.pairs) : () => false;
  const counts = {
    chat: {
      messages: gone('messages').length + changed('messages', 'deleted_at', 'pruned').length,
      reactions: gone('reactions').length,
      flags: gone('flags').length,
      channels: gone('channels').length + changed('channels', 'deleted_at').length,
      memberships: gone('channel_members').filter(row => !isPair(row)).length,
      ownerships: changed('channels', 'owner_id').length,
    },
    video: {
      calls: gone('calls').length + changed('calls', 'deleted_at').length,
      memberships: gone('call_members').filter(row => !callsGo(row)).length,
    },
    feeds: { activities: gone('activities').length + changed('activities', 'deleted_at', 'pruned').length },
  };
  const positive = (of: Record<string, number>) => Object.entries(of).filter(([, count]) => count > 0);
  return Object.fromEntries(
    Object.entries(counts).flatMap(([product, of]) =>
      positive(of).length > 0 ? [[product, Object.fromEntries(positive(of))]] : [],
    ),
  );
}
