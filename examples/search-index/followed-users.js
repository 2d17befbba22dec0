/**
 * Keeps the index what the users are, for as long as the program runs.
 *
 * @import { ServerClient, User } from '@rollcall/client/server'
 * @import { StoredIndex } from './stored-index.js'
 */

/**
 * The entry of a user; undefined for one who is not to be found.
 *
 * @param {User} user
 */
function entryOf({ id, name = '', custom, deactivated_at, deleted_at }) {
  if (deactivated_at !== undefined || deleted_at !== undefined) return undefined;
  return { id, name, title: String(custom.title ?? '') };
}

/** What changes whether a user is found, and by what. */
const TYPES = /** @type {const} */ ([
  'user.created',
  'user.updated',
  'user.deactivated',
  'user.reactivated',
  'user.deleted',
  'user.restored',
]);

/**
 * Reads everybody. The position is taken first: what happens meanwhile is heard afterwards, and applied again.
 *
 * @param {ServerClient} server
 * @param {StoredIndex} index
 */
async function readEverybody(server, index) {
  const { position } = await server.queryUsers({}, [], { limit: 1 });
  const entries = [];
  for await (const user of server.queryUsersAll({}, [{ field: 'id', direction: 1 }])) {
    const entry = entryOf(user);
    if (entry) entries.push(entry);
  }
  index.rebuild(entries, position);
}

/**
 * Brings the index up to date, and keeps it so. Events come in the order in which the changes were made, none missing and
 * none twice, from the position of the index on.
 *
 * @param {ServerClient} server
 * @param {StoredIndex} index
 */
export async function follow(server, index) {
  if (index.position === undefined) await readEverybody(server, index);
  for await (const event of server.watchEvents({ types: [...TYPES], lastEventId: index.position })) {
    if (event.type === 'resync') {
      // The log does not reach back to the position, so nobody can say what is missing.
      await readEverybody(server, index);
    } else if ('user' in event && event.id !== undefined) {
      const gone = event.type === 'user.deleted';
      index.apply(event.user.id, gone ? undefined : entryOf(event.user), event.id);
    }
  }
}
