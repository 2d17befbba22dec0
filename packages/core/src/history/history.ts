import type { RollcallEvent } from '@rollcall/protocol';
import type { ParsedUserHistory } from '@rollcall/protocol/schemas';
import sql, { join, raw, type Sql } from 'sql-template-tag';
import { readPageCursor, writePageCursor } from '../database/page-cursor.js';
import { type QueryLimits, queryLane } from '../database/read-lane.js';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { eventTable } from '../events/event-tables.js';
import { LoggedEvent } from '../events/logged-event.js';
import { readBounds } from '../events/stored-log.js';
import { findUsers, userNotFound } from '../users/find-users.js';
import { findTombstones, tombstoneOf } from '../users/tombstones.js';

/** The audit trail: who changed what about a user and when, read from the event log. */
export class History {
  readonly #unitOfWork: UnitOfWork;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** One page, newest first. @throws RollcallError `USER_NOT_FOUND`, `CURSOR_INVALID` */
  query(query: ParsedUserHistory, limits?: QueryLimits): Promise<HistoryPage> {
    return this.#unitOfWork.read(transaction => queryHistory(transaction, query), queryLane(limits));
  }
}

/** One page of the log of a user, newest first. */
export interface HistoryPage {
  events: RollcallEvent[];
  /** Where the next page begins. The last page has none. */
  next?: string;
}

/**
 * What the log says about a user, newest first: what happened to it, entries that name it and, with `by`, what it did.
 * It reaches back as far as the log is kept. For an erased user it says what happened and when, but no values.
 * @throws RollcallError `USER_NOT_FOUND`, `CURSOR_INVALID`
 */
async function queryHistory(transaction: Transaction, query: ParsedUserHistory): Promise<HistoryPage> {
  const { by, limit, next } = query;
  const userId = await nameInLog(transaction, query.user_id);
  const asked = ['history', query.user_id, by];
  const { epoch, seq } = await readBounds(transaction);
  const before = next === undefined ? seq + 1 : readPageCursor<[number]>(next, asked, ['number'])[0];
  // One select for each way to an entry, so that each uses its own index.
  const ways = [
    sql`events WHERE events.user_id = ${userId}`,
    namedIn(userId),
    ...(by ? [sql`events WHERE events.actor_id = ${userId}`] : []),
  ].map(
    way =>
      sql`SELECT seq FROM (SELECT events.seq FROM ${way} AND events.seq < ${before}
        ORDER BY events.seq DESC LIMIT ${limit + 1}) AS way`,
  );
  const cells = await transaction.query(
    sql`SELECT ${raw(eventTable.columnList)} FROM events
      WHERE seq IN (${join(ways, ' UNION ')}) ORDER BY seq DESC LIMIT ${limit + 1}`,
  );
  const rows = cells.slice(0, limit).map(cell => eventTable.decode(cell, transaction.dialect));
  const last = rows.at(-1);
  return {
    events: rows.map(row => new LoggedEvent(epoch, row).full),
    ...(cells.length > limit && last && { next: writePageCursor(asked, [last.seq]) }),
  };
}

/**
 * Entries that name a user. An entry about a user who has blocked this user names it too, in the list of blocked users;
 * such an entry concerns this user only if a field of its own names it. `replace` tests whether an entry's text holds
 * something, because it works the same on every engine and is case-sensitive.
 */
function namedIn(userId: string): Sql {
  const fields = ['target_id', 'banned_by_id'].map(
    field => sql`replace(events.data, ${`"${field}":"${userId}"`}, '') <> events.data`,
  );
  return sql`events JOIN event_mentions ON event_mentions.seq = events.seq
    WHERE event_mentions.user_id = ${userId} AND (events.type NOT LIKE 'user.%' OR ${join(fields, ' OR ')})`;
}

/** The name of a user in the log: its id, or the tombstone of a hard-deleted user. */
async function nameInLog(transaction: Transaction, userId: string): Promise<string> {
  if ((await findUsers(transaction, [userId])).size > 0) return userId;
  if ((await findTombstones(transaction, [userId])).size === 0)
    throw userNotFound(userId, { field: 'user_id' });
  return userId.startsWith('deleted-') ? userId : tombstoneOf(userId);
}
