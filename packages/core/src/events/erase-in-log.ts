import type { JsonObject, User } from '@rollcall/protocol';
import sql, { join, raw } from 'sql-template-tag';
import { insertRows } from '../database/table.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { type EventRow, eventTable } from './event-tables.js';
import { renameUserInEvent } from './rename-user-in-event.js';

/** The user whose values leave the log, and what remains. */
export interface EraseInLog {
  userId: string;
  /** The user as entries about it show it from now on. If its id differs, it replaces the id of the user everywhere. */
  remains: User;
  /** The most entries in one batch. */
  limit: number;
  /** Entries up to this position are done. */
  after: number;
}

/**
 * Takes the personal values of a user out of the log, a batch of entries at a time, oldest first. The entries keep their
 * position, type and time (docs/contract/life-cycle.md). Entries about the user keep only what `remains`. If the id is
 * erased too, it also leaves the entries that the user caused or is named in.
 * @returns the position to go on from; undefined when nothing is left to do.
 */
export async function eraseInLog(
  transaction: WriteTransaction,
  erasure: EraseInLog,
): Promise<number | undefined> {
  const { userId, remains, limit, after } = erasure;
  const idGoes = remains.id !== userId;
  // One select for each way to an entry, so that each uses its own index.
  const ways = [
    sql`events WHERE user_id = ${userId}`,
    ...(idGoes
      ? [sql`events WHERE actor_id = ${userId}`, sql`event_mentions WHERE user_id = ${userId}`]
      : []),
  ].map(
    way =>
      sql`SELECT seq FROM (SELECT seq FROM ${way} AND seq > ${after} ORDER BY seq LIMIT ${limit}) AS way`,
  );
  const cells = await transaction.query(
    sql`SELECT ${raw(eventTable.columnList)} FROM events
      WHERE seq IN (${join(ways, ' UNION ')}) ORDER BY seq LIMIT ${limit}${transaction.dialect.forUpdate}`,
  );
  const rows = cells.map(cell => erased(eventTable.decode(cell, transaction.dialect), erasure));
  await insertRows(transaction, eventTable, rows, { key: 'seq' });
  const last = rows.at(-1)?.seq;
  if (rows.length === limit) return last;
  if (idGoes) {
    // An entry may name both already: then the two mentions become one.
    await transaction.query(
      sql`INSERT INTO event_mentions (user_id, seq) SELECT ${remains.id}, seq FROM event_mentions
        WHERE user_id = ${userId} ON CONFLICT (user_id, seq) DO NOTHING`,
    );
    await transaction.query(sql`DELETE FROM event_mentions WHERE user_id = ${userId}`);
  }
  return undefined;
}

function erased(row: EventRow, { userId, remains }: EraseInLog): EventRow {
  const actor_id = row.actor_id === userId ? remains.id : row.actor_id;
  const data = JSON.parse(row.data) as JsonObject;
  if (row.user_id === userId) {
    const { modes, mode, counts, cause } = data;
    const kept = { user: remains, modes, mode, counts, cause };
    return { ...row, user_id: remains.id, actor_id, data: JSON.stringify(kept) };
  }
  return { ...row, actor_id, data: JSON.stringify(renameUserInEvent(row.type, data, [userId, remains.id])) };
}
