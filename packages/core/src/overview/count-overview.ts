import { type CountUsersAnswer, type CreatedOnDay, type Overview, TASK_STATUSES } from '@rollcall/protocol';
import sql, { join, type Sql } from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';

/** The numbers of an overview that are those of the data. */
export type CountedOverview = Pick<Overview, 'at' | 'users' | 'created' | 'online' | 'tasks'>;

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS = 30;

/** How far is counted: what it costs does not depend on how many there are. */
const MOST = { users: 1000, online: 10_000, ofDay: 10_000, tasks: 1000 };

/**
 * Counts what an overview shows, in one statement. Every count goes through an index and no further than its bound; that of
 * the deleted users, who are few, goes to its end.
 */
export async function countOverview(transaction: Transaction): Promise<CountedOverview> {
  const { now, dialect } = transaction;
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const days = Array.from({ length: DAYS }, (_, index) => today - (DAYS - 1 - index) * DAY_MS);
  const [deleted] = await transaction.query(
    sql`SELECT count(*) AS count FROM users WHERE deleted_at IS NOT NULL`,
  );
  const without = Number(deleted?.count);
  const counts = [
    counted('users', sql`SELECT 1 FROM users`, without + MOST.users),
    counted('online', sql`SELECT 1 FROM users WHERE online`, MOST.online),
    ...days.map((day, index) =>
      counted(
        `day ${index}`,
        sql`SELECT 1 FROM users WHERE created_at >= ${day} AND created_at < ${day + DAY_MS}`,
        MOST.ofDay,
      ),
    ),
    ...TASK_STATUSES.map(status =>
      counted(`tasks ${status}`, sql`SELECT 1 FROM tasks WHERE status = ${status}`, MOST.tasks),
    ),
  ];
  const rows = await transaction.query(join(counts, ' UNION ALL '));
  const found = new Map(rows.map(row => [String(row.what), Number(row.count)]));
  const of = (what: string, upTo: number) => bounded(found.get(what) ?? 0, upTo);
  const users = bounded((found.get('users') ?? 0) - without, MOST.users);
  const [estimate] = users.more ? await transaction.query(dialect.estimateRows('users')) : [];
  const number = Number(estimate?.count ?? -1);
  return {
    at: now,
    // Before PostgreSQL has looked at a table for the first time, it knows nothing of it.
    users: { ...users, ...(number > users.count && { estimate: number }) },
    created: days.map((day, index): CreatedOnDay => ({ day, ...of(`day ${index}`, MOST.ofDay) })),
    online: of('online', MOST.online),
    tasks: Object.fromEntries(
      TASK_STATUSES.map(status => [status, of(`tasks ${status}`, MOST.tasks)]),
    ) as Overview['tasks'],
  };
}

/** Counts rows no further than one beyond the bound, which shows whether there are more. */
function counted(what: string, rows: Sql, upTo: number): Sql {
  return sql`SELECT ${what} AS what, count(*) AS count FROM (${rows} LIMIT ${upTo + 1}) AS counted`;
}

function bounded(count: number, upTo: number): CountUsersAnswer {
  return count > upTo ? { count: upTo, more: true } : { count, more: false };
}
