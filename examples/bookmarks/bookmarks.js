/**
 * A product of your own: the bookmarks of users. A bookmark follows its user by the mode `messages`, which is the mode
 * for what a user wrote. A bookmark belongs to its user alone, so pruning has nothing to keep for other users: it
 * removes bookmarks, as `hard` does.
 *
 * @import { DeletionContext, Product, ProductMigration, CascadeBatch, CascadeContext, Table } from '@rollcall/core'
 */
import { defineTable, sql } from '@rollcall/core';

/**
 * A bookmark as it is stored. Code that lists bookmarks leaves out those with `deleted_at`.
 *
 * @typedef {object} Bookmark
 * @property {string} id
 * @property {string} user_id
 * @property {string} url
 * @property {string} [note]
 * @property {number} created_at Epoch milliseconds, as everywhere.
 * @property {number} [deleted_at]
 * @property {'bookmark' | 'deactivation' | 'deletion'} [deleted_with] What deleted it. `bookmark`: its user deleted
 * this one bookmark. The other two: it was deleted with its user, and comes back with its user.
 */

/** @type {ProductMigration} */
const createTable = {
  timestamp: Date.UTC(2026, 8, 1),
  name: 'Table',
  async up(run, { text, integer }) {
    await run(`CREATE TABLE bookmarks (
      id ${text} PRIMARY KEY NOT NULL,
      user_id ${text} NOT NULL,
      url ${text} NOT NULL,
      note ${text},
      created_at ${integer} NOT NULL,
      deleted_at ${integer},
      deleted_with ${text}
    )`);
    // Exports read by the first index. Cascades find the remaining bookmarks by the second.
    await run('CREATE INDEX bookmarks_user ON bookmarks (user_id, created_at, id)');
    await run('CREATE INDEX bookmarks_user_deletion ON bookmarks (user_id, deleted_with, id)');
  },
};

/**
 * Turns rows of either engine into bookmarks. The columns are in the order of the migration.
 *
 * @type {Table<Bookmark>}
 */
const table = defineTable('bookmarks', [
  { name: 'id', kind: 'text', primary: true },
  { name: 'user_id', kind: 'text' },
  { name: 'url', kind: 'text' },
  { name: 'note', kind: 'text', nullable: true },
  { name: 'created_at', kind: 'integer' },
  { name: 'deleted_at', kind: 'integer', nullable: true },
  { name: 'deleted_with', kind: 'text', nullable: true },
]);

const IN_PLACE = sql`deleted_with IS NULL`;
const ALL = sql`true`;
const REMOVE = sql`DELETE FROM bookmarks`;
const BRING_BACK = sql`UPDATE bookmarks SET deleted_at = NULL, deleted_with = NULL`;

/**
 * @param {number} now
 * @param {'deactivation' | 'deletion'} reason
 */
const hide = (now, reason) => sql`UPDATE bookmarks SET deleted_at = ${now}, deleted_with = ${reason}`;

/**
 * One batch: it changes up to `limit` bookmarks of the user that match `todo`. A changed bookmark no longer matches
 * `todo`, so the next batch finds the rest, and a repeated batch changes nothing.
 *
 * @param {CascadeContext} context
 * @param {{ change: ReturnType<typeof sql>, todo: ReturnType<typeof sql> }} step
 * @returns {Promise<CascadeBatch>}
 */
async function cascade({ transaction, userId, limit }, { change, todo }) {
  // `todo` comes twice: on PostgreSQL, another transaction may change a bookmark between the list of ids and the
  // change.
  const changed = await transaction.query(
    sql`${change} WHERE id IN (SELECT id FROM bookmarks WHERE user_id = ${userId} AND ${todo} ORDER BY id LIMIT ${limit})
      AND user_id = ${userId} AND ${todo} RETURNING id`,
  );
  return { changed: { bookmarks: changed.length }, more: changed.length > 0 };
}

/**
 * What a deletion does with bookmarks; undefined when it does not change them. A user who is erased takes all bookmarks
 * along, in every mode, because each bookmark names its user.
 *
 * @param {Pick<DeletionContext, 'modes' | 'eraseUser'>} deletion
 */
function deletionOf({ modes, eraseUser }) {
  if (eraseUser) return 'remove';
  if (modes.messages === undefined) return undefined;
  return modes.messages === 'soft' ? 'hide' : 'remove';
}

/** @type {Product} */
const bookmarks = {
  name: 'bookmarks',

  ofMessages: ['bookmarks'],
  migrations: [createTable],

  deactivate: context =>
    cascade(context, { change: hide(context.transaction.now, 'deactivation'), todo: IN_PLACE }),

  reactivate: context => cascade(context, { change: BRING_BACK, todo: sql`deleted_with = 'deactivation'` }),

  async delete(context) {
    const how = deletionOf(context);
    if (how === undefined) return { changed: {}, more: false };
    if (how === 'remove') return cascade(context, { change: REMOVE, todo: ALL });
    return cascade(context, { change: hide(context.transaction.now, 'deletion'), todo: IN_PLACE });
  },

  restore: context => cascade(context, { change: BRING_BACK, todo: sql`deleted_with = 'deletion'` }),

  async export(transaction, { userId, after, limit }) {
    const [time, id] = after === undefined ? [0, ''] : JSON.parse(after);
    const rows = await transaction.query(
      sql`SELECT * FROM bookmarks WHERE user_id = ${userId} AND (created_at, id) > (${time}, ${id})
        ORDER BY created_at, id LIMIT ${limit}`,
    );
    const page = rows.map(row => table.decode(row, transaction.dialect));
    const last = page.length === limit ? page.at(-1) : undefined;
    return {
      records: page.map(({ user_id, deleted_with, ...bookmark }) => ({ kind: 'bookmark', ...bookmark })),
      ...(last && { next: JSON.stringify([last.created_at, last.id]) }),
    };
  },

  async count(transaction, { userIds, modes, eraseUser }) {
    const how = deletionOf({ modes, eraseUser });
    if (how === undefined) return { bookmarks: 0 };
    const [row] = await transaction.query(
      sql`SELECT count(*) AS bookmarks FROM bookmarks
        WHERE user_id IN (${transaction.dialect.values(userIds)}) AND ${how === 'remove' ? ALL : IN_PLACE}`,
    );
    return { bookmarks: Number(row?.bookmarks) };
  },
};

export default bookmarks;
