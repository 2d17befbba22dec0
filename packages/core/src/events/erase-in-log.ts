import type { JsonObject, User } from '@rollcall/protocol';
import sql, { join, raw } from 'sql-template-tag';
import { updateRows } from '../database/table.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { withRenamed } from '../database/with-renamed.js';
import { type EventRow, eventTable } from './event-tables.js';
import { renameUserInEvent } from './rename-user-in-event.js';

/** The users whose values leave the log, and what remains. */
export interface EraseInLog {
  /** By id: the user as entries about it show it from now on. If its id differs, it replaces the old one everywhere. */
  remains: ReadonlyMap<string, User>;
  /** The most entries in one batch. */
  limit: number;
  /** Entries up to this position are done. */
  after: number;
}

/**
 * Takes the personal values of users out of the log, a batch of entries at a time, oldest first. The entries keep their
 * position, type and time (docs/contract/life-cycle.md). Entries about a user keep only what `remains`. If the id is
 * erased too, it also leaves the entries that the user caused or is named in.
 * @returns the position to go on from; undefined when nothing is left to do.
 */
export async function eraseInLog(
  transaction: WriteTransaction,
  { remains, limit, after }: EraseInLog,
): Promise<number | undefined> {
  const names = new Map([...remains].map(([id, user]) => [id, user.id]));
  for (const [id, name] of names) if (id === name) names.delete(id);
  // One select for each way to an entry, so that each uses its own index and reads no more than a batch of it.
  const ways = [
    ...[...remains.keys()].map(id => sql`events WHERE user_id = ${id}`),
    ...[...names.keys()].flatMap(id => [
      sql`events WHERE actor_id = ${id}`,
      sql`event_mentions WHERE user_id = ${id}`,
    ]),
  ].map(
    way =>
      sql`SELECT seq FROM (SELECT seq FROM ${way} AND seq > ${after} ORDER BY seq LIMIT ${limit}) AS way`,
  );
  const cells = await transaction.query(
    sql`SELECT ${raw(eventTable.columnList)} FROM events
      WHERE seq IN (${join(ways, ' UNION ')}) ORDER BY seq LIMIT ${limit}${transaction.dialect.forUpdate}`,
  );
  const rows = cells.map(cell => {
    const before = eventTable.decode(cell, transaction.dialect);
    return { before, after: erased(before, remains, names) };
  });
  await updateRows(transaction, eventTable, rows, { key: 'seq' });
  const last = rows.at(-1)?.before.seq;
  if (rows.length === limit) return last;
  if (names.size > 0) {
    // An entry may name both already: then the two mentions become one.
    await transaction.query(
      sql`${withRenamed(transaction, names)} INSERT INTO event_mentions (user_id, seq)
        SELECT renamed.name, event_mentions.seq FROM renamed JOIN event_mentions ON event_mentions.user_id = renamed.id
        WHERE true ON CONFLICT (user_id, seq) DO NOTHING`,
    );
    await transaction.query(
      sql`DELETE FROM event_mentions WHERE user_id IN (${transaction.dialect.values([...names.keys()])})`,
    );
  }
  return undefined;
}

function erased(row: EventRow, remains: EraseInLog['remains'], names: ReadonlyMap<string, string>): EventRow {
  const actor_id = row.actor_id === undefined ? undefined : (names.get(row.actor_id) ?? row.actor_id);
  const actor = actor_id !== undefined && { actor_id };
  const left = row.user_id === undefined ? undefined : remains.get(row.user_id);
  let data = JSON.parse(row.data) as JsonObject;
  if (left) {
    const { modes, mode, counts, cause } = data;
    const kept = { user: left, modes, mode, counts, cause };
    return { ...row, user_id: left.id, ...actor, data: JSON.stringify(kept) };
  }
  for (const ids of names) data = renameUserInEvent(row.type, data, ids);
  return { ...row, ...actor, data: JSON.stringify(data) };
}
