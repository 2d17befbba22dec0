import type { UserRow } from '@rollcall/core';

/** Reads one user as stored now; undefined when there is none. */
export type UserLookup<Row = UserRow> = (id: string) => Promise<Row | undefined>;

interface Request<Row> {
  id: string;
  resolve(user: Row | undefined): void;
  reject(error: unknown): void;
}

const MAX_USERS_PER_READ = 500;

/**
 * Makes a lookup that gathers: while one read runs, all who ask wait for the next one together. So thousands who come
 * back at the same moment cost a few reads and not thousands. A read never begins before it is asked for.
 */
export function createUserLookup<Row extends { id: string }>(
  find: (ids: readonly string[]) => Promise<Row[]>,
): UserLookup<Row> {
  const waiting: Request<Row>[] = [];
  let reading = false;

  async function readAll(): Promise<void> {
    reading = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_USERS_PER_READ);
      try {
        const rows = await find([...new Set(batch.map(request => request.id))]);
        const byId = new Map(rows.map(row => [row.id, row]));
        for (const request of batch) request.resolve(byId.get(request.id));
      } catch (error) {
        for (const request of batch) request.reject(error);
      }
    }
    reading = false;
  }

  return id =>
    new Promise((resolve, reject) => {
      waiting.push({ id, resolve, reject });
      if (!reading) void readAll();
    });
}
